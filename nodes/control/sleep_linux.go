package control

import (
	"time"

	"golang.org/x/sys/unix"
)

// PreciseSleep waits in the kernel until a time of the steady clock. Go's own
// timers fire when a Go processor gets round to them, which takes up to a
// preemption slice when all are computing; the kernel's wakes this thread.
func PreciseSleep(until time.Time) {
	for {
		wait := time.Until(until)
		if wait <= 0 {
			return
		}
		ts := unix.NsecToTimespec(wait.Nanoseconds())
		// Interrupted by a signal (the runtime sends some): look at the clock again.
		_ = unix.ClockNanosleep(unix.CLOCK_MONOTONIC, 0, &ts, nil)
	}
}
