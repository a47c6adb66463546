package mem

import "sync"

// Settle waits until every sample that was written has been handled by those who read
// it, samples that handlers write included; calls of services do not count. A simulator
// in lockstep needs it: no message of the next instant may overtake one of this. Only a
// bus within one process can know.
func (n *Network) Settle() { n.flow.settle() }

// flow counts the samples that wait or are being handled.
type flow struct {
	mu   sync.Mutex
	idle sync.Cond // signalled when none is left; waits on mu
	n    int
}

func newFlow() *flow {
	f := &flow{}
	f.idle.L = &f.mu
	return f
}

func (f *flow) add(n int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.n += n; f.n == 0 {
		f.idle.Broadcast()
	}
}

func (f *flow) settle() {
	f.mu.Lock()
	defer f.mu.Unlock()
	for f.n > 0 {
		f.idle.Wait()
	}
}
