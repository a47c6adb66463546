package bag

import (
	"encoding/binary"
	"slices"

	"github.com/foxglove/mcap/go/mcap"
)

// window is how much of a file resync looks at in one piece, bytes.
const window = 1 << 20

// resync returns where, from an offset on, the next record starts that makes
// sense. In a file with chunks, messages do not count: they are a damaged chunk's
// own, and no checksum vouches for them.
func (m *mcapFile) resync(from int64) (at int64, found bool) {
	buffer := make([]byte, min(window, max(0, m.size-from))+recordHead)
	for base := from; base < m.size; base += window {
		n, _ := m.data.ReadAt(buffer, base)
		view := buffer[:n]
		for i := 0; i < min(window, n-recordHead+1); i++ {
			op := mcap.OpCode(view[i])
			// No record is longer than 2^40 bytes, so that the quick look leaves few.
			if op == 0 || op > mcap.OpDataEnd || view[i+6]|view[i+7]|view[i+8] != 0 {
				continue
			}
			if m.plausible(base + int64(i)) {
				return base + int64(i), true
			}
		}
	}
	return 0, false
}

// plausible tells whether a record that can be told from noise starts at offset.
func (m *mcapFile) plausible(offset int64) bool {
	l, err := recordAt(m.data, offset, m.size)
	if err != nil {
		return false
	}
	switch l.op {
	case mcap.OpChunk:
		h, err := m.chunkHead(l)
		known := []mcap.CompressionFormat{mcap.CompressionNone, mcap.CompressionLZ4, mcap.CompressionZSTD}
		return err == nil && h.start <= h.end && slices.Contains(known, h.compression) &&
			h.length == uint64(l.length)-40-uint64(len(h.compression))
	case mcap.OpMessageIndex:
		var head [6]byte // channel, length of the list
		if _, err := m.data.ReadAt(head[:], l.offset); err != nil || l.length < 6 {
			return false
		}
		list := int64(binary.LittleEndian.Uint32(head[2:]))
		return list > 0 && list == l.length-6 && list%16 == 0 && m.recordFollows(l)
	case mcap.OpDataEnd:
		return l.length == 4 && m.recordFollows(l)
	case mcap.OpMessage:
		var body [messageHeadSize]byte
		if m.chunked || l.length < messageHeadSize {
			return false
		}
		if _, err := m.data.ReadAt(body[:], l.offset); err != nil {
			return false
		}
		head, _ := messageHead(body[:])
		return m.channels[head.channel] != nil && head.log <= maxTime && m.recordFollows(l)
	}
	return false
}

// recordFollows tells whether l ends where a record or the file does.
func (m *mcapFile) recordFollows(l location) bool {
	next, err := recordAt(m.data, l.end(), m.size)
	return l.end() == m.size || err == nil && next.op > 0 && next.op <= mcap.OpDataEnd
}

// chunkHead reads the head of the chunk at l; its records are not read.
func (m *mcapFile) chunkHead(l location) (chunkHeader, error) {
	body := make([]byte, min(l.length, 64))
	if _, err := m.data.ReadAt(body, l.offset); err != nil {
		return chunkHeader{}, err
	}
	return chunkHead(body)
}
