package compose

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"slices"
	"strconv"
	"testing"
	"time"

	"hyt/config"
	"hyt/msgs/bus"
	"hyt/msgs/bus/dds"
	"hyt/nodes/engines"
	"hyt/nodes/node"
	"hyt/nodes/policynode"
	"hyt/nodes/rosargs"
	"hyt/nodes/thinkernode"
)

// heapTime is how long TestHeapStaysFlat watches: the environment's HYT_HEAP_MINUTES,
// or a few seconds.
func heapTime(t *testing.T) time.Duration {
	text := os.Getenv("HYT_HEAP_MINUTES")
	if text == "" {
		return 4 * time.Second
	}
	n, err := strconv.ParseFloat(text, 64)
	if err != nil || n <= 0 {
		t.Fatalf("HYT_HEAP_MINUTES=%q is not a number of minutes", text)
	}
	return time.Duration(n * float64(time.Minute))
}

// Policy and thinker, composed, run the shipped model over DDS: 50 images, 50 plans
// and 50 commands a second, and two thoughts. What the heap holds after a collection
// may not grow.
func TestHeapStaysFlat(t *testing.T) {
	domain := 42                                     // of none of the ranges that other tests draw from
	namespace := fmt.Sprintf("/heap%d", os.Getpid()) // several may watch at once
	open := func(config.Common) (bus.Driver, error) {
		return dds.Open(dds.Options{Domain: &domain, Loopback: true})
	}
	driver, err := open(config.Common{})
	if err != nil {
		t.Fatal(err)
	}
	robot, err := node.New(node.Options{Identity: rosargs.Identity{Name: "robot", Namespace: namespace}, Driver: driver, Console: io.Discard})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	moved := make(chan struct{}, 1)
	if err := playRobot(ctx, robot, 50, moved); err != nil {
		t.Fatal(err)
	}
	args, err := rosargs.Parse([]string{"--ros-args", "-r", "__ns:=" + namespace, "-p", "arm_on_activate:=true", "-p", "model:=../../policy/models/tabletop",
		"-p", "control_rate:=50.0", "-p", "replan_rate:=50.0", "-p", "max_difference:=100.0"})
	if err != nil {
		t.Fatal(err)
	}
	pool := engines.NewPool()
	p := Process{Components: []node.Component{policynode.New(policynode.FromPool(pool)), thinkernode.New(pool)}, Console: io.Discard, OpenDriver: open}
	done := make(chan error, 1)
	go func() { done <- p.Run(ctx, args, nil) }()
	select {
	case <-moved:
	case err := <-done:
		t.Fatal(err)
	}
	watchHeap(t, heapTime(t))
	cancel()
	if err := errors.Join(<-done, robot.Close(), driver.Close()); err != nil {
		t.Error(err)
	}
}

// watchHeap compares the first quarter of the samples with the last one, after a time
// in which rings, pools and caches get their size.
func watchHeap(t *testing.T, length time.Duration) {
	t.Helper()
	quarter, most := 5, 4000 // samples; kB that it may grow by
	if length >= time.Minute {
		quarter, most = 16, 1000
	}
	time.Sleep(min(length/4, time.Minute))
	var heaps, residents []int
	for range 4 * quarter {
		time.Sleep(length / time.Duration(4*quarter))
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		heaps, residents = append(heaps, int(m.HeapAlloc)/1000), append(residents, resident(t))
	}
	first, last := median(heaps[:quarter]), median(heaps[3*quarter:])
	t.Logf("heap over %v: %d kB in the first quarter, %d kB in the last (%d to %d kB); resident memory %d kB, then %d kB",
		length, first, last, slices.Min(heaps), slices.Max(heaps), median(residents[:quarter]), median(residents[3*quarter:]))
	// Two medians of one heap differ by what happened to be in flight: an image or a
	// few, and what a report is made of; more, where a busy machine lets it pile up for
	// seconds. A leak of 100 bytes a tick is 9 MB in 30 minutes at 50 Hz, one of an image
	// of the model's size 1 GB; in seconds only the latter shows.
	if last-first > most {
		t.Errorf("the heap grew by %d kB in %v", last-first, length)
	}
}

func median(of []int) int { return slices.Sorted(slices.Values(of))[len(of)/2] }
