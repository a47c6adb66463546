package bustest

import (
	"context"
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"
	"sync"
	"testing"

	"hyt/msgs/bus"
)

var leakCases = []testCase{
	{"NodesLeaveNothingBehind", "200 nodes opened, used and closed in one driver cost no memory, thread or descriptor", nodesLeaveNothingBehind},
	{"DriversLeaveNothingBehind", "so do drivers opened, used and closed", driversLeaveNothingBehind},
}

const (
	nodeRounds   = 200
	driverRounds = 40
	// Each round moves this much: a driver that keeps one message a round holds 20 MB
	// or more in the end.
	roundBytes = 1 << 20
	// slack is what allocators and the race detector may take meanwhile.
	slack = 14 << 20
)

func nodesLeaveNothingBehind(t *testing.T, p pair) {
	bounded(t, nodeRounds, func(round int) {
		a, b := node(t, p.driverA, "one", "/"), node(t, p.driverB, "two", "/")
		use(t, a, b, round)
		for _, n := range []bus.Node{a, b} {
			if err := n.Close(); err != nil {
				t.Fatal(err)
			}
		}
	})
}

func driversLeaveNothingBehind(t *testing.T, p pair) {
	bounded(t, driverRounds, func(round int) {
		a, b := p.open(t)
		use(t, node(t, a, "one", "/"), node(t, b, "two", "/"), round)
		for _, d := range []bus.Driver{a, b} {
			if err := d.Close(); err != nil {
				t.Fatal(err)
			}
		}
	})
}

// bulk is a message of roundBytes.
var bulk = sync.OnceValue(func() []byte { return message(1, roundBytes) })

// use moves a message and a call from a to b over endpoints that the nodes close.
// Each round has names of its own, because those of the last one may still be seen.
func use(t *testing.T, a, b bus.Node, round int) {
	t.Helper()
	topic, service := fmt.Sprintf("/leak%d", round), fmt.Sprintf("/echo%d", round)
	came := make(chan struct{}, 1)
	r := subscribe(t, b, topic, bus.Command(), func(bus.Sample) { came <- struct{}{} })
	w := advertise(t, a, topic, bus.Command())
	if _, err := b.Serve(service, echoType, echo); err != nil {
		t.Fatal(err)
	}
	c, err := a.Client(service, echoType)
	if err != nil {
		t.Fatal(err)
	}
	linked(t, w, r)
	write(t, w, bulk())
	within(t, "the message", func() { <-came })
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	if _, err := c.Call(ctx, message(1, 0)); err != nil {
		t.Fatal(err)
	}
}

// bounded runs n rounds and compares what the process holds after the first half,
// when caches and pools have their size, and after the second.
func bounded(t *testing.T, n int, run func(round int)) {
	t.Helper()
	for round := range n / 2 {
		run(round)
	}
	before := held()
	for round := range n / 2 {
		run(n/2 + round)
	}
	after := held()
	if grown := after.memory - before.memory; grown > slack {
		t.Errorf("memory grew by %d KB in %d rounds of %d KB", grown>>10, n/2, roundBytes>>10)
	}
	if after.files > before.files+4 { // the runtime and the C library open some as they like
		t.Errorf("%d open files, %d before", after.files, before.files)
	}
	if after.threads > before.threads+8 { // Go starts threads as it likes
		t.Errorf("%d threads, %d before", after.threads, before.threads)
	}
}

// holdings is what a process has: bytes of resident memory, open files, threads.
// They are zero where there is no /proc.
type holdings struct{ memory, files, threads int }

func held() (h holdings) {
	runtime.GC()
	debug.FreeOSMemory()
	if files, err := os.ReadDir("/proc/self/fd"); err == nil {
		h.files = len(files)
	}
	status, _ := os.ReadFile("/proc/self/status")
	for line := range strings.Lines(string(status)) {
		f := strings.Fields(line)
		switch {
		case len(f) > 1 && f[0] == "VmRSS:":
			kb, _ := strconv.Atoi(f[1])
			h.memory = kb << 10
		case len(f) > 1 && f[0] == "Threads:":
			h.threads, _ = strconv.Atoi(f[1])
		}
	}
	return h
}
