package control

import "runtime"

// ReserveProcessors gives the Go scheduler more processors than the machine has
// cores. A thread that wakes in the kernel must get a Go processor before it runs
// on; with all of them computing it would wait for a preemption slice (10 ms). With
// spare ones the kernel's scheduler decides, which knows the loop's priority. One is for
// the loop, one for the garbage collector's worker, one for what wakes meanwhile.
func ReserveProcessors() {
	const spare = 3
	if want := runtime.NumCPU() + spare; runtime.GOMAXPROCS(0) < want {
		runtime.GOMAXPROCS(want)
	}
}
