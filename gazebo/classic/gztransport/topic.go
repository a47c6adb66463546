package gztransport

import (
	"context"
	"fmt"
	"net"
	"strconv"
	"sync"
)

// Subscribe has take called for each message of a topic, "/gazebo/WORLD/…", from
// one goroutine for each publisher. The bytes are valid until take returns.
// Messages that were published before are lost.
func (c *Client) Subscribe(topic, kind string, take func([]byte)) error {
	c.mu.Lock()
	if c.subs[topic] != nil {
		c.mu.Unlock()
		return fmt.Errorf("topic %s: already subscribed", topic)
	}
	c.subs[topic] = &subscription{kind: kind, take: take, from: map[endpoint]bool{}}
	c.mu.Unlock()
	if err := c.tell(packet("subscribe", subscribeMessage(topic, kind, loopback, c.port))); err != nil {
		return fmt.Errorf("topic %s: %w", topic, err)
	}
	return nil
}

// follow dials a publisher of a topic that we listen to, once.
func (c *Client) follow(from endpoint) {
	c.mu.Lock()
	sub := c.subs[from.topic]
	if sub == nil || sub.from[from] {
		c.mu.Unlock()
		return
	}
	sub.from[from] = true
	c.mu.Unlock()
	c.readers.Go(func() {
		// A publisher that went away is no harm: another may come.
		_ = c.listen(from, sub)
	})
}

// listen reads a topic's messages until its publisher ends.
func (c *Client) listen(from endpoint, sub *subscription) error {
	dialer := net.Dialer{Timeout: dialTimeout}
	conn, err := dialer.Dial("tcp4", net.JoinHostPort(from.host, strconv.Itoa(int(from.port))))
	if err != nil {
		return err
	}
	if !c.track(conn) {
		return net.ErrClosed
	}
	defer c.forget(conn)
	if err := write(conn, packet("sub", subscribeMessage(from.topic, sub.kind, loopback, c.port))); err != nil {
		return err
	}
	var buf []byte
	for {
		body, err := readFrame(conn, buf)
		if err != nil {
			return err
		}
		sub.take(body)
		buf = body
	}
}

// Publisher sends the messages of one topic.
type Publisher struct {
	client *Client
	topic  string
	ready  chan struct{} // closed when the first subscriber is there
	mu     sync.Mutex
	conns  []net.Conn
}

// Advertise says that we publish a topic.
func (c *Client) Advertise(topic, kind string) (*Publisher, error) {
	p := &Publisher{client: c, topic: topic, ready: make(chan struct{})}
	c.mu.Lock()
	if c.pubs[topic] != nil {
		c.mu.Unlock()
		return nil, fmt.Errorf("topic %s: already advertised", topic)
	}
	c.pubs[topic] = p
	c.mu.Unlock()
	if err := c.tell(packet("advertise", publishMessage(topic, kind, loopback, c.port))); err != nil {
		return nil, fmt.Errorf("topic %s: %w", topic, err)
	}
	return p, nil
}

// Wait returns when the first subscriber is there.
func (p *Publisher) Wait(ctx context.Context) error {
	select {
	case <-p.ready:
		return nil
	case <-p.client.done:
		return fmt.Errorf("topic %s: no subscriber: %w", p.topic, p.client.Err())
	case <-ctx.Done():
		return fmt.Errorf("topic %s: no subscriber: %w", p.topic, context.Cause(ctx))
	}
}

// Publish sends a message to all subscribers that are there.
func (p *Publisher) Publish(message []byte) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	data := frame(message)
	for _, conn := range p.conns {
		if err := write(conn, data); err != nil {
			return fmt.Errorf("topic %s: %w", p.topic, err)
		}
	}
	return nil
}

func (p *Publisher) join(conn net.Conn) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.conns) == 0 {
		close(p.ready)
	}
	p.conns = append(p.conns, conn)
}

// accept takes subscribers in.
func (c *Client) accept() {
	for {
		conn, err := c.listener.Accept()
		if err != nil {
			c.fail(fmt.Errorf("no more subscribers: %w", err))
			return
		}
		if c.track(conn) {
			c.readers.Go(func() { c.welcome(conn) })
		}
	}
}

// welcome reads which topic a subscriber wants, and then whatever it says, until
// it leaves.
func (c *Client) welcome(conn net.Conn) {
	defer c.forget(conn)
	var buf []byte
	for {
		body, err := readFrame(conn, buf)
		if err != nil {
			return
		}
		buf = body
		kind, content, err := readPacket(body)
		if err != nil {
			return
		}
		if kind != "sub" {
			continue
		}
		topic, err := subscribedTopic(content)
		if err != nil {
			return
		}
		c.mu.Lock()
		p := c.pubs[topic]
		c.mu.Unlock()
		if p != nil {
			p.join(conn)
		}
	}
}
