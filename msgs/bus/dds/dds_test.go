//go:build cgo && !nodds

package dds_test

import (
	"testing"

	"hyt/msgs/bus"
	"hyt/msgs/bus/bustest"
	"hyt/msgs/bus/dds"
)

func open(t *testing.T, domain *int) bus.Driver {
	t.Helper()
	d, err := dds.Open(dds.Options{Domain: domain, Loopback: true})
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestConformance(t *testing.T) {
	domain := dds.ReserveDomain(t)
	bustest.Run(t, func(t *testing.T) (a, b bus.Driver) { return open(t, domain), open(t, domain) })
}
