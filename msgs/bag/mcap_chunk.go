package bag

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"

	"github.com/foxglove/mcap/go/mcap"
)

// chunkHeader is what stands before a chunk's records.
type chunkHeader struct {
	start, end  uint64 // log times, ns
	size        uint64 // of the records, unpacked
	crc         uint32 // of the records, unpacked; 0: not given
	compression mcap.CompressionFormat
	length      uint64 // of the records, as they lie in the file
	records     []byte
}

var errShortChunk = errors.New("its header is incomplete")

// chunkHead reads what stands before a chunk's records; records is what follows.
func chunkHead(body []byte) (h chunkHeader, err error) {
	const fixed = 8 + 8 + 8 + 4 + 4 // start, end, size, crc, length of the name
	if len(body) < fixed {
		return chunkHeader{}, errShortChunk
	}
	h = chunkHeader{
		start: binary.LittleEndian.Uint64(body),
		end:   binary.LittleEndian.Uint64(body[8:]),
		size:  binary.LittleEndian.Uint64(body[16:]),
		crc:   binary.LittleEndian.Uint32(body[24:]),
	}
	name := binary.LittleEndian.Uint32(body[28:])
	rest := body[fixed:]
	if uint64(len(rest)) < uint64(name)+8 {
		return chunkHeader{}, errShortChunk
	}
	h.compression = mcap.CompressionFormat(rest[:name])
	h.length = binary.LittleEndian.Uint64(rest[name:])
	h.records = rest[name+8:]
	return h, nil
}

// parseChunk reads a chunk's body. With cut, records may be shorter than said.
func parseChunk(body []byte, cut bool) (chunkHeader, error) {
	h, err := chunkHead(body)
	if err != nil {
		return chunkHeader{}, err
	}
	length := h.length
	if length > uint64(len(h.records)) {
		if !cut {
			return chunkHeader{}, fmt.Errorf("it says %d bytes and has %d", length, len(h.records))
		}
		length = uint64(len(h.records))
	}
	h.records = h.records[:length]
	return h, nil
}

// records reads and unpacks c. Where c is cut, it returns what can be had.
func (s *mcapStore) records(u *unpacker, c *chunk) ([]byte, error) {
	if c.at.length > maxPiece {
		return nil, fmt.Errorf("it has %d bytes, more than the limit of %d", c.at.length, maxPiece)
	}
	body, err := c.at.body(s.data)
	if err != nil || c.bare {
		return body, err
	}
	h, err := parseChunk(body, c.cut)
	if err != nil {
		return nil, err
	}
	if c.indexed && (h.start != uint64(c.start) || h.end != uint64(c.end)) {
		return nil, errors.New("it is not the chunk that the index tells of")
	}
	data, err := u.chunk(h)
	if c.cut {
		return data, nil
	}
	if err != nil {
		return nil, err
	}
	if uint64(len(data)) != h.size {
		return nil, fmt.Errorf("it unpacks to %d bytes instead of %d", len(data), h.size)
	}
	if h.crc != 0 && crc32.ChecksumIEEE(data) != h.crc {
		return nil, errors.New("its checksum does not match its content")
	}
	return data, nil
}

// chunk decompresses as much as h says, or up to an error.
func (u *unpacker) chunk(h chunkHeader) (data []byte, err error) {
	var from io.Reader
	switch h.compression {
	case mcap.CompressionNone:
		return h.records, nil
	case mcap.CompressionLZ4:
		from = u.fromLZ4(h.records)
	case mcap.CompressionZSTD:
		if from, err = u.fromZstd(h.records); err != nil {
			return nil, err
		}
	default:
		return nil, fmt.Errorf("its compression %q is not supported: zstd, lz4 and none are", h.compression)
	}
	return readPiece(from, h.size, len(h.records))
}
