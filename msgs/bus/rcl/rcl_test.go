//go:build ros2 && cgo

package rcl_test

import (
	"fmt"
	"math/rand/v2"
	"net"
	"testing"

	"hyt/msgs/bus"
	"hyt/msgs/bus/bustest"
	"hyt/msgs/bus/rcl"
)

// testDomain is a ROS domain that no other test on this machine has until t ends:
// whoever listens on its port has it. On Linux the UDP ports of domains 216 to 231
// lie above those that the kernel hands out, and robots rarely are there.
func testDomain(t testing.TB) *int {
	t.Helper()
	for range 1000 {
		domain := 216 + rand.IntN(16)
		lock, err := net.Listen("tcp4", fmt.Sprintf("127.0.0.1:%d", 20_000+domain))
		if err == nil {
			t.Cleanup(func() { lock.Close() })
			return &domain
		}
	}
	t.Fatal("no ROS domain is free for the test")
	return nil
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
	domain := testDomain(t)
	bustest.Run(t, func(t *testing.T) (a, b bus.Driver) {
		return opaqueDriver{open(t, domain)}, opaqueDriver{open(t, domain)}
	})
}
