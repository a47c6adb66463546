package mem

import "sync"

// queue hands items from many producers to one consumer. With a depth it holds
// the newest depth items and drops the oldest; without (0) it grows.
type queue[T any] struct {
	mu     sync.Mutex
	ready  sync.Cond // signalled by push and close; waits on mu
	ring   []T       // the oldest item is ring[head]
	head   int
	count  int
	depth  int
	closed bool
	flow   *flow // counts the items from push until who popped them is done; nil: nobody does
}

func newQueue[T any](depth int) *queue[T] {
	q := &queue[T]{depth: depth}
	q.ready.L = &q.mu
	return q
}

func (q *queue[T]) push(item T) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.closed {
		return
	}
	q.flowed(1)
	if q.depth > 0 && q.count == q.depth {
		q.drop()
		q.flowed(-1)
	}
	if q.count == len(q.ring) {
		q.grow()
	}
	q.ring[(q.head+q.count)%len(q.ring)] = item
	q.count++
	q.ready.Signal()
}

// pop waits for an item. It returns false, at once, when the queue is closed.
func (q *queue[T]) pop() (item T, ok bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for q.count == 0 && !q.closed {
		q.ready.Wait()
	}
	if q.closed {
		return item, false
	}
	item = q.ring[q.head]
	q.drop()
	return item, true
}

func (q *queue[T]) close() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.closed = true
	q.flowed(-q.count)
	q.ring, q.count = nil, 0
	q.ready.Signal()
}

// each calls f for every item, oldest first.
func (q *queue[T]) each(f func(T)) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for i := range q.count {
		f(q.ring[(q.head+i)%len(q.ring)])
	}
}

func (q *queue[T]) flowed(n int) {
	if q.flow != nil && n != 0 {
		q.flow.add(n)
	}
}

func (q *queue[T]) drop() {
	var none T
	q.ring[q.head] = none // let go of what it points to
	q.head = (q.head + 1) % len(q.ring)
	q.count--
}

func (q *queue[T]) grow() {
	size := max(4, 2*len(q.ring))
	if q.depth > 0 {
		size = min(size, q.depth)
	}
	ring := make([]T, size)
	for i := range q.count {
		ring[i] = q.ring[(q.head+i)%len(q.ring)]
	}
	q.ring, q.head = ring, 0
}
