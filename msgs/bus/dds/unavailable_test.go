//go:build !cgo || nodds

package dds_test

import (
	"errors"
	"testing"

	"hyt/msgs/bus"
	"hyt/msgs/bus/dds"
)

func TestOpenSaysHowToEnableDDS(t *testing.T) {
	if _, err := dds.Open(dds.Options{}); !errors.Is(err, bus.ErrUnavailable) {
		t.Error(err)
	}
}
