//go:build cgo && !nodds

package dds

// #include "shim.h"
import "C"

import (
	"sync"
	"unsafe"
)

// loan is what readers of built-in topics lend their samples through.
//
// Key property: a reader of Cyclone writes as many pointers as it ever lent at once,
// however few are asked for later. So all reading goes through the same buffer, one call
// at a time, and the buffer only grows.
type loan struct {
	mu      sync.Mutex
	samples []unsafe.Pointer // nil, but while they are lent
	infos   []C.dds_sample_info_t
}

// lentAtFirst is how many samples fit to begin with.
const lentAtFirst = 64

// grow makes room for size samples. mu is held.
func (l *loan) grow(size int) {
	if len(l.samples) < size {
		l.samples, l.infos = make([]unsafe.Pointer, size), make([]C.dds_sample_info_t, size)
	}
}

// giveBack ends the loan of n samples. mu is held.
func (l *loan) giveBack(builtin C.dds_entity_t, n int) {
	C.dds_return_loan(builtin, &l.samples[0], C.int32_t(n))
	clear(l.samples) // nil asks for a loan
}

// bury takes what has gone out of a built-in topic.
func (l *loan) bury(builtin C.dds_entity_t) {
	const gone = C.DDS_ANY_SAMPLE_STATE | C.DDS_ANY_VIEW_STATE | C.DDS_NOT_ALIVE_DISPOSED_INSTANCE_STATE | C.DDS_NOT_ALIVE_NO_WRITERS_INSTANCE_STATE
	l.mu.Lock()
	defer l.mu.Unlock()
	l.grow(lentAtFirst)
	for {
		n := int(C.dds_take_mask(builtin, &l.samples[0], &l.infos[0], C.size_t(len(l.samples)), C.uint32_t(len(l.samples)), gone))
		if n <= 0 {
			return
		}
		l.giveBack(builtin, n)
	}
}

// eachAlive calls f for what a built-in topic holds now. What f is given is valid
// only during the call, in which it reads no built-in topic.
func eachAlive[T any](l *loan, builtin C.dds_entity_t, f func(*T)) {
	const alive = C.DDS_ANY_SAMPLE_STATE | C.DDS_ANY_VIEW_STATE | C.DDS_ALIVE_INSTANCE_STATE
	l.mu.Lock()
	defer l.mu.Unlock()
	for size := lentAtFirst; ; size = 4 * len(l.samples) {
		l.grow(size)
		n := int(C.dds_read_mask(builtin, &l.samples[0], &l.infos[0], C.size_t(len(l.samples)), C.uint32_t(len(l.samples)), alive))
		if n <= 0 {
			return
		}
		all := n < len(l.samples)
		for i := 0; all && i < n; i++ {
			if l.infos[i].valid_data {
				// Safe: the topic's samples are T, on loan until given back below.
				f((*T)(l.samples[i]))
			}
		}
		l.giveBack(builtin, n)
		if all {
			return
		}
	}
}
