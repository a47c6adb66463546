//go:build !ros2 || !cgo

package rcl_test

import (
	"errors"
	"strings"
	"testing"

	"hyt/msgs/bus"
	"hyt/msgs/bus/rcl"
)

func TestOpenSaysHowToGetROS2(t *testing.T) {
	_, err := rcl.Open(rcl.Options{})
	if !errors.Is(err, bus.ErrUnavailable) || !strings.Contains(err.Error(), "-tags ros2") {
		t.Error(err)
	}
}
