package bag

import (
	"cmp"
	"container/heap"
	"iter"
	"slices"
)

// Messages yields the messages of the given topics, or of all topics, in order
// of their log times; equal times keep the order in which they were recorded. A
// *DamageError stands for a part that cannot be read: the caller may go on, and
// gets what follows it.
func (r *Reader) Messages(topics ...string) iter.Seq2[Message, error] {
	return func(yield func(Message, error) bool) {
		m := merge{waiting: r.chunks, wanted: only(topics), budget: r.budget}
		defer m.unpack.close()
		for m.more() {
			if !yield(m.next()) {
				return
			}
		}
	}
}

// Recorded yields all messages in the order in which they were written, which is
// not that of their log times where the recorder's clock was set. Errors are
// those of Messages.
func (r *Reader) Recorded() iter.Seq2[Message, error] {
	return func(yield func(Message, error) bool) {
		var u unpacker
		defer u.close()
		for _, f := range r.files {
			for _, c := range f.chunks {
				messages, damages := f.store.load(&u, c, only(nil))
				for _, m := range messages {
					if !yield(m, nil) {
						return
					}
				}
				for _, d := range damages {
					if !yield(Message{}, d) {
						return
					}
				}
			}
		}
	}
}

// only tells which topics are wanted: those named, or all if none is.
func only(topics []string) func(string) bool {
	return func(topic string) bool { return len(topics) == 0 || slices.Contains(topics, topic) }
}

// merge puts chunks that overlap in time into one sequence. A chunk is unpacked
// when its first message may be the next one, and forgotten after its last, or
// earlier if the open ones outgrow the budget: then it is read again later.
type merge struct {
	wanted  func(topic string) bool
	waiting []*chunk // by start time
	open    cursors
	unpack  unpacker
	failed  []*DamageError // not yet given
	budget  int            // bytes of open chunks; one may exceed it
	size    int            // bytes of open chunks
}

// cursor walks one chunk.
type cursor struct {
	chunk    *chunk
	order    int       // in which it was opened, to keep equal times stable
	next     int64     // log time of its next message, ns
	messages []Message // that are left; nil: forgotten
	given    int       // messages that were given before
	size     int       // bytes
}

// cursors is a heap by the time of each cursor's next message.
type cursors []*cursor

func (c cursors) Len() int      { return len(c) }
func (c cursors) Swap(i, j int) { c[i], c[j] = c[j], c[i] }
func (c cursors) Less(i, j int) bool {
	return cmp.Or(cmp.Compare(c[i].next, c[j].next), cmp.Compare(c[i].order, c[j].order)) < 0
}
func (c *cursors) Push(x any) { *c = append(*c, x.(*cursor)) }
func (c *cursors) Pop() any {
	last := (*c)[len(*c)-1]
	*c = (*c)[:len(*c)-1]
	return last
}

// more opens all chunks that may hold the next message, and says whether there
// is a message or an error to give.
func (m *merge) more() bool {
	for len(m.failed) == 0 && len(m.waiting) > 0 {
		if len(m.open) > 0 && m.open[0].next < m.waiting[0].start {
			break
		}
		c := m.waiting[0]
		m.waiting = m.waiting[1:]
		if m.wants(c) {
			m.openChunk(c)
		}
	}
	return len(m.failed) > 0 || len(m.open) > 0
}

// next gives the next message, or the error that more met.
func (m *merge) next() (Message, error) {
	if len(m.failed) > 0 {
		err := m.failed[0]
		m.failed = m.failed[1:]
		return Message{}, err
	}
	first := m.open[0]
	if first.messages == nil && !m.reload(first) {
		// It was there a moment ago: the file changed while it was read.
		heap.Pop(&m.open)
		return Message{}, first.chunk.damaged(errChanged)
	}
	msg := first.messages[0]
	first.messages = first.messages[1:]
	first.given++
	if len(first.messages) == 0 {
		heap.Pop(&m.open)
		m.size -= first.size
	} else {
		first.next = first.messages[0].LogTime.UnixNano()
		heap.Fix(&m.open, 0)
	}
	return msg, nil
}

// wants tells whether c may hold messages of wanted topics.
func (m *merge) wants(c *chunk) bool {
	return c.topics == nil || slices.ContainsFunc(c.topics, func(number uint32) bool {
		t, ok := c.file.topics[number]
		return ok && m.wanted(t.Name)
	})
}

func (m *merge) openChunk(c *chunk) {
	cur := &cursor{chunk: c, order: -len(m.waiting)}
	m.failed = m.load(cur)
	if len(cur.messages) == 0 {
		m.size -= cur.size
		return
	}
	cur.next = cur.messages[0].LogTime.UnixNano()
	heap.Push(&m.open, cur)
	m.forget(cur)
}

// load reads a cursor's messages and sorts them by time.
func (m *merge) load(cur *cursor) []*DamageError {
	messages, failed := cur.chunk.file.store.load(&m.unpack, cur.chunk, m.wanted)
	slices.SortStableFunc(messages, func(a, b Message) int { return a.LogTime.Compare(b.LogTime) })
	cur.messages, cur.size = messages, 0
	for _, msg := range messages {
		cur.size += len(msg.Data) + messageOverhead
	}
	m.size += cur.size
	return failed
}

// messageOverhead is about what a Message takes besides its data, bytes.
const messageOverhead = 128

func (m *merge) reload(cur *cursor) bool {
	_ = m.load(cur) // its damages were given when it was opened
	if len(cur.messages) <= cur.given {
		m.size -= cur.size
		return false
	}
	cur.messages = cur.messages[cur.given:]
	m.forget(cur)
	return true
}

// forget drops the messages that are needed last until the budget holds, but not
// those of keep.
func (m *merge) forget(keep *cursor) {
	for m.size > m.budget {
		var last *cursor
		for _, c := range m.open {
			if c != keep && c.messages != nil && (last == nil || c.next > last.next) {
				last = c
			}
		}
		if last == nil {
			return
		}
		last.messages = nil
		m.size -= last.size
	}
}
