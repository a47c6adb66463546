package bag

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"

	"github.com/foxglove/mcap/go/mcap"
)

// maxRun ends a run of messages outside of chunks, in bytes, so that a reader
// need not hold them all.
const maxRun = 4 << 20

// scan fills the index by reading the file's records from the start, as far as
// they go. What it had to leave out becomes a problem.
func (f *file) scan() error {
	var u unpacker
	defer u.close()
	for at := int64(len(mcap.Magic)); ; {
		l, err := recordAt(f.data, at, f.size)
		switch {
		case err == io.EOF:
			return nil
		case errors.Is(err, errNoRecord):
			f.problem("%s holds no records from byte %d on: %d bytes left out", f.name, at, f.size-at)
			return nil
		case errors.Is(err, errTruncated):
			f.scanCut(&u, l, at)
			return nil
		case err != nil:
			return fmt.Errorf("%s: %w", f.name, err)
		}
		at = l.end()
		if l.op == mcap.OpDataEnd || l.op == mcap.OpFooter {
			return nil
		}
		if err := f.scanRecord(&u, l); err != nil {
			f.problem("%s: the %v record at byte %d is damaged (%v)", f.name, l.op, l.offset-recordHead, err)
		}
	}
}

func (f *file) scanRecord(u *unpacker, l location) error {
	switch l.op {
	case mcap.OpChunk:
		return f.scanChunk(u, &chunk{file: f, at: l})
	case mcap.OpMessage:
		return f.scanMessage(l)
	case mcap.OpSchema, mcap.OpChannel:
		body, err := l.body(f.data)
		if err != nil {
			return err
		}
		return f.describe(l.op, body)
	}
	return nil
}

// scanCut takes the complete messages of the record at which the file breaks off.
func (f *file) scanCut(u *unpacker, l location, at int64) {
	saved := uint64(0)
	if l.op == mcap.OpChunk {
		before := f.messages()
		// An error means that nothing could be saved, which is what we report.
		_ = f.scanChunk(u, &chunk{file: f, at: l, cut: true})
		saved = f.messages() - before
	}
	f.problem("%s ends in the middle of a record that starts at byte %d: %d messages of it were saved", f.name, at, saved)
}

// scanChunk unpacks c, counts its messages and keeps it if it has any.
func (f *file) scanChunk(u *unpacker, c *chunk) error {
	data, err := u.records(c)
	if err != nil {
		return err
	}
	c.start = math.MaxUint64
	messages := 0
	left, err := walk(data, func(op mcap.OpCode, body []byte) error {
		if op != mcap.OpMessage {
			return f.describe(op, body)
		}
		channel, log, err := messageHead(body)
		if err != nil {
			return err
		}
		f.count(c, channel, log)
		messages++
		return nil
	})
	if messages > 0 {
		f.chunks = append(f.chunks, c)
	}
	if err == nil && left > 0 && !c.cut {
		err = fmt.Errorf("its last %d bytes hold no record", left)
	}
	c.cut = c.cut || err != nil // what was counted is what will be read
	return err
}

// scanMessage adds a message that lies outside of chunks to the run it is in.
func (f *file) scanMessage(l location) error {
	head := make([]byte, min(l.length, messageHeadSize))
	if _, err := f.data.ReadAt(head, l.offset); err != nil {
		return err
	}
	channel, log, err := messageHead(head)
	if err != nil {
		return err
	}
	f.count(f.run(l), channel, log)
	return nil
}

// run returns the chunk that the message at l belongs to: the last one if l
// follows it directly, else a new one.
func (f *file) run(l location) *chunk {
	if n := len(f.chunks); n > 0 {
		last := f.chunks[n-1]
		if last.bare && last.at.end() == l.offset-recordHead && last.at.length < maxRun {
			last.at.length += recordHead + l.length
			return last
		}
	}
	c := &chunk{file: f, bare: true, start: math.MaxUint64, at: location{
		op: mcap.OpMessage, offset: l.offset - recordHead, length: recordHead + l.length,
	}}
	f.chunks = append(f.chunks, c)
	return c
}

func (f *file) count(c *chunk, channel uint16, log uint64) {
	c.start, c.end = min(c.start, log), max(c.end, log)
	f.counts[channel]++
}

func (f *file) messages() (n uint64) {
	for _, count := range f.counts {
		n += count
	}
	return n
}

// messageHeadSize is channel id, sequence, log time and publish time.
const messageHeadSize = 2 + 4 + 8 + 8

func messageHead(body []byte) (channel uint16, log uint64, err error) {
	if len(body) < messageHeadSize {
		return 0, 0, errors.New("a message is shorter than its header")
	}
	return binary.LittleEndian.Uint16(body), binary.LittleEndian.Uint64(body[6:]), nil
}
