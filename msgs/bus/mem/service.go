package mem

import (
	"bytes"
	"context"
	"fmt"

	"hyt/msgs/bus"
)

// A request whose server goes, or whose handler fails, is never answered: ROS 2
// has no message for it. The caller's context ends the wait.

type request struct {
	data  []byte
	reply chan []byte // holds one; the server fills it at most once
}

type server struct {
	node     *node
	service  string
	typeName string
	closed   bool // guarded by Network.mu
	queue    *queue[request]
	done     chan struct{} // closed by run when the last handler has returned
}

type client struct {
	node     *node
	service  string
	typeName string
	isClosed bool          // guarded by Network.mu
	closed   chan struct{} // closed by Close
}

func (n *node) Serve(service, typeName string, handler func([]byte) ([]byte, error)) (bus.Server, error) {
	if err := bus.CheckServiceEndpoint(service, typeName); err != nil {
		return nil, err
	}
	s := &server{node: n, service: service, typeName: typeName, queue: newQueue[request](0), done: make(chan struct{})}
	n.net.mu.Lock()
	defer n.net.mu.Unlock()
	if n.closed {
		return nil, bus.ErrClosed
	}
	n.endpoints[s] = struct{}{}
	n.net.servers[service] = append(n.net.servers[service], s)
	close(n.net.changed)
	n.net.changed = make(chan struct{})
	go s.run(handler)
	return s, nil
}

func (s *server) run(handler func([]byte) ([]byte, error)) {
	defer close(s.done)
	for {
		r, ok := s.queue.pop()
		if !ok {
			return
		}
		if response, err := handler(r.data); err == nil && bus.CheckCDR(response) == nil {
			r.reply <- bytes.Clone(response)
		}
	}
}

func (s *server) Close() error {
	if !s.detach() {
		return bus.ErrClosed
	}
	s.queue.close()
	<-s.done
	return nil
}

func (s *server) detach() bool {
	net := s.node.net
	net.mu.Lock()
	defer net.mu.Unlock()
	if s.closed {
		return false
	}
	s.closed = true
	delete(s.node.endpoints, s)
	if rest := without(net.servers[s.service], s); len(rest) > 0 {
		net.servers[s.service] = rest
	} else {
		delete(net.servers, s.service)
	}
	return true
}

func (n *node) Client(service, typeName string) (bus.Client, error) {
	if err := bus.CheckServiceEndpoint(service, typeName); err != nil {
		return nil, err
	}
	c := &client{node: n, service: service, typeName: typeName, closed: make(chan struct{})}
	n.net.mu.Lock()
	defer n.net.mu.Unlock()
	if n.closed {
		return nil, bus.ErrClosed
	}
	n.endpoints[c] = struct{}{}
	return c, nil
}

func (c *client) WaitForService(ctx context.Context) error {
	_, err := c.server(ctx)
	return err
}

// server waits until there is a server of our type.
func (c *client) server(ctx context.Context) (*server, error) {
	for {
		s, changed := c.look()
		select {
		case <-c.closed:
			return nil, bus.ErrClosed
		default:
		}
		if s != nil {
			return s, nil
		}
		select {
		case <-changed:
		case <-c.closed:
		case <-ctx.Done():
			return nil, fmt.Errorf("service %s: no server: %w", c.service, ctx.Err())
		}
	}
}

// look returns a server, or nil and what is closed when one comes.
func (c *client) look() (*server, <-chan struct{}) {
	net := c.node.net
	net.mu.RLock()
	defer net.mu.RUnlock()
	for _, s := range net.servers[c.service] {
		if s.typeName == c.typeName {
			return s, nil
		}
	}
	return nil, net.changed
}

func (c *client) Call(ctx context.Context, data []byte) ([]byte, error) {
	if err := bus.CheckCDR(data); err != nil {
		return nil, fmt.Errorf("service %s: %w", c.service, err)
	}
	s, err := c.server(ctx)
	if err != nil {
		return nil, err
	}
	r := request{data: bytes.Clone(data), reply: make(chan []byte, 1)}
	s.queue.push(r)
	select {
	case response := <-r.reply:
		return response, nil
	case <-c.closed:
		return nil, bus.ErrClosed
	case <-ctx.Done():
		return nil, fmt.Errorf("service %s: no answer: %w", c.service, ctx.Err())
	}
}

func (c *client) Close() error {
	net := c.node.net
	net.mu.Lock()
	defer net.mu.Unlock()
	if c.isClosed {
		return bus.ErrClosed
	}
	c.isClosed = true
	delete(c.node.endpoints, c)
	close(c.closed)
	return nil
}
