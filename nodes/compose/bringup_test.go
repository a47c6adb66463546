package compose

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"hyt/config"
	"hyt/msgs/bus"
	"hyt/msgs/bus/dds"
	lc "hyt/msgs/lifecycle_msgs"
	"hyt/nodes/engines"
	"hyt/nodes/managed"
	"hyt/nodes/node"
	"hyt/nodes/policynode"
	"hyt/nodes/rosargs"
	"hyt/nodes/thinkernode"
	"hyt/policy/policytest"
)

// bringUps is how often TestBringUps leads the nodes up and down: the environment's
// HYT_BRINGUPS, or a few.
func bringUps(t *testing.T) int {
	text := os.Getenv("HYT_BRINGUPS")
	if text == "" {
		return 5
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 {
		t.Fatalf("HYT_BRINGUPS=%q is not a number of bring-ups", text)
	}
	return n
}

// A manager leads policy and thinker through configure, activate, deactivate and
// cleanup over real DDS, again and again; nothing may stay behind.
func TestBringUps(t *testing.T) {
	model := policytest.New(t, policytest.Options{})
	pool := engines.NewPool()
	policy, thinker := policynode.New(policynode.FromPool(pool)), thinkernode.New(pool)
	for name, c := range map[string]config.Config{"policy": policy.Config(), "thinker": thinker.Config()} {
		err := config.Set(c, config.Value{Name: "model", Value: model.Dir}, config.Value{Name: "autostart", Value: false})
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
	}
	domain := 40 // of none of the ranges that other tests draw from
	driver, err := dds.Open(dds.Options{Domain: &domain, Loopback: true})
	if err != nil {
		t.Fatal(err)
	}
	open := func(name string) *node.Node {
		n, err := node.New(node.Options{Identity: rosargs.Identity{Name: name, Namespace: "/bringup"}, Driver: driver, Console: io.Discard, Rosout: true})
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	manager := open("manager")
	done := make(chan error, 2)
	for name, c := range map[string]node.Component{"policy": policy, "thinker": thinker} {
		n := open(name)
		go func() { done <- errors.Join(managed.Run(ctx, n, c), n.Close()) }()
	}
	states := map[string]bus.Client{}
	for _, name := range []string{"policy", "thinker"} {
		if states[name], err = bus.NewClient[*lc.ChangeStateRequest](manager.Bus(), "/bringup/"+name+"/change_state"); err != nil {
			t.Fatal(err)
		}
	}
	all := func(label string) {
		t.Helper()
		ctx, cancel := context.WithTimeout(ctx, time.Minute)
		defer cancel()
		for name, client := range states {
			var answer lc.ChangeStateResponse
			err := bus.Call(ctx, client, &lc.ChangeStateRequest{Transition: lc.Transition{Label: label}}, &answer)
			if err != nil || !answer.Success {
				t.Fatalf("%s of %s: %v, %+v", label, name, err, answer)
			}
		}
	}
	var before, after usage
	const settle = 2 // bring-ups until pools and caches have their size
	n := bringUps(t)
	for i := range settle + n {
		if i == settle {
			before = measure(t)
		}
		for _, label := range []string{"configure", "activate", "deactivate", "cleanup"} {
			all(label)
		}
	}
	after = measure(t)
	t.Logf("%d bring-ups of policy and thinker: goroutines %d, then %d; resident memory %d kB, then %d kB (%.1f kB each)",
		n, before.goroutines, after.goroutines, before.resident, after.resident, float64(after.resident-before.resident)/float64(n))
	if after.goroutines > before.goroutines {
		t.Errorf("%d goroutines, then %d", before.goroutines, after.goroutines)
	}
	// Cyclone keeps some 300 bytes for each of the 30 endpoints ever made; the bound
	// leaves room for the allocators' moods, not for a model or a buffer.
	if limit := 16<<10 + 15*n; after.resident-before.resident > limit {
		t.Errorf("resident memory grew by %d kB in %d bring-ups", after.resident-before.resident, n)
	}
	cancel()
	if err := errors.Join(<-done, <-done, manager.Close(), driver.Close()); err != nil {
		t.Error(err)
	}
}

// usage is what the process has.
type usage struct{ goroutines, resident int } // resident in kB

func measure(t *testing.T) usage {
	t.Helper()
	runtime.GC()
	goroutines := runtime.NumGoroutine()
	for range 100 { // those that were told to end may need a moment
		time.Sleep(10 * time.Millisecond)
		goroutines = min(goroutines, runtime.NumGoroutine())
	}
	return usage{goroutines, resident(t)}
}

// resident is the process's memory in kB.
func resident(t *testing.T) int {
	t.Helper()
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := bytes.Cut(status, []byte("VmRSS:"))
	kB, err := strconv.Atoi(strings.Fields(string(rest))[0])
	if err != nil {
		t.Fatal(err)
	}
	return kB
}
