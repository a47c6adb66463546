//go:build cgo && !nodds

package dds

import (
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"testing"
)

// ReserveDomain picks a domain that no other test on this machine uses until t
// ends: it holds a TCP port for it.
func ReserveDomain(t testing.TB) *int {
	t.Helper()
	for range 1000 {
		domain := 100 + rand.IntN(100)
		lock, err := net.Listen("tcp4", fmt.Sprintf("127.0.0.1:%d", 20_000+domain))
		if err == nil {
			t.Cleanup(func() { lock.Close() })
			return &domain
		}
	}
	t.Fatal("no DDS domain is free for the test")
	return nil
}

// Config is Cyclone's configuration as Open would set it, for programs to compare
// with.
func Config(o Options) (string, error) {
	domain, err := o.domainID(os.Getenv)
	if err != nil {
		return "", err
	}
	reach, err := o.reach(humble, os.Getenv)
	return o.config(domain, reach, os.Getenv), err
}
