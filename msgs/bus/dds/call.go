//go:build cgo && !nodds

package dds

import "encoding/binary"

// A call, as rmw_cyclonedds writes it: behind the encapsulation header stand the
// client's handle (u64) and the call's number (i64); then comes the body. The
// reply carries both back, and each client picks its own out of all replies.
const callHeader = 4 + 8 + 8

// callID tells calls apart: by the client and, within it, by number.
type callID struct{ client, number uint64 }

// cutCall splits a request or reply into its id, its encapsulation header and its
// body, which are parts of data. ok is false for what is too short to be one.
func cutCall(data []byte) (id callID, encapsulation, body []byte, ok bool) {
	if len(data) < callHeader {
		return id, nil, nil, false
	}
	order := byteOrder(data)
	id = callID{client: order.Uint64(data[4:]), number: order.Uint64(data[12:])}
	return id, data[:4], data[callHeader:], true
}

// putHeader writes what stands before the body of cdr, which begins with an
// encapsulation header (bus.CheckCDR). The body is cdr[4:].
func (id callID) putHeader(header *[callHeader]byte, cdr []byte) {
	order := byteOrder(cdr)
	copy(header[:], cdr[:4])
	order.PutUint64(header[4:], id.client)
	order.PutUint64(header[12:], id.number)
}

// byteOrder is the one that the encapsulation header of data names.
func byteOrder(data []byte) binary.ByteOrder {
	if data[1]&1 == 1 {
		return binary.LittleEndian
	}
	return binary.BigEndian
}
