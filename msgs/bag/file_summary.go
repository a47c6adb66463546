package bag

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"

	"github.com/foxglove/mcap/go/mcap"
)

// footerBody is the size of a footer's body: two offsets and a checksum.
const footerBody = 8 + 8 + 4

// readSummary fills the index from the summary at the end of the file. An error
// says why the summary cannot be used.
func (f *file) readSummary() error {
	start, end, err := f.findSummary()
	if err != nil {
		return err
	}
	var stats *mcap.Statistics
	for at := start; ; {
		l, err := recordAt(f.data, at, end)
		if err == io.EOF {
			break
		}
		if err != nil {
			return err
		}
		at = l.end()
		body, err := l.body(f.data)
		if err != nil {
			return err
		}
		switch l.op {
		case mcap.OpChunkIndex:
			err = f.addIndexed(body, start)
		case mcap.OpStatistics:
			stats, err = mcap.ParseStatistics(body)
		default:
			err = f.describe(l.op, body)
		}
		if err != nil {
			return fmt.Errorf("%v record in its summary: %w", l.op, err)
		}
	}
	return f.checkStatistics(stats)
}

// findSummary returns where the summary starts and ends.
func (f *file) findSummary() (start, end int64, err error) {
	magic := int64(len(mcap.Magic))
	end = f.size - magic - footerBody - recordHead
	tail := make([]byte, magic)
	if end < magic {
		return 0, 0, errors.New("it was not closed")
	}
	if _, err := f.data.ReadAt(tail, f.size-magic); err != nil || !bytes.Equal(tail, mcap.Magic) {
		return 0, 0, errors.New("it was not closed")
	}
	l, err := recordAt(f.data, end, f.size-magic)
	if err != nil || l.op != mcap.OpFooter || l.length != footerBody {
		return 0, 0, errors.New("its footer is damaged")
	}
	body, err := l.body(f.data)
	if err != nil {
		return 0, 0, err
	}
	footer, err := mcap.ParseFooter(body)
	if err != nil {
		return 0, 0, err
	}
	if footer.SummaryStart == 0 {
		return 0, 0, errors.New("it was written without a summary")
	}
	if footer.SummaryStart < uint64(magic) || footer.SummaryStart > uint64(end) {
		return 0, 0, errors.New("its footer points outside of the file")
	}
	return int64(footer.SummaryStart), end, nil
}

// addIndexed adds the chunk that a chunk index record describes. limit is where
// the file's data ends.
func (f *file) addIndexed(body []byte, limit int64) error {
	i, err := mcap.ParseChunkIndex(body)
	if err != nil {
		return err
	}
	if i.ChunkStartOffset > uint64(limit) || i.ChunkLength < recordHead ||
		i.ChunkLength > uint64(limit)-i.ChunkStartOffset {
		return errors.New("it points outside of the file")
	}
	c := &chunk{
		file: f, start: i.MessageStartTime, end: i.MessageEndTime,
		at: location{
			op: mcap.OpChunk, offset: int64(i.ChunkStartOffset) + recordHead,
			length: int64(i.ChunkLength) - recordHead,
		},
	}
	if len(i.MessageIndexOffsets) > 0 {
		c.channels = slices.Collect(maps.Keys(i.MessageIndexOffsets))
	}
	f.chunks = append(f.chunks, c)
	return nil
}

// checkStatistics takes the counts, and refuses a summary that does not lead to
// all of the messages.
func (f *file) checkStatistics(stats *mcap.Statistics) error {
	if stats == nil {
		return errors.New("its summary has no statistics")
	}
	if uint64(stats.ChunkCount) != uint64(len(f.chunks)) || (len(f.chunks) == 0 && stats.MessageCount > 0) {
		return errors.New("its summary does not list all chunks")
	}
	for channel, n := range stats.ChannelMessageCounts {
		if _, ok := f.channels[channel]; !ok {
			return fmt.Errorf("its summary does not describe channel %d", channel)
		}
		f.counts[channel] = n
	}
	// Chunks that only describe topics have no times.
	f.chunks = slices.DeleteFunc(f.chunks, func(c *chunk) bool { return c.channels == nil && c.end == 0 })
	return nil
}
