// Package bustest is what every bus driver must do, as one suite. A driver's
// test calls Run; each case carries a sentence that says what is promised.
package bustest

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"hyt/msgs/bus"
)

// patience is how long a case waits for what must come. Nothing is measured with
// it: it only ends a test that would hang.
const patience = time.Minute

// quiet is how long a case watches that something does not come.
const quiet = 100 * time.Millisecond

const stringType = "std_msgs/msg/String"

// Optional is something that a driver may do without, where its middleware cannot.
type Optional string

// What a driver may lack.
const (
	// RefusalEvents: writers and readers implement bus.Incompatible.
	RefusalEvents Optional = "refusal events"
	// Graphs: nodes implement bus.Graph.
	Graphs Optional = "the graph"
	// Expiry: samples older than their lifespan are not delivered.
	Expiry Optional = "lifespan"
)

type testCase struct {
	name    string
	promise string
	run     func(*testing.T, pair)
}

// Run checks a driver. open returns two drivers that can hear each other, as two
// processes would; the suite closes them. lacks lists what the middleware cannot
// do at all: the suite leaves that out, and says so.
func Run(t *testing.T, open func(t *testing.T) (a, b bus.Driver), lacks ...Optional) {
	for _, group := range [][]testCase{topicCases, qosCases, closeCases, serviceCases, graphCases, leakCases} {
		for _, c := range group {
			t.Run(c.name, func(t *testing.T) {
				defer func() {
					if t.Failed() {
						t.Logf("promise: %s", c.promise)
					}
				}()
				defer goleak.VerifyNone(t, goleak.IgnoreCurrent())
				a, b := open(t)
				p := pair{driverA: a, driverB: b, a: node(t, a, "alpha", "/"), b: node(t, b, "beta", "/robot"), open: open, lacks: lacks}
				defer a.Close()
				defer b.Close()
				c.run(t, p)
			})
		}
	}
}

// pair is two drivers with a node each: "/alpha" and "/robot/beta".
type pair struct {
	driverA, driverB bus.Driver
	a, b             bus.Node
	open             func(t *testing.T) (a, b bus.Driver) // two more
	lacks            []Optional
}

// need ends the case where the middleware lacks what.
func (p pair) need(t *testing.T, what Optional) {
	t.Helper()
	if slices.Contains(p.lacks, what) {
		t.Skipf("the middleware of driver %s lacks %s", p.driverA.Name(), what)
	}
}

func node(t *testing.T, d bus.Driver, name, namespace string) bus.Node {
	t.Helper()
	n, err := d.OpenNode(name, namespace)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func advertise(t *testing.T, n bus.Node, topic string, qos bus.QoS) bus.Writer {
	t.Helper()
	w, err := n.Advertise(topic, stringType, qos)
	if err != nil {
		t.Fatal(err)
	}
	return w
}

func subscribe(t *testing.T, n bus.Node, topic string, qos bus.QoS, handler func(bus.Sample)) bus.Reader {
	t.Helper()
	r, err := n.Subscribe(topic, stringType, qos, handler)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func write(t *testing.T, w bus.Writer, data []byte) {
	t.Helper()
	if err := w.Write(data, nil); err != nil {
		t.Fatal(err)
	}
}

// message is CDR that carries n and size further bytes that depend on it.
func message(n, size int) []byte {
	data := binary.LittleEndian.AppendUint32([]byte{0, 1, 0, 0}, uint32(n))
	for i := range size {
		data = append(data, byte(n+i*7))
	}
	return data
}

// number is the n of a message.
func number(data []byte) int {
	if len(data) < 8 {
		return -1
	}
	return int(binary.LittleEndian.Uint32(data[4:]))
}

// inbox keeps copies of what a handler was given.
type inbox struct {
	mu      sync.Mutex
	samples []bus.Sample
}

func (b *inbox) put(s bus.Sample) {
	b.mu.Lock()
	defer b.mu.Unlock()
	s.Data = bytes.Clone(s.Data)
	b.samples = append(b.samples, s)
}

func (b *inbox) all() []bus.Sample {
	b.mu.Lock()
	defer b.mu.Unlock()
	return append([]bus.Sample(nil), b.samples...)
}

func (b *inbox) numbers() (list []int) {
	for _, s := range b.all() {
		list = append(list, number(s.Data))
	}
	return list
}

// wait returns the samples once there are n.
func (b *inbox) wait(t *testing.T, n int) []bus.Sample {
	t.Helper()
	eventually(t, fmt.Sprintf("%d samples", n), func() bool { return len(b.all()) >= n })
	return b.all()
}

func eventually(t *testing.T, what string, is func() bool) {
	t.Helper()
	for end := time.Now().Add(patience); !is(); time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("waited %v in vain for %s", patience, what)
		}
	}
}

// within fails the test when f hangs.
func within(t *testing.T, what string, f func()) {
	t.Helper()
	done := make(chan struct{})
	go func() { defer close(done); f() }()
	select {
	case <-done:
	case <-time.After(patience):
		t.Fatalf("%s hangs", what)
	}
}

type matcher interface{ Matched() int }

// linked waits until both sides know of each other. What a writer sends before its
// readers know it may be lost.
func linked(t *testing.T, w bus.Writer, readers ...bus.Reader) {
	t.Helper()
	matched(t, w, len(readers))
	for _, r := range readers {
		matched(t, r, 1)
	}
}

func matched(t *testing.T, m matcher, n int) {
	t.Helper()
	eventually(t, fmt.Sprintf("%d matches", n), func() bool { return m.Matched() == n })
}

// same tells whether a received message is the one that was written. A driver
// may round a message up with zeros to a multiple of four.
func same(got, want []byte) bool {
	extra := len(got) - len(want)
	return extra >= 0 && extra < 4 && bytes.Equal(got[:len(want)], want) &&
		bytes.Equal(got[len(want):], make([]byte, extra))
}
