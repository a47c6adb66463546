package bag

import (
	"cmp"
	"container/heap"
	"fmt"
	"iter"
	"slices"
	"time"

	"github.com/foxglove/mcap/go/mcap"
)

// DamageError says that a part of a bag could not be read.
type DamageError struct {
	File   string
	Offset int64 // of the chunk, in bytes
	Err    error
}

func (e *DamageError) Error() string {
	return fmt.Sprintf("%s: the chunk at byte %d is damaged: %v", e.File, e.Offset, e.Err)
}

func (e *DamageError) Unwrap() error { return e.Err }

// Messages yields the messages of the given topics, or of all topics, in order
// of their log times; equal times keep the order in which they were recorded. A
// *DamageError stands for a chunk that cannot be read: the caller may go on, and
// gets what follows it.
func (r *Reader) Messages(topics ...string) iter.Seq2[Message, error] {
	return func(yield func(Message, error) bool) {
		m := merge{waiting: r.chunks, wanted: map[string]bool{}}
		defer m.unpack.close()
		for _, t := range topics {
			m.wanted[t] = true
		}
		for m.more() {
			if !yield(m.next()) {
				return
			}
		}
	}
}

// merge puts chunks that overlap in time into one sequence. A chunk is unpacked
// when its first message may be the next one, and forgotten after its last.
type merge struct {
	wanted  map[string]bool // empty: all topics
	waiting []*chunk        // by start time
	open    cursors
	unpack  unpacker
	failed  error // of the chunk opened last
}

// cursor walks one unpacked chunk.
type cursor struct {
	order    int // in which it was opened, to keep equal times stable
	messages []Message
}

// cursors is a heap by the time of each cursor's next message.
type cursors []*cursor

func (c cursors) Len() int      { return len(c) }
func (c cursors) Swap(i, j int) { c[i], c[j] = c[j], c[i] }
func (c cursors) Less(i, j int) bool {
	a, b := c[i], c[j]
	if order := a.messages[0].LogTime.Compare(b.messages[0].LogTime); order != 0 {
		return order < 0
	}
	return a.order < b.order
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
	for m.failed == nil && len(m.waiting) > 0 {
		if len(m.open) > 0 && m.open[0].messages[0].LogTime.UnixNano() < int64(m.waiting[0].start) {
			break
		}
		c := m.waiting[0]
		m.waiting = m.waiting[1:]
		if m.wants(c) {
			m.failed = m.openChunk(c)
		}
	}
	return m.failed != nil || len(m.open) > 0
}

// next gives the next message, or the error that more met.
func (m *merge) next() (Message, error) {
	if err := m.failed; err != nil {
		m.failed = nil
		return Message{}, err
	}
	first := m.open[0]
	msg := first.messages[0]
	first.messages = first.messages[1:]
	if len(first.messages) == 0 {
		heap.Pop(&m.open)
	} else {
		heap.Fix(&m.open, 0)
	}
	return msg, nil
}

// wants tells whether c may hold messages of wanted topics.
func (m *merge) wants(c *chunk) bool {
	if len(m.wanted) == 0 || c.channels == nil {
		return true
	}
	return slices.ContainsFunc(c.channels, func(channel uint16) bool {
		name, _, _ := c.file.topic(channel)
		return m.wanted[name]
	})
}

func (m *merge) openChunk(c *chunk) error {
	damage := func(err error) error {
		return &DamageError{File: c.file.name, Offset: c.at.offset - recordHead, Err: err}
	}
	data, err := m.unpack.records(c)
	if err != nil {
		return damage(err)
	}
	cur := &cursor{order: -len(m.waiting)}
	_, err = walk(data, func(op mcap.OpCode, body []byte) error {
		if op != mcap.OpMessage {
			return nil
		}
		return cur.add(c.file, body, m.wanted)
	})
	if len(cur.messages) > 0 {
		slices.SortStableFunc(cur.messages, func(a, b Message) int { return a.LogTime.Compare(b.LogTime) })
		heap.Push(&m.open, cur)
	}
	if err != nil && !c.cut {
		return damage(err)
	}
	return nil
}

// add parses a message record and keeps it if it is wanted.
func (c *cursor) add(f *file, body []byte, wanted map[string]bool) error {
	channel, log, err := messageHead(body)
	if err != nil {
		return err
	}
	topic, typeName, ok := f.topic(channel)
	if !ok || len(wanted) > 0 && !wanted[topic] {
		return nil
	}
	var raw mcap.Message
	if err := raw.PopulateFrom(body, false); err != nil {
		return err
	}
	c.messages = append(c.messages, Message{
		Topic: topic, Type: typeName, Data: raw.Data,
		LogTime: time.Unix(0, int64(log)), Published: time.Unix(0, int64(cmp.Or(raw.PublishTime, log))),
	})
	return nil
}
