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

// scan fills the index by reading the file's records from the start. Where they
// make no sense it looks for the next that do; what it had to leave out becomes a
// damage.
func (m *mcapFile) scan() error {
	for at := int64(len(mcap.Magic)); ; {
		l, err := recordAt(m.data, at, m.size)
		switch {
		case err == io.EOF:
			return nil
		case err == nil && !knownOp(l.op):
			err = errNoRecord
		}
		m.chunked = m.chunked || l.op == mcap.OpChunk
		switch {
		case errors.Is(err, errNoRecord) || errors.Is(err, errTruncated):
			next, found := m.resync(at + 1)
			m.skip(l, at, next, found)
			if !found {
				return nil
			}
			at = next
			continue
		case err != nil:
			return fmt.Errorf("%s: %w", m.name, err)
		}
		at = l.end()
		if l.op == mcap.OpDataEnd || l.op == mcap.OpFooter {
			return nil
		}
		chunks := len(m.chunks)
		if err := m.scanRecord(l); err != nil {
			m.lose(BadChunk, 0, chunks, "%s: the %v record at byte %d is damaged (%v)", m.name, l.op, l.offset-recordHead, err)
		}
	}
}

// knownOp tells whether op is one of MCAP 1, or one that programs may use for
// themselves.
func knownOp(op mcap.OpCode) bool { return op > 0 && op <= mcap.OpDataEnd || op >= 0x80 }

// skip reports the bytes from at on, up to next where a record was found, and
// saves what is complete in a chunk that lies there.
func (m *mcapFile) skip(l location, at, next int64, found bool) {
	end := m.size
	if found {
		end = next
	}
	saved, chunks := uint64(0), len(m.chunks)
	if l.op == mcap.OpChunk && end-at > recordHead {
		before := m.messages()
		// An error means that nothing could be saved, which is what we report.
		_ = m.scanChunk(&chunk{file: m.file, cut: true, at: location{op: l.op, offset: at + recordHead, length: end - at - recordHead}})
		saved = m.messages() - before
	}
	switch {
	case found:
		m.lose(BadChunk, 0, chunks, "%s: bytes %d to %d are damaged: %d messages of them were saved", m.name, at, next, saved)
	case l.op == 0 || !knownOp(l.op):
		m.lose(BadEnd, 0, chunks, "%s holds no records from byte %d on: %d bytes left out", m.name, at, m.size-at)
	default:
		m.lose(BadEnd, 0, chunks, "%s ends in the middle of a record that starts at byte %d: %d messages of it were saved", m.name, at, saved)
	}
}

func (m *mcapFile) scanRecord(l location) error {
	switch l.op {
	case mcap.OpChunk:
		return m.scanChunk(&chunk{file: m.file, at: l})
	case mcap.OpMessage:
		return m.scanMessage(l)
	case mcap.OpSchema, mcap.OpChannel:
		if l.length > maxPiece {
			return fmt.Errorf("it has %d bytes", l.length)
		}
		body, err := l.body(m.data)
		if err != nil {
			return err
		}
		return m.describe(l.op, body)
	}
	return nil
}

// scanChunk unpacks c, counts its messages and keeps it if it has any.
func (m *mcapFile) scanChunk(c *chunk) error {
	if head, err := m.chunkHead(c.at); err == nil {
		m.packed(head.compression)
	}
	data, err := (&mcapStore{data: m.data}).records(&m.unpack, c)
	if err != nil {
		return err
	}
	c.start, c.end = math.MaxInt64, math.MinInt64
	messages := 0
	left, err := walk(data, func(op mcap.OpCode, body []byte) error {
		if op != mcap.OpMessage {
			return m.describe(op, body)
		}
		head, err := messageHead(body)
		if err != nil {
			return err
		}
		m.count(c, head)
		messages++
		return nil
	})
	if messages > 0 {
		m.chunks = append(m.chunks, c)
	}
	if err == nil && left > 0 && !c.cut {
		err = fmt.Errorf("its last %d bytes hold no record", left)
	}
	c.cut = c.cut || err != nil // what was counted is what will be read
	return err
}

// scanMessage adds a message that lies outside of chunks to the run it is in.
func (m *mcapFile) scanMessage(l location) error {
	body := make([]byte, min(l.length, messageHeadSize))
	if _, err := m.data.ReadAt(body, l.offset); err != nil {
		return err
	}
	head, err := messageHead(body)
	if err != nil {
		return err
	}
	m.count(m.run(l), head)
	return nil
}

// run returns the chunk that the message at l belongs to: the last one if l
// follows it directly, else a new one.
func (m *mcapFile) run(l location) *chunk {
	if n := len(m.chunks); n > 0 {
		last := m.chunks[n-1]
		if last.bare && last.at.end() == l.offset-recordHead && last.at.length < maxRun {
			last.at.length += recordHead + l.length
			return last
		}
	}
	c := &chunk{file: m.file, bare: true, start: math.MaxInt64, end: math.MinInt64, at: location{
		op: mcap.OpMessage, offset: l.offset - recordHead, length: recordHead + l.length,
	}}
	m.chunks = append(m.chunks, c)
	return c
}

// count counts a message of c. One with an absurd time has no say in c's.
func (m *mcapFile) count(c *chunk, head messageHeader) {
	if head.log <= maxTime {
		c.start, c.end = min(c.start, int64(head.log)), max(c.end, int64(head.log))
	}
	m.counts[uint32(head.channel)]++
}

// messageHeadSize is channel id, sequence, log time and publish time.
const messageHeadSize = 2 + 4 + 8 + 8

// messageHeader is what stands before a message's data; times in ns.
type messageHeader struct {
	channel        uint16
	log, published uint64
}

func messageHead(body []byte) (h messageHeader, err error) {
	if len(body) < messageHeadSize {
		return h, errors.New("a message is shorter than its header")
	}
	h.channel = binary.LittleEndian.Uint16(body)
	h.log = binary.LittleEndian.Uint64(body[6:])
	if h.published = binary.LittleEndian.Uint64(body[14:]); h.published == 0 || h.published > maxTime {
		h.published = h.log
	}
	return h, nil
}
