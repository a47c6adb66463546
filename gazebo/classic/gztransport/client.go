// Package gztransport speaks the native transport of Gazebo 11: a master on TCP
// that tells who publishes what, and one TCP connection for each pair of
// publisher and subscriber. All of it stays on the loopback interface.
//
// A frame is a length, eight hexadecimal digits, and a body. Control messages are
// gazebo.msgs.Packet; on a connection that carries a topic the bodies are the
// topic's messages themselves. The subscriber dials the publisher and sends a
// packet "sub".
//
// Goroutines of a Client: one reads from the master and dials publishers, one
// accepts subscribers, one a subscribed connection reads messages and calls back.
// Close ends all of them and waits.
package gztransport

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strconv"
	"sync"
	"time"
)

const (
	loopback    = "127.0.0.1"
	dialTimeout = 2 * time.Second
	// writeTimeout is more than a server that lives will ever let us wait.
	writeTimeout = 5 * time.Second
)

// Client is one participant. Its methods may be called from any goroutine.
type Client struct {
	master   net.Conn
	listener net.Listener
	port     uint16
	done     chan struct{} // closed by fail
	readers  sync.WaitGroup

	mu     sync.Mutex
	err    error // why done is closed
	subs   map[string]*subscription
	pubs   map[string]*Publisher
	conns  map[net.Conn]bool // open ones, to be closed by fail
	closed bool
}

// subscription is a topic that we listen to.
type subscription struct {
	kind string
	take func([]byte)
	from map[endpoint]bool // publishers that we dialled
}

// Dial connects to the master at a port of this machine. It tries again until the
// master answers or ctx ends.
func Dial(ctx context.Context, port int) (*Client, error) {
	address := net.JoinHostPort(loopback, strconv.Itoa(port))
	dialer := net.Dialer{Timeout: dialTimeout}
	for {
		conn, err := dialer.DialContext(ctx, "tcp4", address)
		if err == nil {
			return newClient(conn)
		}
		select {
		case <-ctx.Done():
			return nil, fmt.Errorf("gazebo's master at %s: %w", address, errors.Join(context.Cause(ctx), err))
		case <-time.After(5 * time.Millisecond):
		}
	}
}

func newClient(master net.Conn) (*Client, error) {
	listener, err := net.Listen("tcp4", net.JoinHostPort(loopback, "0"))
	if err != nil {
		master.Close()
		return nil, fmt.Errorf("no port to publish from: %w", err)
	}
	c := &Client{
		master: master, listener: listener, done: make(chan struct{}),
		port: uint16(listener.Addr().(*net.TCPAddr).Port),
		subs: map[string]*subscription{}, pubs: map[string]*Publisher{}, conns: map[net.Conn]bool{},
	}
	c.readers.Go(c.readMaster)
	c.readers.Go(c.accept)
	return c, nil
}

// Done is closed when the connection to the master is lost or the Client closed;
// Err then says why.
func (c *Client) Done() <-chan struct{} { return c.done }

// Err returns why the Client ended, nil while it lives.
func (c *Client) Err() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.err
}

// Close leaves, and waits for the goroutines. Callbacks that run are waited for:
// do not call it from one.
func (c *Client) Close() error {
	c.fail(net.ErrClosed)
	c.readers.Wait()
	return nil
}

// fail ends the Client; the first reason stays.
func (c *Client) fail(why error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return
	}
	c.closed, c.err = true, why
	c.master.Close()
	c.listener.Close()
	for conn := range c.conns {
		conn.Close()
	}
	close(c.done)
}

// track remembers an open connection; false when the Client has ended, and the
// connection with it.
func (c *Client) track(conn net.Conn) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		conn.Close()
		return false
	}
	c.conns[conn] = true
	return true
}

func (c *Client) forget(conn net.Conn) {
	conn.Close()
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.conns, conn)
}

// tell sends a control message to the master.
func (c *Client) tell(packet []byte) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return c.err
	}
	return write(c.master, packet)
}

func write(conn net.Conn, data []byte) error {
	if err := conn.SetWriteDeadline(time.Now().Add(writeTimeout)); err != nil {
		return err
	}
	_, err := conn.Write(data)
	return err
}

// readMaster follows what the master tells about publishers.
func (c *Client) readMaster() {
	var buf []byte
	for {
		body, err := readFrame(c.master, buf)
		if err == nil {
			err = c.hear(body)
		}
		if err != nil {
			c.fail(fmt.Errorf("gazebo's master: %w", err))
			return
		}
		buf = body
	}
}

// hear takes one message of the master. Those of no concern are passed over.
func (c *Client) hear(body []byte) error {
	kind, content, err := readPacket(body)
	if err != nil {
		return err
	}
	if kind != "publisher_subscribe" && kind != "publisher_advertise" {
		return nil
	}
	from, err := readEndpoint(content)
	if err != nil {
		return fmt.Errorf("%s: %w", kind, err)
	}
	c.follow(from)
	return nil
}
