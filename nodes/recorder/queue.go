package recorder

import (
	"sync"
	"time"
)

// item is a sample that waits to be written. Its data is its own.
type item struct {
	subscription *subscription
	data         []byte
	received     time.Time
	published    time.Time
}

// queue holds samples between the subscriptions and the bag, up to a number of
// bytes.
type queue struct {
	filled chan struct{} // a token lies here while there may be items; for one taker
	limit  int           // bytes

	mu    sync.Mutex
	items []item
	bytes int
}

func newQueue(limit int) *queue {
	return &queue{filled: make(chan struct{}, 1), limit: limit}
}

// put adds i, or returns false where there is no room.
func (q *queue) put(i item) bool {
	q.mu.Lock()
	full := q.bytes+len(i.data) > q.limit
	if !full {
		q.items = append(q.items, i)
		q.bytes += len(i.data)
	}
	q.mu.Unlock()
	if full {
		return false
	}
	select {
	case q.filled <- struct{}{}:
	default:
	}
	return true
}

// takeAll removes and returns all items, oldest first.
func (q *queue) takeAll() []item {
	q.mu.Lock()
	defer q.mu.Unlock()
	items := q.items
	q.items, q.bytes = nil, 0
	return items
}

// waiting is how many bytes are in the queue.
func (q *queue) waiting() int {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.bytes
}
