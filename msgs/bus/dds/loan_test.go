//go:build cgo && !nodds

package dds_test

import (
	"fmt"
	"maps"
	"runtime"
	"slices"
	"testing"

	"hyt/msgs/bus"
	"hyt/msgs/bus/dds"
)

// A graph of a few nodes has more endpoints than are read at once. Whoever reads it
// again, and whoever comes and goes meanwhile, must find the process whole: Cyclone once
// wrote past a buffer that was shorter than the one before.
func TestLargeGraphsAreReadAgainAndAgain(t *testing.T) {
	const topics = 100
	domain := dds.ReserveDomain(t)
	d := open(t, domain)
	defer d.Close()
	n, err := d.OpenNode("reader", "/")
	if err != nil {
		t.Fatal(err)
	}
	for range 3 {
		other := open(t, domain)
		robot, err := other.OpenNode("robot", "/")
		if err != nil {
			t.Fatal(err)
		}
		want := map[string][]string{}
		for i := range topics {
			name := fmt.Sprintf("/topic%02d", i)
			if _, err := robot.Advertise(name, "std_msgs/msg/Empty", bus.Default()); err != nil {
				t.Fatal(err)
			}
			want[name] = []string{"std_msgs/msg/Empty"}
		}
		listed := func() bool {
			seen := n.(bus.Graph).Topics()
			maps.DeleteFunc(seen, func(name string, _ []string) bool { return want[name] == nil })
			return maps.EqualFunc(seen, want, slices.Equal[[]string])
		}
		eventually(t, "all topics", listed)
		for range 20 {
			runtime.GC() // looks at all that may have been written over
			if !listed() {
				t.Fatal("not all topics are listed any more")
			}
		}
		if err := other.Close(); err != nil {
			t.Fatal(err)
		}
		eventually(t, "the robot is gone", func() bool { return !slices.Contains(n.(bus.Graph).NodeNames(), "/robot") })
	}
}
