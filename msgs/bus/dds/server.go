//go:build cgo && !nodds

package dds

// #include "shim.h"
import "C"

import (
	"encoding/binary"
	"fmt"
	"time"

	"hyt/msgs/bus"
)

// replyPatience is how long a server waits for the reader of a client whose
// request was faster than its discovery. ROS 2 waits for 100 ms, which a loaded
// machine can exceed.
const replyPatience = time.Second

// newCallID is the id by which both ends of a service know that a reader and a
// writer belong together, as user data: "clientid=1.2.a…;".
func (d *driver) newCallID(key string) (userData string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.services++
	id := d.id
	binary.BigEndian.PutUint32(id[12:], d.services)
	text := fmt.Sprintf("%s=%x", key, id[0])
	for _, b := range id[1:] {
		text += fmt.Sprintf(".%x", b)
	}
	return text + ";"
}

// openCall makes the two endpoints of a server or client. in is not started.
func (d *driver) openCall(read, readType, write, writeType, userData string) (in *inlet, out *outlet, err error) {
	match := C.int(d.matchWake.fd)
	if in, err = d.newInlet(read, readType, serviceQoS(userData), match); err != nil {
		return nil, nil, err
	}
	if out, err = d.newOutlet(write, writeType, serviceQoS(userData), match); err != nil {
		in.close()
		return nil, nil, err
	}
	return in, out, nil
}

type server struct {
	node    *node
	in      *inlet
	out     *outlet
	handler func([]byte) ([]byte, error)

	// Used by the inlet's goroutine only.
	request []byte
	header  [callHeader]byte
	known   map[C.dds_instance_handle_t]bool // clients whose reader is matched
}

func (n *node) Serve(service, typeName string, handler func([]byte) ([]byte, error)) (bus.Server, error) {
	if err := bus.CheckServiceEndpoint(service, typeName); err != nil {
		return nil, err
	}
	if n.isClosed() {
		return nil, bus.ErrClosed
	}
	in, out, err := n.driver.openCall(
		ddsRequest(service), ddsType(typeName, "_Request"),
		ddsReply(service), ddsType(typeName, "_Response"),
		n.driver.newCallID("serviceid"))
	if err != nil {
		return nil, err
	}
	s := &server{node: n, in: in, out: out, handler: handler, known: map[C.dds_instance_handle_t]bool{}}
	in.start(s.serve)
	if !n.adopt(s, graphEntry{id: in.id}, graphEntry{id: out.id, writes: true}) {
		s.close()
		return nil, bus.ErrClosed
	}
	return s, nil
}

// serve answers one request. Requests too short to be one are passed over.
func (s *server) serve(a *arrival) {
	id, encapsulation, body, ok := cutCall(a.data)
	if !ok {
		return
	}
	s.request = append(append(s.request[:0], encapsulation...), body...)
	response, err := s.handler(s.request)
	if err != nil || bus.CheckCDR(response) != nil {
		return // ROS 2 has no message for a failure
	}
	id.putHeader(&s.header, response)
	s.awaitReader(a.writer)
	s.out.write(s.header[:], response[4:]) // fails only when we are closing
}

// awaitReader waits until our replies can reach the client whose request came
// from that writer.
func (s *server) awaitReader(writer C.dds_instance_handle_t) {
	if s.known[writer] {
		return
	}
	late := time.NewTimer(replyPatience)
	defer late.Stop()
	for {
		changed := s.node.driver.matches.next()
		p, ok := writerPeer(s.in.entity, writer)
		if !ok {
			return // gone: nobody waits for a reply
		}
		id, ok := p.property("clientid")
		if !ok {
			return // another vendor's client: no way to tell
		}
		if hasProperty(readerPeers(s.out.entity), "clientid", id) {
			break
		}
		select {
		case <-changed:
		case <-late.C:
			return
		}
	}
	if len(s.known) >= 256 { // clients come and go: forget the old ones now and then
		clear(s.known)
	}
	s.known[writer] = true
}

func (s *server) Close() error {
	if !s.node.release(s) {
		return bus.ErrClosed
	}
	s.close()
	return nil
}

func (s *server) close() {
	s.in.close()
	s.out.close()
}

func hasProperty(peers []peer, key, value string) bool {
	for _, p := range peers {
		if v, ok := p.property(key); ok && v == value {
			return true
		}
	}
	return false
}
