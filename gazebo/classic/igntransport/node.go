// Package igntransport speaks as much of ignition-transport 8 as it takes to give
// commands to the joints of a model in Gazebo 11, and to know that they arrived:
// one published topic, and calls of one service. All of it stays on the loopback
// interface.
//
// Providers find each other by UDP multicast; data goes over ZeroMQ's wire
// protocol. A server connects to where a topic is published, and to where replies
// are wanted: both is our one listener.
//
// Goroutines of a Node: one accepts, one announces every second, one a connection
// reads. Close ends all of them and waits.
package igntransport

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net"
	"sync"
	"time"
)

const (
	handshakeTimeout = 5 * time.Second
	writeTimeout     = 5 * time.Second
)

// Node publishes one topic. Its methods may be called from any goroutine.
type Node struct {
	process  string // unique name of us
	topic    string // with the partition
	kind     string // of the topic's messages
	listener net.Listener
	speak    *net.UDPConn
	replies  chan reply // from whoever calls back
	ready    chan struct{}
	done     chan struct{}
	workers  sync.WaitGroup

	mu     sync.Mutex
	closed bool
	conns  map[net.Conn]bool
	subs   map[net.Conn]bool // those of conns that listen to the topic
}

// reply is the answer to a call.
type reply struct {
	id   string
	body []byte
	ok   bool
}

// fullName is a topic's name on the wire.
func fullName(partition, topic string) string { return "@/" + partition + "@" + topic }

// Open publishes a topic of messages of that kind in a partition, and announces
// it until Close.
func Open(partition, topic, kind string) (*Node, error) {
	listener, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("no port to publish from: %w", err)
	}
	speak, err := speaker()
	if err != nil {
		listener.Close()
		return nil, err
	}
	n := &Node{
		process: rand.Text(), topic: fullName(partition, topic), kind: kind,
		listener: listener, speak: speak,
		replies: make(chan reply, 16), ready: make(chan struct{}), done: make(chan struct{}),
		conns: map[net.Conn]bool{}, subs: map[net.Conn]bool{},
	}
	n.workers.Go(n.announce)
	n.workers.Go(n.accept)
	return n, nil
}

// address is where others connect to us.
func (n *Node) address() string { return "tcp://" + n.listener.Addr().String() }

// Close leaves.
func (n *Node) Close() error {
	n.mu.Lock()
	if !n.closed {
		n.closed = true
		close(n.done)
		n.listener.Close()
		n.speak.Close()
		for c := range n.conns {
			c.Close()
		}
	}
	n.mu.Unlock()
	n.workers.Wait()
	return nil
}

// announce says what we publish, at first often: the server may not listen yet.
func (n *Node) announce() {
	to := &net.UDPAddr{IP: net.ParseIP(group), Port: topicPort}
	say := offer(n.process, n.topic, n.address(), n.kind)
	for wait := 20 * time.Millisecond; ; wait = min(2*wait, heartbeat) {
		// Lost datagrams are expected; the next one follows.
		_, _ = n.speak.WriteToUDP(say, to)
		select {
		case <-n.done:
			return
		case <-time.After(wait):
		}
	}
}

func (n *Node) accept() {
	for {
		conn, err := n.listener.Accept()
		if err != nil {
			return // closed
		}
		if n.track(conn) {
			n.workers.Go(func() { _ = n.serve(conn) }) // a peer may leave as it likes
		}
	}
}

// track remembers an open connection; false when the Node is closed, and the
// connection with it.
func (n *Node) track(conn net.Conn) bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.closed {
		conn.Close()
		return false
	}
	n.conns[conn] = true
	return true
}

func (n *Node) forget(conn net.Conn) {
	conn.Close()
	n.mu.Lock()
	defer n.mu.Unlock()
	delete(n.conns, conn)
	delete(n.subs, conn)
}

// replyIdentity is what we are called where replies are sent to.
func (n *Node) replyIdentity() string { return n.process + "-replies" }

// serve reads what a peer sends that connected to us: subscriptions, replies to
// our calls, or notes about listeners, which nobody needs.
func (n *Node) serve(conn net.Conn) error {
	defer n.forget(conn)
	if err := conn.SetDeadline(time.Now().Add(handshakeTimeout)); err != nil {
		return err
	}
	peer, err := handshake(conn, n.replyIdentity(), counterpart)
	if err != nil {
		return err
	}
	if err := conn.SetDeadline(time.Time{}); err != nil {
		return err
	}
	for {
		frames, err := readMessage(conn)
		if err != nil {
			return err
		}
		switch peer {
		case "SUB", "XSUB":
			n.subscribe(conn, frames[0])
		case "ROUTER":
			n.answer(frames)
		}
	}
}

// counterpart is the socket that we are to a peer that connects.
func counterpart(peer string) string {
	switch peer {
	case "SUB", "XSUB":
		return "PUB"
	case "DEALER":
		return "ROUTER"
	}
	return "DEALER"
}

// subscribe takes a subscription, 1 and a prefix of topics, or its end, 0 and the
// prefix.
func (n *Node) subscribe(conn net.Conn, frame []byte) {
	if len(frame) == 0 || !bytes.HasPrefix([]byte(n.topic), frame[1:]) {
		return
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	if frame[0] != 1 {
		delete(n.subs, conn)
		return
	}
	n.subs[conn] = true
	select {
	case <-n.ready:
	default:
		close(n.ready)
	}
}

// Wait returns when the first subscriber is there.
func (n *Node) Wait(ctx context.Context) error {
	select {
	case <-n.ready:
		return nil
	case <-n.done:
		return fmt.Errorf("topic %s: %w", n.topic, net.ErrClosed)
	case <-ctx.Done():
		return fmt.Errorf("topic %s: nobody listens: %w", n.topic, context.Cause(ctx))
	}
}

// Publish sends messages to who listens at the moment, in their order.
func (n *Node) Publish(bodies ...[]byte) error {
	var data []byte
	for _, b := range bodies {
		data = append(data, message([]byte(n.topic), []byte(n.address()), b, []byte(n.kind))...)
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	var errs []error
	for conn := range n.subs {
		errs = append(errs, write(conn, data))
	}
	if err := errors.Join(errs...); err != nil {
		return fmt.Errorf("topic %s: %w", n.topic, err)
	}
	return nil
}

func write(conn net.Conn, data []byte) error {
	if err := conn.SetWriteDeadline(time.Now().Add(writeTimeout)); err != nil {
		return err
	}
	_, err := conn.Write(data)
	return err
}
