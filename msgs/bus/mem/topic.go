package mem

import (
	"slices"
	"sync"
	"time"

	"hyt/msgs/bus"
)

// topic is everybody on one name. It is guarded by Network.mu.
type topic struct {
	writers []*writer
	readers []*reader
}

// item is a sample on its way. Its data is shared by all readers and never changed.
type item struct {
	bus.Sample
	expires time.Time // zero: never
}

type writer struct {
	endpoint
	id      [16]byte
	matched []*reader    // guarded by Network.mu
	mu      sync.Mutex   // one order of writes for the history and all readers
	history *queue[item] // nil unless transient local
}

type reader struct {
	endpoint
	matched int // guarded by Network.mu
	queue   *queue[item]
	done    chan struct{} // closed by run when the last handler has returned
}

// endpoint is what a writer and a reader have in common. All but the constants
// is guarded by Network.mu.
type endpoint struct {
	node     *node
	topic    string
	typeName string
	qos      bus.QoS
	closed   bool
	refused  int    // peers refused because of QoS
	policy   string // what refused the last of them
}

func (n *node) Advertise(topic, typeName string, qos bus.QoS) (bus.Writer, error) {
	if err := bus.CheckEndpoint(topic, typeName, qos); err != nil {
		return nil, err
	}
	w := &writer{endpoint: endpoint{node: n, topic: topic, typeName: typeName, qos: qos}, id: newID()}
	if qos.Durability == bus.TransientLocal {
		w.history = newQueue[item](depth(qos))
	}
	n.net.mu.Lock()
	defer n.net.mu.Unlock()
	if n.closed {
		return nil, bus.ErrClosed
	}
	n.endpoints[w] = struct{}{}
	t := n.net.topic(topic)
	t.writers = append(t.writers, w)
	for _, r := range t.readers {
		match(w, r)
	}
	return w, nil
}

func (n *node) Subscribe(topic, typeName string, qos bus.QoS, handler func(bus.Sample)) (bus.Reader, error) {
	if err := bus.CheckEndpoint(topic, typeName, qos); err != nil {
		return nil, err
	}
	r := &reader{
		endpoint: endpoint{node: n, topic: topic, typeName: typeName, qos: qos},
		queue:    newQueue[item](depth(qos)),
		done:     make(chan struct{}),
	}
	r.queue.flow = n.net.flow
	n.net.mu.Lock()
	defer n.net.mu.Unlock()
	if n.closed {
		return nil, bus.ErrClosed
	}
	n.endpoints[r] = struct{}{}
	t := n.net.topic(topic)
	t.readers = append(t.readers, r)
	for _, w := range t.writers {
		match(w, r)
	}
	go r.run(handler)
	return r, nil
}

// match connects w and r where type and QoS allow it. Network.mu is held.
func match(w *writer, r *reader) {
	if w.typeName != r.typeName {
		return
	}
	if policy := bus.Mismatch(w.qos, r.qos); policy != "" {
		w.refuse(policy)
		r.refuse(policy)
		return
	}
	w.matched = append(w.matched, r)
	r.matched++
	if w.history != nil && r.qos.Durability == bus.TransientLocal {
		w.history.each(r.queue.push)
	}
}

func (w *writer) Write(head, tail []byte) error {
	if err := bus.CheckCDR(head); err != nil {
		return err
	}
	// Network.mu keeps the set of readers still until all of them have the sample.
	w.node.net.mu.RLock()
	defer w.node.net.mu.RUnlock()
	if w.closed {
		return bus.ErrClosed
	}
	if w.history == nil && len(w.matched) == 0 {
		return nil
	}
	data := make([]byte, 0, len(head)+len(tail))
	data = append(append(data, head...), tail...)
	w.mu.Lock()
	defer w.mu.Unlock()
	it := item{Sample: bus.Sample{Data: data, Published: time.Now(), Writer: w.id}}
	if w.qos.Lifespan > 0 {
		it.expires = it.Published.Add(w.qos.Lifespan)
	}
	if w.history != nil {
		w.history.push(it)
	}
	for _, r := range w.matched {
		r.queue.push(it)
	}
	return nil
}

// AssertLiveliness implements bus.Asserter. All writers of one process are alive,
// and a reader would have nobody to hear it from otherwise.
func (w *writer) AssertLiveliness() error {
	w.node.net.mu.RLock()
	defer w.node.net.mu.RUnlock()
	if w.closed {
		return bus.ErrClosed
	}
	return nil
}

func (w *writer) Matched() int {
	w.node.net.mu.RLock()
	defer w.node.net.mu.RUnlock()
	return len(w.matched)
}

func (w *writer) Close() error {
	net := w.node.net
	net.mu.Lock()
	defer net.mu.Unlock()
	if w.closed {
		return bus.ErrClosed
	}
	w.closed = true
	delete(w.node.endpoints, w)
	t := net.topics[w.topic]
	t.writers = without(t.writers, w)
	net.forget(w.topic)
	for _, r := range w.matched {
		r.matched--
	}
	w.matched = nil
	return nil
}

func (r *reader) run(handler func(bus.Sample)) {
	defer close(r.done)
	for {
		it, ok := r.queue.pop()
		if !ok {
			return
		}
		if it.expires.IsZero() || time.Now().Before(it.expires) {
			handler(it.Sample)
		}
		r.node.net.flow.add(-1)
	}
}

func (r *reader) Matched() int {
	r.node.net.mu.RLock()
	defer r.node.net.mu.RUnlock()
	return r.matched
}

func (r *reader) Close() error {
	if !r.detach() {
		return bus.ErrClosed
	}
	r.queue.close()
	<-r.done
	return nil
}

func (r *reader) detach() bool {
	net := r.node.net
	net.mu.Lock()
	defer net.mu.Unlock()
	if r.closed {
		return false
	}
	r.closed = true
	r.matched = 0
	delete(r.node.endpoints, r)
	t := net.topics[r.topic]
	t.readers = without(t.readers, r)
	for _, w := range t.writers {
		w.matched = without(w.matched, r)
	}
	net.forget(r.topic)
	return true
}

func (e *endpoint) refuse(policy string) { e.refused, e.policy = e.refused+1, policy }

// IncompatibleQoS implements bus.Incompatible.
func (e *endpoint) IncompatibleQoS() (count int, policy string) {
	e.node.net.mu.RLock()
	defer e.node.net.mu.RUnlock()
	return e.refused, e.policy
}

// topic returns the topic of that name, made where it is new. mu is held.
func (n *Network) topic(name string) *topic {
	t := n.topics[name]
	if t == nil {
		t = &topic{}
		n.topics[name] = t
	}
	return t
}

// forget removes a topic that nobody is on. mu is held.
func (n *Network) forget(name string) {
	if t := n.topics[name]; len(t.writers)+len(t.readers) == 0 {
		delete(n.topics, name)
	}
}

func (t *topic) typeNames() (names []string) {
	for _, w := range t.writers {
		names = append(names, w.typeName)
	}
	for _, r := range t.readers {
		names = append(names, r.typeName)
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// depth is how many samples a history holds; 0 means all.
func depth(qos bus.QoS) int {
	if qos.History == bus.KeepAll {
		return 0
	}
	return qos.Depth
}

func without[E comparable](list []E, gone E) []E {
	return slices.DeleteFunc(list, func(e E) bool { return e == gone })
}
