//go:build !linux

package control

import "time"

// PreciseSleep waits until a time of the steady clock.
func PreciseSleep(until time.Time) { time.Sleep(time.Until(until)) }

func raisePriority() {}
