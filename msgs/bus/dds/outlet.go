//go:build cgo && !nodds

package dds

// #include "shim.h"
import "C"

import (
	"fmt"
	"sync"
	"sync/atomic"
	"unsafe"

	"hyt/msgs/bus"
)

// outlet is a DDS writer.
type outlet struct {
	topic  string
	entity C.dds_entity_t
	id     guid
	kind   *C.struct_ddsi_sertype // a reference of our own, until close
	closed atomic.Bool
	// Held for reading by writes, for writing while kind goes away.
	mu sync.RWMutex
}

func (d *driver) newOutlet(topic, typeName string, p profile, matchFD C.int) (*outlet, error) {
	t, kind, err := d.newTopic(topic, typeName)
	if err != nil {
		return nil, err
	}
	defer C.dds_delete(t) // the writer keeps what it needs of it
	p.userData += d.release.typeData(rosType(typeName))
	q := p.newC()
	defer C.dds_delete_qos(q)
	out := &outlet{topic: topic, entity: C.hyt_writer(d.participant, t, q, matchFD)}
	if err := statusError(out.entity, "write "+topic); err != nil {
		return nil, err
	}
	out.kind = C.ddsi_sertype_ref(kind) // alive: topic and writer hold it now
	if out.id, err = entityID(out.entity); err != nil {
		out.close()
		return nil, err
	}
	return out, nil
}

// write sends head and tail as one sample. It allocates nothing in Go. It blocks
// only for keep-all histories whose readers do not keep up; close ends that.
func (out *outlet) write(head, tail []byte) error {
	if err := bus.CheckCDR(head); err != nil {
		return err
	}
	out.mu.RLock()
	defer out.mu.RUnlock()
	if out.closed.Load() {
		return bus.ErrClosed
	}
	rc := out.writeC(head, tail)
	for rc == C.DDS_RETCODE_TIMEOUT && !out.closed.Load() {
		rc = out.writeC(head, tail)
	}
	if rc < 0 && out.closed.Load() {
		return bus.ErrClosed
	}
	if rc < 0 {
		return statusError(rc, fmt.Sprintf("write %d bytes on %s", len(head)+len(tail), out.topic))
	}
	return nil
}

// writeC hands head (never empty) and tail over. Safe: cgo pins both slices
// during the call, C copies what they hold, and in the form &s[0] cgo knows that
// a slice of bytes holds no Go pointer, whatever it is a part of.
func (out *outlet) writeC(head, tail []byte) C.dds_return_t {
	if len(tail) == 0 {
		return C.hyt_write(out.entity, out.kind, unsafe.Pointer(&head[0]), C.size_t(len(head)), nil, 0)
	}
	return C.hyt_write(out.entity, out.kind, unsafe.Pointer(&head[0]), C.size_t(len(head)),
		unsafe.Pointer(&tail[0]), C.size_t(len(tail)))
}

// close ends a write that blocks. It returns false when it was closed before.
func (out *outlet) close() bool {
	if out.closed.Swap(true) {
		return false
	}
	C.dds_delete(out.entity) // waits for the write that Cyclone is at
	out.mu.Lock()            // writes that have not reached Cyclone yet still use kind
	defer out.mu.Unlock()
	C.ddsi_sertype_unref(out.kind)
	return true
}
