package bag

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"

	"github.com/foxglove/mcap/go/mcap"
)

// footerBody is the size of a footer's body: two offsets and a checksum.
const footerBody = 8 + 8 + 4

// maxSummary bounds the summary that is read into memory, in bytes: that of a
// bag of 1 TB is smaller.
const maxSummary = 256 << 20

// errNoIndex says that a file was closed well, but written without an index, as
// ros2 bag does it with the preset fastwrite.
var errNoIndex = errors.New("it was written without an index")

// readSummary fills the index from the summary at the end of the file. An error
// says why the summary cannot be used.
func (m *mcapFile) readSummary() error {
	summary, start, err := m.findSummary()
	if err != nil {
		return err
	}
	var stats *mcap.Statistics
	data := bytes.NewReader(summary)
	for at := int64(0); ; {
		l, err := recordAt(data, at, int64(len(summary)))
		if err == io.EOF {
			break
		}
		if err != nil {
			return err
		}
		at = l.end()
		body := summary[l.offset:at:at]
		switch l.op {
		case mcap.OpChunkIndex:
			err = m.addIndexed(body, start)
		case mcap.OpStatistics:
			stats, err = mcap.ParseStatistics(body)
		default:
			err = m.describe(l.op, body)
		}
		if err != nil {
			return fmt.Errorf("%v record in its summary: %w", l.op, err)
		}
	}
	return m.checkStatistics(stats)
}

// findSummary reads the summary's records. start is where they lie in the file.
func (m *mcapFile) findSummary() (summary []byte, start int64, err error) {
	magic := int64(len(mcap.Magic))
	end := m.size - magic - footerBody - recordHead
	tail := make([]byte, magic)
	if end < magic {
		return nil, 0, errors.New("it was not closed")
	}
	if _, err := m.data.ReadAt(tail, m.size-magic); err != nil || !bytes.Equal(tail, mcap.Magic) {
		return nil, 0, errors.New("it was not closed")
	}
	l, err := recordAt(m.data, end, m.size-magic)
	if err != nil || l.op != mcap.OpFooter || l.length != footerBody {
		return nil, 0, errors.New("its footer is damaged")
	}
	body, err := l.body(m.data)
	if err != nil {
		return nil, 0, err
	}
	footer, err := mcap.ParseFooter(body)
	if err != nil {
		return nil, 0, err
	}
	switch {
	case footer.SummaryStart == 0:
		return nil, 0, errNoIndex
	case footer.SummaryStart < uint64(magic) || footer.SummaryStart > uint64(end):
		return nil, 0, errors.New("its footer points outside of the file")
	case uint64(end)-footer.SummaryStart > maxSummary:
		return nil, 0, fmt.Errorf("its summary is larger than %d bytes", maxSummary)
	}
	start = int64(footer.SummaryStart)
	summary = make([]byte, l.end()-start)
	if _, err := m.data.ReadAt(summary, start); err != nil {
		return nil, 0, fmt.Errorf("read its summary: %w", err)
	}
	// The checksum covers all from the summary's start up to itself.
	checked := summary[:len(summary)-4]
	if footer.SummaryCRC != 0 && crc32.ChecksumIEEE(checked) != footer.SummaryCRC {
		return nil, 0, errors.New("the checksum of its summary does not match")
	}
	return summary[:end-start], start, nil
}

// addIndexed adds the chunk that a chunk index record describes. limit is where
// the file's data ends.
func (m *mcapFile) addIndexed(body []byte, limit int64) error {
	if err := checkChunkIndex(body); err != nil {
		return err
	}
	i, err := mcap.ParseChunkIndex(body)
	if err != nil {
		return err
	}
	if i.ChunkStartOffset > uint64(limit) || i.ChunkLength < recordHead ||
		i.ChunkLength > uint64(limit)-i.ChunkStartOffset {
		return errors.New("it points outside of the file")
	}
	if i.MessageStartTime > maxTime || i.MessageEndTime > maxTime {
		return errAbsurdTime
	}
	c := &chunk{
		file: m.file, indexed: true, start: int64(i.MessageStartTime), end: int64(i.MessageEndTime),
		at: location{
			op: mcap.OpChunk, offset: int64(i.ChunkStartOffset) + recordHead,
			length: int64(i.ChunkLength) - recordHead,
		},
	}
	for channel := range i.MessageIndexOffsets {
		c.topics = append(c.topics, uint32(channel))
	}
	m.packed(i.Compression)
	m.chunks = append(m.chunks, c)
	return nil
}

// checkChunkIndex refuses a map of message indexes that is longer than the
// record: the mcap package would believe its length.
func checkChunkIndex(body []byte) error {
	const before = 8 + 8 + 8 + 8 // start, end, offset, length
	if len(body) < before+4 {
		return errors.New("it is too short")
	}
	if uint64(binary.LittleEndian.Uint32(body[before:])) > uint64(len(body)-before-4) {
		return errors.New("it is longer than its record")
	}
	return nil
}

// checkStatistics takes the counts, and refuses a summary that does not lead to
// all of the messages.
func (m *mcapFile) checkStatistics(stats *mcap.Statistics) error {
	switch {
	case stats == nil:
		return errors.New("its summary has no statistics")
	case len(m.chunks) == 0 && stats.ChunkCount == 0 && stats.MessageCount > 0:
		return errNoIndex
	case uint64(stats.ChunkCount) != uint64(len(m.chunks)):
		return errors.New("its summary does not list all chunks")
	}
	for channel, n := range stats.ChannelMessageCounts {
		if _, ok := m.channels[channel]; !ok {
			return fmt.Errorf("its summary does not describe channel %d", channel)
		}
		m.counts[uint32(channel)] = n
	}
	// Chunks that only describe topics have no times.
	kept := m.chunks[:0]
	for _, c := range m.chunks {
		if c.topics != nil || c.end != 0 {
			kept = append(kept, c)
		}
	}
	m.chunks = kept
	return nil
}
