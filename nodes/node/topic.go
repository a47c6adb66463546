package node

import (
	"sync"
	"time"

	"hyt/msgs"
	"hyt/msgs/bus"
)

// Advertise makes a publisher. topic is as the program says it ("image", "~/chunk").
// The publisher is closed with the node.
func Advertise[M msgs.Message](n *Node, topic string, qos bus.QoS) (*bus.Publisher[M], error) {
	full, err := n.Topic(topic)
	if err != nil {
		return nil, err
	}
	p, err := bus.NewPublisher[M](n.bus, full, qos)
	if err != nil {
		return nil, err
	}
	n.own(endpoint{closer: p, topic: full, matching: p.Writer(), peers: "subscription"})
	return p, nil
}

// Subscribe calls handler for each message, on a goroutine of the subscription.
// Byte sequences of the message are valid until the handler returns. A sample that
// cannot be decoded is dropped and logged, at most every five seconds.
func Subscribe[T any, M bus.Pointer[T]](n *Node, topic string, qos bus.QoS, handler func(M)) (bus.Reader, error) {
	return SubscribeSamples(n, topic, qos, func(m M, _ bus.Sample) { handler(m) })
}

// SubscribeSamples is Subscribe for handlers that also ask who wrote a message, and when.
func SubscribeSamples[T any, M bus.Pointer[T]](n *Node, topic string, qos bus.QoS, handler func(M, bus.Sample)) (bus.Reader, error) {
	full, err := n.Topic(topic)
	if err != nil {
		return nil, err
	}
	r, err := bus.Subscribe(n.bus, full, qos, handler, n.complainer("dropped a message"))
	if err != nil {
		return nil, err
	}
	n.own(endpoint{closer: r, topic: full, matching: r, peers: "publisher"})
	return r, nil
}

// Serve answers a service: handler reads the request and fills the response.
// Requests come one after another.
func Serve[Q, R any, PQ bus.Pointer[Q], PR bus.Pointer[R]](n *Node, service string, handler func(PQ, PR)) error {
	full, err := n.Service(service)
	if err != nil {
		return err
	}
	server, err := bus.Serve(n.bus, full, func(q PQ, r PR) error {
		handler(q, r)
		return nil
	}, n.complainer("refused a request"))
	if err != nil {
		return err
	}
	n.own(endpoint{closer: server})
	return nil
}

// complainer logs errors, at most one every five seconds.
func (n *Node) complainer(what string) func(error) {
	t := throttle{every: 5 * time.Second}
	return func(err error) {
		if t.now() {
			n.log.Warn(what, "error", err)
		}
	}
}

// throttle lets something happen now and then.
type throttle struct {
	every time.Duration
	mu    sync.Mutex
	last  time.Time
}

func (t *throttle) now() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	if !t.last.IsZero() && time.Since(t.last) < t.every {
		return false
	}
	t.last = time.Now()
	return true
}
