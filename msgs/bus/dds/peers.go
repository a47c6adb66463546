//go:build cgo && !nodds

package dds

/*
#include <stdlib.h>
#include "shim.h"
*/
import "C"

import (
	"strings"
	"unsafe"
)

// guid is a DDS entity's id: 12 bytes for the participant, 4 for the entity in it.
type guid [16]byte

func entityID(entity C.dds_entity_t) (guid, error) {
	var g C.dds_guid_t
	err := statusError(C.dds_get_guid(entity, &g), "get an entity's id")
	return goGUID(g), err
}

func goGUID(g C.dds_guid_t) (id guid) {
	for i, b := range g.v {
		id[i] = byte(b)
	}
	return id
}

// peer is what discovery tells about an endpoint at the other side.
type peer struct {
	id       guid
	userData string
}

// writerPeer describes a writer that reader is matched with.
func writerPeer(reader C.dds_entity_t, writer C.dds_instance_handle_t) (peer, bool) {
	return newPeer(C.dds_get_matched_publication_data(reader, writer))
}

// writerPeers describes all writers that reader is matched with.
func writerPeers(reader C.dds_entity_t) []peer {
	handles := listHandles(func(list *C.dds_instance_handle_t, n C.size_t) C.dds_return_t {
		return C.dds_get_matched_publications(reader, list, n)
	})
	return describe(handles, func(h C.dds_instance_handle_t) (peer, bool) { return writerPeer(reader, h) })
}

// readerPeers describes all readers that writer is matched with.
func readerPeers(writer C.dds_entity_t) []peer {
	handles := listHandles(func(list *C.dds_instance_handle_t, n C.size_t) C.dds_return_t {
		return C.dds_get_matched_subscriptions(writer, list, n)
	})
	return describe(handles, func(h C.dds_instance_handle_t) (peer, bool) {
		return newPeer(C.dds_get_matched_subscription_data(writer, h))
	})
}

// listHandles calls list with room until everything fits.
func listHandles(list func(*C.dds_instance_handle_t, C.size_t) C.dds_return_t) []C.dds_instance_handle_t {
	handles := make([]C.dds_instance_handle_t, 16)
	for {
		n := int(list(&handles[0], C.size_t(len(handles))))
		if n <= len(handles) {
			return handles[:max(n, 0)]
		}
		handles = make([]C.dds_instance_handle_t, 2*n)
	}
}

// describe skips peers that have gone since they were listed.
func describe(handles []C.dds_instance_handle_t, one func(C.dds_instance_handle_t) (peer, bool)) []peer {
	peers := make([]peer, 0, len(handles))
	for _, h := range handles {
		if p, ok := one(h); ok {
			peers = append(peers, p)
		}
	}
	return peers
}

// newPeer reads and frees e, which may be nil.
func newPeer(e *C.dds_builtintopic_endpoint_t) (p peer, ok bool) {
	if e == nil {
		return p, false
	}
	defer C.dds_builtintopic_free_endpoint(e)
	p.id = goGUID(e.key)
	var data unsafe.Pointer
	var size C.size_t
	if C.dds_qget_userdata(e.qos, &data, &size) && data != nil {
		p.userData = C.GoStringN((*C.char)(data), C.int(size))
		C.free(data) // the call made us a copy
	}
	return p, true
}

// property is the value of key in user data "key=value;key=value;".
func (p peer) property(key string) (value string, ok bool) {
	for pair := range strings.SplitSeq(p.userData, ";") {
		if value, ok := strings.CutPrefix(pair, key+"="); ok {
			return value, true
		}
	}
	return "", false
}
