//go:build cgo && !nodds

package dds

/*
#include <stdlib.h>
#include "shim.h"
*/
import "C"

import (
	"fmt"
	"sync/atomic"
	"unsafe"
)

// inlet is a DDS reader and the goroutine that empties it.
type inlet struct {
	entity  C.dds_entity_t
	id      guid
	wake    *wakeup // written by the reader's listener
	max     int     // samples taken at a time: no more than the history would keep
	handle  func(*arrival)
	started bool
	stopped atomic.Bool
	done    chan struct{} // closed by run when the last handler has returned

	// Used by run only, and here so that a sample costs no allocation.
	batch   *C.struct_hyt_batch // allocated alone: C may see no Go pointer beside it
	current arrival
}

// arrival is one sample on its way to a handler.
type arrival struct {
	data      []byte // C memory, read only; valid until the handler returns
	published int64  // ns since 1970
	writer    C.dds_instance_handle_t
}

// newInlet makes a reader. Samples are handled from start on; until then they
// wait in the reader's history.
func (d *driver) newInlet(topic, typeName string, p profile, matchFD C.int) (*inlet, error) {
	t, _, err := d.newTopic(topic, typeName)
	if err != nil {
		return nil, err
	}
	defer C.dds_delete(t) // the reader keeps what it needs of it
	wake, err := newWakeup()
	if err != nil {
		return nil, err
	}
	p.userData += d.release.typeData(rosType(typeName))
	q := p.newC()
	defer C.dds_delete_qos(q)
	in := &inlet{wake: wake, batch: new(C.struct_hyt_batch), max: C.HYT_BATCH, done: make(chan struct{})}
	if p.Depth > 0 {
		in.max = min(in.max, p.Depth)
	}
	in.entity = C.hyt_reader(d.participant, t, q, C.int(wake.fd), matchFD)
	if err := statusError(in.entity, "read "+topic); err != nil {
		wake.close()
		return nil, err
	}
	if in.id, err = entityID(in.entity); err != nil {
		in.close()
		return nil, err
	}
	return in, nil
}

func (in *inlet) start(handle func(*arrival)) {
	in.handle, in.started = handle, true
	go in.run()
}

func (in *inlet) run() {
	defer close(in.done)
	for in.wake.wait() {
		for in.take() && !in.stopped.Load() {
		}
	}
}

// take handles one batch. It returns false when the reader had no more.
func (in *inlet) take() (more bool) {
	C.hyt_take(in.entity, C.int32_t(in.max), in.batch)
	for i := range in.batch.count {
		s := &in.batch.samples[i]
		if !in.stopped.Load() {
			// Safe: data points to size bytes of the serdata whose reference we
			// hold until hyt_release below, and handlers do not keep or change it.
			data := unsafe.Slice((*byte)(s.data), int(s.size))
			in.current = arrival{data: data, published: int64(s.published), writer: s.writer}
			in.handle(&in.current)
		}
		C.hyt_release(s)
	}
	return !bool(in.batch.drained)
}

// close waits for a running handler. It must be called once, and not by a handler.
func (in *inlet) close() {
	in.stopped.Store(true)
	in.wake.stop()
	if in.started {
		<-in.done
	}
	C.dds_delete(in.entity) // waits for listeners, so nobody writes to wake any more
	in.wake.close()
}

// newTopic makes a DDS topic of opaque bytes; the caller deletes it when the
// endpoint is made. The type lives as long as an endpoint of it.
func (d *driver) newTopic(topic, typeName string) (C.dds_entity_t, *C.struct_ddsi_sertype, error) {
	name, kind := C.CString(topic), C.CString(typeName)
	defer C.free(unsafe.Pointer(name))
	defer C.free(unsafe.Pointer(kind))
	var st *C.struct_ddsi_sertype
	t := C.hyt_topic(d.participant, name, kind, &st)
	return t, st, statusError(t, fmt.Sprintf("make topic %s of %s", topic, typeName))
}
