package bustest

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"hyt/msgs/bus"
)

var topicCases = []testCase{
	{"KeepsOrder", "samples of one writer arrive complete and in the order written, when history and reliability allow", keepsOrder},
	{"JoinsHeadAndTail", "what is written in two pieces arrives as one", joinsHeadAndTail},
	{"ReachesEveryReader", "every matched reader gets every sample, those in the writer's own process too", reachesEveryReader},
	{"LateJoinerGetsHistory", "a transient-local reader that comes late gets the last samples that the writer keeps", lateJoinerGetsHistory},
	{"VolatileReaderGetsNoHistory", "a volatile reader gets only what is written after it came", volatileReaderGetsNoHistory},
	{"KeepLastDropsOldest", "a reader whose handler is slow gets the newest samples that fit its depth", keepLastDropsOldest},
	{"SlowHandlerDelaysOnlyItself", "a handler that blocks does not hold up another one", slowHandlerDelaysOnlyItself},
	{"KeepsTypesApart", "endpoints of one topic with different types do not meet", keepsTypesApart},
	{"CarriesLargeMessages", "1 MB and 10 MB arrive unchanged", carriesLargeMessages},
	{"CarriesEmptyMessages", "a message with no body arrives", carriesEmptyMessages},
	{"CarriesOddData", "the body is nobody's business: truncated, odd-sized and big-endian data pass unchanged", carriesOddData},
	{"RefusesWhatIsNotCDR", "data without an encapsulation header is an error at the writer", refusesWhatIsNotCDR},
	{"KeepsTopicsApart", "many topics at once each get their own samples", keepsTopicsApart},
	{"TellsWritersApart", "a sample says when it was written, and by whom", tellsWritersApart},
	{"RefusesBadNames", "names and QoS that ROS 2 does not allow are errors that say why", refusesBadNames},
}

func keepsOrder(t *testing.T, p pair) {
	const n = 1000
	qos := bus.QoS{Depth: n}
	var got inbox
	r := subscribe(t, p.b, "/order", qos, got.put)
	w := advertise(t, p.a, "/order", qos)
	linked(t, w, r)
	for i := range n {
		write(t, w, message(i, i%50))
	}
	for i, s := range got.wait(t, n) {
		if !same(s.Data, message(i, i%50)) {
			t.Fatalf("sample %d is number %d", i, number(s.Data))
		}
	}
}

func joinsHeadAndTail(t *testing.T, p pair) {
	var got inbox
	r := subscribe(t, p.b, "/split", bus.Default(), got.put)
	w := advertise(t, p.a, "/split", bus.Default())
	linked(t, w, r)
	whole := message(7, 64)
	for _, cut := range []int{4, 5, 40, len(whole)} {
		if err := w.Write(whole[:cut], whole[cut:]); err != nil {
			t.Fatal(err)
		}
	}
	for i, s := range got.wait(t, 4) {
		if !same(s.Data, whole) {
			t.Errorf("sample %d: % x", i, s.Data)
		}
	}
}

func reachesEveryReader(t *testing.T, p pair) {
	var near, far, second inbox
	readers := []bus.Reader{
		subscribe(t, p.a, "/all", bus.Default(), near.put),
		subscribe(t, p.b, "/all", bus.Default(), far.put),
		subscribe(t, p.b, "/all", bus.Default(), second.put),
	}
	w := advertise(t, p.a, "/all", bus.Default())
	linked(t, w, readers...)
	write(t, w, message(5, 3))
	for _, box := range []*inbox{&near, &far, &second} {
		if s := box.wait(t, 1); number(s[0].Data) != 5 {
			t.Errorf("got number %d", number(s[0].Data))
		}
	}
}

func lateJoinerGetsHistory(t *testing.T, p pair) {
	w := advertise(t, p.a, "/latched", bus.Latched(3))
	for i := range 5 {
		write(t, w, message(i, 0))
	}
	var got inbox
	subscribe(t, p.b, "/latched", bus.Latched(10), got.put)
	got.wait(t, 3)
	write(t, w, message(5, 0))
	got.wait(t, 4)
	if list := got.numbers(); !slices.Equal(list, []int{2, 3, 4, 5}) {
		t.Errorf("got %v", list)
	}
}

func volatileReaderGetsNoHistory(t *testing.T, p pair) {
	w := advertise(t, p.a, "/latched", bus.Latched(3))
	write(t, w, message(1, 0))
	var got inbox
	r := subscribe(t, p.b, "/latched", bus.Default(), got.put)
	linked(t, w, r)
	time.Sleep(quiet)
	write(t, w, message(2, 0))
	got.wait(t, 1)
	if list := got.numbers(); !slices.Equal(list, []int{2}) {
		t.Errorf("got %v", list)
	}
}

func keepLastDropsOldest(t *testing.T, p pair) {
	var got inbox
	entered, proceed := make(chan struct{}, 100), make(chan struct{})
	slow := subscribe(t, p.b, "/slow", bus.QoS{Depth: 3}, func(s bus.Sample) {
		got.put(s)
		entered <- struct{}{}
		<-proceed
	})
	var quick inbox // tells that everything has crossed
	r := subscribe(t, p.b, "/slow", bus.QoS{Depth: 100}, quick.put)
	w := advertise(t, p.a, "/slow", bus.QoS{Depth: 100})
	linked(t, w, slow, r)
	write(t, w, message(0, 0))
	<-entered
	for i := 1; i <= 20; i++ {
		write(t, w, message(i, 0))
	}
	quick.wait(t, 21)
	time.Sleep(quiet) // the last sample may have reached one reader and be on its way to the other
	close(proceed)
	got.wait(t, 4)
	if list := got.numbers(); !slices.Equal(list, []int{0, 18, 19, 20}) {
		t.Errorf("got %v", list)
	}
}

func slowHandlerDelaysOnlyItself(t *testing.T, p pair) {
	proceed := make(chan struct{})
	defer close(proceed)
	slow := subscribe(t, p.b, "/x", bus.Default(), func(bus.Sample) { <-proceed })
	var got inbox
	r := subscribe(t, p.b, "/x", bus.QoS{Depth: 50}, got.put)
	w := advertise(t, p.a, "/x", bus.QoS{Depth: 50})
	linked(t, w, slow, r)
	for i := range 50 {
		write(t, w, message(i, 0))
	}
	got.wait(t, 50)
}

func keepsTypesApart(t *testing.T, p pair) {
	var got inbox
	if _, err := p.b.Subscribe("/typed", "std_msgs/msg/Bool", bus.Default(), got.put); err != nil {
		t.Fatal(err)
	}
	var right inbox
	r := subscribe(t, p.b, "/typed", bus.Default(), right.put)
	w := advertise(t, p.a, "/typed", bus.Default())
	linked(t, w, r)
	write(t, w, message(1, 0))
	right.wait(t, 1)
	if n := len(got.all()); n != 0 {
		t.Errorf("the other type got %d samples", n)
	}
}

func carriesLargeMessages(t *testing.T, p pair) {
	var got inbox
	r := subscribe(t, p.b, "/large", bus.Default(), got.put)
	w := advertise(t, p.a, "/large", bus.Default())
	linked(t, w, r)
	for i, size := range []int{1 << 20, 10 << 20} {
		data := message(i, size)
		write(t, w, data)
		if s := got.wait(t, i+1); !same(s[i].Data, data) {
			t.Errorf("%d bytes came as %d", len(data), len(s[i].Data))
		}
	}
}

func carriesEmptyMessages(t *testing.T, p pair) {
	var got inbox
	r := subscribe(t, p.b, "/empty", bus.Default(), got.put)
	w := advertise(t, p.a, "/empty", bus.Default())
	linked(t, w, r)
	write(t, w, []byte{0, 1, 0, 0})
	if s := got.wait(t, 1); !same(s[0].Data, []byte{0, 1, 0, 0}) {
		t.Errorf("got % x", s[0].Data)
	}
}

func carriesOddData(t *testing.T, p pair) {
	pieces := [][]byte{
		{0, 1, 0, 0, 0xff},
		{0, 0, 0, 0, 1, 2, 3},                // big endian
		{0, 1, 0, 2, 9, 9},                   // padding said in the options
		{0, 1, 0, 0, 255, 255, 255, 255, 65}, // a string that claims 4 GB
		message(3, 61),
	}
	var got inbox
	r := subscribe(t, p.b, "/odd", bus.Default(), got.put)
	w := advertise(t, p.a, "/odd", bus.Default())
	linked(t, w, r)
	for _, piece := range pieces {
		write(t, w, piece)
	}
	for i, s := range got.wait(t, len(pieces)) {
		if !same(s.Data, pieces[i]) {
			t.Errorf("% x came as % x", pieces[i], s.Data)
		}
	}
}

func refusesWhatIsNotCDR(t *testing.T, p pair) {
	w := advertise(t, p.a, "/raw", bus.Default())
	for _, data := range [][]byte{nil, {0, 1}, {0x7b, 0x22, 0x61, 0x22}, {0, 4, 0, 0}, {0, 0x0c, 0, 0}} {
		if err := w.Write(data, nil); err == nil {
			t.Errorf("% x was written", data)
		}
	}
}

func keepsTopicsApart(t *testing.T, p pair) {
	const topics, each = 40, 5
	boxes := make([]inbox, topics)
	readers := make([]bus.Reader, topics)
	writers := make([]bus.Writer, topics)
	for i := range topics {
		topic := fmt.Sprintf("/many/t%d", i)
		readers[i] = subscribe(t, p.b, topic, bus.Default(), boxes[i].put)
		writers[i] = advertise(t, p.a, topic, bus.Default())
	}
	for i, w := range writers {
		linked(t, w, readers[i])
		for k := range each {
			write(t, w, message(i*each+k, 8))
		}
	}
	for i := range boxes {
		boxes[i].wait(t, each)
		for k, n := range boxes[i].numbers() {
			if n != i*each+k {
				t.Fatalf("topic %d, sample %d: number %d", i, k, n)
			}
		}
	}
}

func tellsWritersApart(t *testing.T, p pair) {
	var got inbox
	r := subscribe(t, p.b, "/who", bus.QoS{Depth: 10}, got.put)
	first, second := advertise(t, p.a, "/who", bus.Default()), advertise(t, p.a, "/who", bus.Default())
	matched(t, first, 1)
	matched(t, second, 1)
	matched(t, r, 2)
	before := time.Now().Add(-time.Millisecond)
	write(t, first, message(1, 0))
	write(t, first, message(1, 0))
	write(t, second, message(2, 0))
	got.wait(t, 3)
	ids := map[int][16]byte{}
	for _, s := range got.all() {
		n := number(s.Data)
		if id, seen := ids[n]; seen && id != s.Writer {
			t.Errorf("writer %d changed its id", n)
		}
		ids[n] = s.Writer
		if s.Published.Before(before) || s.Published.After(time.Now()) {
			t.Errorf("published at %v", s.Published)
		}
	}
	if ids[1] == ids[2] || ids[1] == [16]byte{} {
		t.Errorf("ids %x and %x", ids[1], ids[2])
	}
}

func refusesBadNames(t *testing.T, p pair) {
	for _, name := range []string{"", "image", "/image/", "//image", "/a b", "/9lives", "/~/x", "/é"} {
		_, err := p.a.Advertise(name, stringType, bus.Default())
		var bad *bus.NameError
		if !errors.As(err, &bad) {
			t.Errorf("topic %q: %v", name, err)
		}
		if _, err := p.a.Client(name, "std_srvs/srv/Empty"); !errors.As(err, &bad) {
			t.Errorf("service %q: %v", name, err)
		}
	}
	for _, kind := range []string{"", "String", "std_msgs/String", "std_msgs::msg::String", "std_srvs/srv/Empty"} {
		if _, err := p.a.Advertise("/x", kind, bus.Default()); err == nil {
			t.Errorf("type %q was taken", kind)
		}
	}
	for _, qos := range []bus.QoS{{}, {Depth: -1}, {Depth: 1, Deadline: -1}, {Depth: 1, Reliability: 7}} {
		if _, err := p.a.Subscribe("/x", stringType, qos, func(bus.Sample) {}); err == nil {
			t.Errorf("QoS %+v was taken", qos)
		}
	}
	if _, err := p.driverA.OpenNode("a/b", "/"); err == nil {
		t.Error("node a/b was taken")
	}
	if _, err := p.driverA.OpenNode("a", "robot"); err == nil {
		t.Error("namespace without a slash was taken")
	}
}
