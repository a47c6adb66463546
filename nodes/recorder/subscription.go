package recorder

import (
	"errors"
	"fmt"
	"hash/maphash"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"hyt/msgs/bag"
	"hyt/msgs/bus"
)

// subscription is one topic being recorded. Recorder.mu guards topic, typeName
// and readers.
type subscription struct {
	topic    Topic
	typeName string // "": not known yet
	readers  []bus.Reader
	seen     *recent // latched topics only
	written  atomic.Uint64
	dropped  atomic.Uint64
}

// qos is what the subscription asks for.
func (r *Recorder) qos(s *subscription) bus.QoS {
	q := bus.QoS{Depth: r.config.Depth}
	if s.topic.BestEffort {
		q.Reliability = bus.BestEffort
	}
	return q
}

// subscribe declares the topic in the bag and opens its readers.
func (r *Recorder) subscribe(w *bag.Writer, s *subscription) error {
	q := r.qos(s)
	if s.topic.Latched {
		q.Durability = bus.TransientLocal
	}
	if err := w.Topic(s.topic.Name, s.typeName, OfferedQoS(q)); err != nil {
		return err
	}
	return r.open(s)
}

// open opens s's readers, closing those it had. A latched topic has two, since a
// transient-local reader does not match a volatile publisher, and a volatile one
// does not get what was sent before; what both receive is kept once.
func (r *Recorder) open(s *subscription) error {
	if err := s.close(); err != nil {
		return err
	}
	q := r.qos(s)
	profiles := []bus.QoS{q}
	if s.topic.Latched {
		if s.seen == nil {
			s.seen = newRecent(2 * r.config.Depth)
		}
		q.Durability = bus.TransientLocal
		profiles = append(profiles, q)
	}
	for _, q := range profiles {
		reader, err := r.node.Subscribe(s.topic.Name, s.typeName, q, r.handler(s))
		if err != nil {
			return fmt.Errorf("recorder: subscribe to %s: %w", s.topic.Name, err)
		}
		s.readers = append(s.readers, reader)
	}
	return nil
}

// handler copies samples into the queue.
func (r *Recorder) handler(s *subscription) func(bus.Sample) {
	return func(sample bus.Sample) {
		if s.seen != nil && s.seen.again(sample) {
			return
		}
		received := r.config.Now()
		if received.Unix() < 0 { // a simulation that has not started
			received = time.Unix(0, 0)
		}
		published := sample.Published
		if published.IsZero() {
			published = received
		}
		if !r.queue.put(item{s, slices.Clone(sample.Data), received, published}) {
			s.dropped.Add(1)
		}
	}
}

// refusedForReliability tells whether a best-effort publisher was turned away.
func (s *subscription) refusedForReliability() bool {
	if s.topic.BestEffort {
		return false
	}
	return slices.ContainsFunc(s.readers, func(reader bus.Reader) bool {
		i, ok := reader.(bus.Incompatible)
		if !ok {
			return false
		}
		count, policy := i.IncompatibleQoS()
		return count > 0 && policy == "reliability"
	})
}

// close closes the readers and waits for their handlers.
func (s *subscription) close() error {
	var errs []error
	for _, reader := range s.readers {
		errs = append(errs, reader.Close())
	}
	s.readers = nil
	return errors.Join(errs...)
}

func (r *Recorder) closeSubscriptions() {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, s := range r.subscriptions {
		_ = s.close() // the node may have closed them before us
	}
}

// recent remembers the last samples, to know those that come twice.
type recent struct {
	mu    sync.Mutex
	seed  maphash.Seed
	known map[sampleKey]struct{}
	ring  []sampleKey // the oldest is at next, once it is full
	next  int
}

type sampleKey struct {
	writer    [16]byte
	published int64
	hash      uint64
}

func newRecent(n int) *recent {
	return &recent{seed: maphash.MakeSeed(), known: make(map[sampleKey]struct{}, n), ring: make([]sampleKey, n)}
}

// again tells whether s came before, and remembers it.
func (r *recent) again(s bus.Sample) bool {
	key := sampleKey{s.Writer, s.Published.UnixNano(), maphash.Bytes(r.seed, s.Data)}
	r.mu.Lock()
	defer r.mu.Unlock()
	if _, ok := r.known[key]; ok {
		return true
	}
	delete(r.known, r.ring[r.next])
	r.ring[r.next] = key
	r.known[key] = struct{}{}
	r.next = (r.next + 1) % len(r.ring)
	return false
}
