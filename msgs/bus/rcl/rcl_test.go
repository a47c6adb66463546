//go:build ros2 && cgo

package rcl_test

import (
	"math/rand/v2"
	"testing"

	"hyt/msgs/bus"
	"hyt/msgs/bus/bustest"
	"hyt/msgs/bus/rcl"
)

// testDomain keeps tests that run at the same time on one machine apart. On Linux
// the ports of domains 216 to 231 lie above those that the kernel hands out, and
// robots rarely are there.
func testDomain() *int {
	id := 216 + rand.IntN(16)
	return &id
}

func open(t testing.TB, domain *int) bus.Driver {
	t.Helper()
	t.Setenv("ROS_LOCALHOST_ONLY", "1")
	d, err := rcl.Open(rcl.Options{Domain: domain})
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestConformance(t *testing.T) {
	domain := testDomain()
	bustest.Run(t, func(t *testing.T) (a, b bus.Driver) {
		return opaqueDriver{open(t, domain)}, opaqueDriver{open(t, domain)}
	})
}
