package igntransport

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strconv"
	"sync"
	"time"
)

// ErrRefused is the cause of a call's failure when the provider said no.
var ErrRefused = errors.New("refused")

// askAgain is how long a reply may take before the question is repeated.
const askAgain = time.Second

// Service is one that a server provides. Calls go one after the other.
type Service struct {
	node      *Node
	topic     string // with the partition
	ask, give string // message types of request and reply
	conn      net.Conn
	mu        sync.Mutex // one call at a time
	calls     int
}

// Service finds the provider of a service, in the partition of the node, and
// connects to it.
func (n *Node) Service(ctx context.Context, partition, topic, ask, give string) (*Service, error) {
	name := fullName(partition, topic)
	found, err := find(ctx, n.process, name)
	if err != nil {
		return nil, err
	}
	to, err := dialAddress(found.address)
	if err != nil {
		return nil, fmt.Errorf("service %s: %w", name, err)
	}
	var dialer net.Dialer
	conn, err := dialer.DialContext(ctx, "tcp4", to)
	if err != nil {
		return nil, fmt.Errorf("service %s: %w", name, err)
	}
	if !n.track(conn) {
		return nil, fmt.Errorf("service %s: %w", name, net.ErrClosed)
	}
	if err := greet(conn, n.process+"-calls"); err != nil {
		n.forget(conn)
		return nil, fmt.Errorf("service %s: %w", name, err)
	}
	return &Service{node: n, topic: name, ask: ask, give: give, conn: conn}, nil
}

func greet(conn net.Conn, identity string) error {
	if err := conn.SetDeadline(time.Now().Add(handshakeTimeout)); err != nil {
		return err
	}
	if _, err := handshake(conn, identity, func(string) string { return "DEALER" }); err != nil {
		return err
	}
	return conn.SetDeadline(time.Time{})
}

// Call asks and waits for the reply. A question may be asked more than once.
func (s *Service) Call(ctx context.Context, request []byte) ([]byte, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.calls++
	id := strconv.Itoa(s.calls)
	n := s.node
	frames := []string{
		s.topic, n.address(), n.replyIdentity(), n.process + "-node", id, string(request), s.ask, s.give,
	}
	raw := make([][]byte, len(frames))
	for i, f := range frames {
		raw[i] = []byte(f)
	}
	// The first reply is lost when the provider's connection to us is not there yet.
	again := time.NewTicker(askAgain)
	defer again.Stop()
	ask := message(raw...)
	if err := write(s.conn, ask); err != nil {
		return nil, fmt.Errorf("service %s: %w", s.topic, err)
	}
	for {
		select {
		case <-again.C:
			if err := write(s.conn, ask); err != nil {
				return nil, fmt.Errorf("service %s: %w", s.topic, err)
			}
		case r := <-n.replies:
			if r.id != id {
				continue // of a call that was given up
			}
			if !r.ok {
				return nil, fmt.Errorf("service %s: %w", s.topic, ErrRefused)
			}
			return r.body, nil
		case <-n.done:
			return nil, fmt.Errorf("service %s: %w", s.topic, net.ErrClosed)
		case <-ctx.Done():
			return nil, fmt.Errorf("service %s: no reply: %w", s.topic, context.Cause(ctx))
		}
	}
}

// answer takes a reply: topic, node, call, body, "1" or "0".
func (n *Node) answer(frames [][]byte) {
	if len(frames) != 5 {
		return
	}
	r := reply{id: string(frames[2]), body: frames[3], ok: string(frames[4]) == "1"}
	select {
	case n.replies <- r:
	default: // nobody waits for that many
	}
}
