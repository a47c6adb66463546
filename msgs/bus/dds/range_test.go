//go:build cgo && !nodds

package dds_test

import (
	"slices"
	"testing"
	"time"

	"hyt/msgs/bus"
	"hyt/msgs/bus/dds"
)

// With the machine's own network: who finds whom.
func TestRangesReachWhomTheyShould(t *testing.T) {
	for _, c := range []struct {
		name, distro string
		env          map[string]string
		meet         bool
	}{
		{"localhost", "jazzy", map[string]string{"ROS_AUTOMATIC_DISCOVERY_RANGE": "LOCALHOST"}, true},
		{"localhost only, Jazzy", "jazzy", map[string]string{"ROS_LOCALHOST_ONLY": "1"}, true},
		{"localhost only, Humble", "humble", map[string]string{"ROS_LOCALHOST_ONLY": "1"}, true},
		{"static peers", "jazzy", map[string]string{"ROS_STATIC_PEERS": "127.0.0.1"}, true},
		{"off", "jazzy", map[string]string{"ROS_AUTOMATIC_DISCOVERY_RANGE": "OFF", "ROS_STATIC_PEERS": "127.0.0.1"}, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			for _, key := range []string{"ROS_LOCALHOST_ONLY", "ROS_AUTOMATIC_DISCOVERY_RANGE", "ROS_STATIC_PEERS"} {
				t.Setenv(key, c.env[key])
			}
			domain := dds.ReserveDomain(t)
			open := func(name string) bus.Graph {
				d, err := dds.Open(dds.Options{Domain: domain, Distro: c.distro})
				if err != nil {
					t.Fatal(err)
				}
				t.Cleanup(func() { d.Close() })
				n, err := d.OpenNode(name, "/")
				if err != nil {
					t.Fatal(err)
				}
				return n.(bus.Graph)
			}
			a, b := open("a"), open("b")
			both := []string{"/a", "/b"}
			if c.meet {
				eventually(t, "each other", func() bool { return slices.Equal(a.NodeNames(), both) && slices.Equal(b.NodeNames(), both) })
				return
			}
			time.Sleep(500 * time.Millisecond)
			if slices.Equal(a.NodeNames(), both) || slices.Equal(b.NodeNames(), both) {
				t.Error("they met")
			}
		})
	}
}
