//go:build !linux

package control

import (
	"errors"
	"time"
)

// PreciseSleep waits until a time of the steady clock.
func PreciseSleep(until time.Time) { time.Sleep(time.Until(until)) }

func (r Realtime) ask() (granted string, restore func(), denied error) {
	if r != (Realtime{}) {
		denied = errors.New("real-time scheduling and locked memory are asked for, and hyt knows how to get them on Linux only")
	}
	return "ordinary", func() {}, denied
}
