package bustest

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"hyt/msgs/bus"
)

var qosCases = []testCase{
	{"MatchesByQoS", "of all pairs of an offer and a request those match whose request asks for no more; a refusal is counted on both sides and names the policy", matchesByQoS},
	{"ExpiredSamplesAreNotDelivered", "a late joiner gets no sample older than its lifespan", expiredSamplesAreNotDelivered},
	{"AssertsLiveliness", "a writer with manual liveliness can say that it is alive, until it is closed", assertsLiveliness},
}

// profiles are all combinations of the policies that decide who meets whom.
func profiles() (all []bus.QoS) {
	const short, long = time.Minute, time.Hour
	for _, reliability := range []bus.Reliability{bus.Reliable, bus.BestEffort} {
		for _, durability := range []bus.Durability{bus.Volatile, bus.TransientLocal} {
			for _, extra := range []bus.QoS{
				{},
				{Deadline: short},
				{Deadline: long},
				{LivelinessLease: short},
				{Liveliness: bus.ManualByTopic, LivelinessLease: long},
				{Deadline: long, Liveliness: bus.ManualByTopic, LivelinessLease: short},
			} {
				extra.Reliability, extra.Durability, extra.Depth = reliability, durability, 1
				all = append(all, extra)
			}
		}
	}
	return all
}

// mismatches lists every policy with which the offer falls short. A middleware may
// name any of them.
func mismatches(offered, requested bus.QoS) (policies []string) {
	alone := []bus.QoS{requested, requested, requested, requested}
	alone[0].Reliability = offered.Reliability
	alone[1].Durability = offered.Durability
	alone[2].Deadline = offered.Deadline
	alone[3].Liveliness, alone[3].LivelinessLease = offered.Liveliness, offered.LivelinessLease
	for _, o := range alone {
		if policy := bus.Mismatch(o, requested); policy != "" {
			policies = append(policies, policy)
		}
	}
	return policies
}

// matchesByQoS has a topic for each request, on which every offer is made.
func matchesByQoS(t *testing.T, p pair) {
	offers := profiles()
	readers := make([]bus.Reader, len(offers))
	writers := make([][]bus.Writer, len(offers))
	for i, requested := range offers {
		topic := fmt.Sprintf("/qos%d", i)
		readers[i] = subscribe(t, p.b, topic, requested, func(bus.Sample) {})
		for _, offered := range offers {
			writers[i] = append(writers[i], advertise(t, p.a, topic, offered))
		}
	}
	for i, requested := range offers {
		matches, refusals := 0, []string{}
		for k, offered := range offers {
			policies := mismatches(offered, requested)
			what := fmt.Sprintf("offered %+v, requested %+v", offered, requested)
			if len(policies) == 0 {
				matches++
				eventually(t, "a match: "+what, func() bool { return writers[i][k].Matched() == 1 })
				checkRefused(t, p, what, writers[i][k], 0, nil)
				continue
			}
			refusals = append(refusals, policies...)
			checkRefused(t, p, what, writers[i][k], 1, policies)
			if n := writers[i][k].Matched(); n != 0 {
				t.Errorf("%s: %d matches", what, n)
			}
		}
		what := fmt.Sprintf("requested %+v", requested)
		eventually(t, fmt.Sprintf("%d matches: %s", matches, what), func() bool { return readers[i].Matched() == matches })
		checkRefused(t, p, what, readers[i], len(offers)-matches, refusals)
	}
}

// checkRefused waits until a side was told of n refusals, the last for one of the
// policies. A peer found in two ways at once may be counted twice.
func checkRefused(t *testing.T, p pair, what string, side any, n int, policies []string) {
	t.Helper()
	if slices.Contains(p.lacks, RefusalEvents) {
		return
	}
	told, ok := side.(bus.Incompatible)
	if !ok {
		t.Fatalf("%T does not implement bus.Incompatible", side)
	}
	for end := time.Now().Add(patience); ; time.Sleep(time.Millisecond) {
		count, _ := told.IncompatibleQoS()
		if count >= n {
			break
		}
		if time.Now().After(end) {
			t.Fatalf("%T was told of %d refusals, want %d: %s", side, count, n, what)
		}
	}
	count, policy := told.IncompatibleQoS()
	if n > 0 && !slices.Contains(policies, policy) || n == 0 && (count > 0 || policy != "") {
		t.Errorf("%T: %d refused because of %q, want one of %q: %s", side, count, policy, policies, what)
	}
}

func expiredSamplesAreNotDelivered(t *testing.T, p pair) {
	p.need(t, Expiry)
	brief := bus.Latched(5)
	brief.Lifespan = 50 * time.Millisecond
	old, fresh := advertise(t, p.a, "/news", brief), advertise(t, p.a, "/news", bus.Latched(5))
	write(t, old, message(1, 0))
	time.Sleep(2 * brief.Lifespan)
	write(t, fresh, message(2, 0))
	var got inbox
	r := subscribe(t, p.b, "/news", bus.Latched(5), got.put)
	matched(t, r, 2)
	got.wait(t, 1)
	time.Sleep(quiet)
	if list := got.numbers(); !slices.Equal(list, []int{2}) {
		t.Errorf("got %v", list)
	}
}

func assertsLiveliness(t *testing.T, p pair) {
	qos := bus.Default()
	qos.Liveliness, qos.LivelinessLease = bus.ManualByTopic, time.Minute
	w := advertise(t, p.a, "/alive", qos)
	r := subscribe(t, p.b, "/alive", qos, func(bus.Sample) {})
	matched(t, w, 1)
	matched(t, r, 1)
	manual, ok := w.(bus.Asserter)
	if !ok {
		t.Fatalf("%T does not implement bus.Asserter", w)
	}
	if err := manual.AssertLiveliness(); err != nil {
		t.Error(err)
	}
	w.Close()
	if err := manual.AssertLiveliness(); err != bus.ErrClosed {
		t.Errorf("after Close: %v", err)
	}
}
