//go:build cgo && !nodds

package dds

// #include "shim.h"
import "C"

import (
	"bytes"
	"context"
	"fmt"
	"sync"

	"hyt/msgs/bus"
)

type client struct {
	node    *node
	service string
	in      *inlet
	out     *outlet
	handle  uint64        // tells our replies from those to others
	closed  chan struct{} // closed by Close

	mu      sync.Mutex // guards what follows
	number  uint64
	pending map[uint64]chan []byte // each holds one reply, filled at most once
}

func (n *node) Client(service, typeName string) (bus.Client, error) {
	if err := bus.CheckServiceEndpoint(service, typeName); err != nil {
		return nil, err
	}
	if n.isClosed() {
		return nil, bus.ErrClosed
	}
	in, out, err := n.driver.openCall(
		ddsReply(service), ddsType(typeName, "_Response"),
		ddsRequest(service), ddsType(typeName, "_Request"),
		n.driver.newCallID("clientid"))
	if err != nil {
		return nil, err
	}
	c := &client{node: n, service: service, in: in, out: out,
		closed: make(chan struct{}), pending: map[uint64]chan []byte{}}
	var handle C.dds_instance_handle_t
	if err := statusError(C.dds_get_instance_handle(out.entity, &handle), "get a client's handle"); err != nil {
		c.close()
		return nil, err
	}
	c.handle = uint64(handle)
	in.start(c.receive)
	if !n.adopt(c, graphEntry{id: in.id}, graphEntry{id: out.id, writes: true}) {
		c.close()
		return nil, bus.ErrClosed
	}
	return c, nil
}

func (c *client) WaitForService(ctx context.Context) error {
	for {
		changed := c.node.driver.matches.next()
		select {
		case <-c.closed:
			return bus.ErrClosed
		default:
		}
		if c.isServed() {
			return nil
		}
		select {
		case <-changed:
		case <-c.closed:
		case <-ctx.Done():
			return fmt.Errorf("service %s: no server: %w", c.service, ctx.Err())
		}
	}
}

// isServed tells whether one server has both ends connected to ours. Servers
// that do not name themselves count once both ends have somebody.
func (c *client) isServed() bool {
	replies := writerPeers(c.in.entity)
	for _, request := range readerPeers(c.out.entity) {
		id, ok := request.property("serviceid")
		if (!ok && len(replies) > 0) || hasProperty(replies, "serviceid", id) {
			return true
		}
	}
	return false
}

func (c *client) Call(ctx context.Context, request []byte) ([]byte, error) {
	if err := bus.CheckCDR(request); err != nil {
		return nil, fmt.Errorf("service %s: %w", c.service, err)
	}
	if err := c.WaitForService(ctx); err != nil {
		return nil, err
	}
	number, reply := c.expect()
	defer c.forget(number)
	var header [callHeader]byte
	callID{client: c.handle, number: number}.putHeader(&header, request)
	if err := c.out.write(header[:], request[4:]); err != nil {
		return nil, err
	}
	select {
	case response := <-reply:
		return response, nil
	case <-c.closed:
		return nil, bus.ErrClosed
	case <-ctx.Done():
		return nil, fmt.Errorf("service %s: no answer: %w", c.service, ctx.Err())
	}
}

// expect makes room for one reply; forget gives it up.
func (c *client) expect() (number uint64, reply <-chan []byte) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.number++
	room := make(chan []byte, 1)
	c.pending[c.number] = room
	return c.number, room
}

func (c *client) forget(number uint64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.pending, number)
}

// receive hands a reply to the call that waits for it. Replies to other clients,
// and those nobody waits for any more, are passed over.
func (c *client) receive(a *arrival) {
	id, encapsulation, body, ok := cutCall(a.data)
	if !ok || id.client != c.handle {
		return
	}
	c.mu.Lock()
	reply := c.pending[id.number]
	delete(c.pending, id.number)
	c.mu.Unlock()
	if reply != nil {
		reply <- append(bytes.Clone(encapsulation), body...)
	}
}

func (c *client) Close() error {
	if !c.node.release(c) {
		return bus.ErrClosed
	}
	close(c.closed)
	c.close()
	return nil
}

func (c *client) close() {
	c.in.close()
	c.out.close()
}
