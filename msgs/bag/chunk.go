package bag

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"

	"github.com/foxglove/mcap/go/mcap"
	"github.com/klauspost/compress/zstd"
	"github.com/pierrec/lz4/v4"
)

// chunk is a piece of a file that is read as one: an MCAP chunk, or a run of
// messages that lie outside of chunks.
type chunk struct {
	file       *file
	at         location
	bare       bool     // records as they are, no chunk header
	cut        bool     // its end is missing: read what is complete
	start, end uint64   // log times, ns
	channels   []uint16 // that have messages in it; nil: not known
}

// maxChunk bounds what a chunk may unpack to, in bytes.
const maxChunk = 1 << 30

// chunkHeader is what stands before a chunk's records.
type chunkHeader struct {
	size        uint64 // of the records, unpacked
	crc         uint32 // of the records, unpacked; 0: not given
	compression mcap.CompressionFormat
	records     []byte
}

// parseChunk reads a chunk's body. With cut, records may be shorter than said.
func parseChunk(body []byte, cut bool) (chunkHeader, error) {
	const fixed = 8 + 8 + 8 + 4 + 4 // start, end, size, crc, length of the name
	short := errors.New("its header is incomplete")
	if len(body) < fixed {
		return chunkHeader{}, short
	}
	h := chunkHeader{
		size: binary.LittleEndian.Uint64(body[16:]),
		crc:  binary.LittleEndian.Uint32(body[24:]),
	}
	name := binary.LittleEndian.Uint32(body[28:])
	rest := body[fixed:]
	if uint64(len(rest)) < uint64(name)+8 {
		return chunkHeader{}, short
	}
	h.compression = mcap.CompressionFormat(rest[:name])
	length := binary.LittleEndian.Uint64(rest[name:])
	h.records = rest[name+8:]
	if length > uint64(len(h.records)) {
		if !cut {
			return chunkHeader{}, fmt.Errorf("it says %d bytes and has %d", length, len(h.records))
		}
		length = uint64(len(h.records))
	}
	h.records = h.records[:length]
	return h, nil
}

// unpacker decompresses chunks one after another. The zero value is ready.
type unpacker struct {
	zstd *zstd.Decoder
	lz4  *lz4.Reader
}

func (u *unpacker) close() {
	if u.zstd != nil {
		u.zstd.Close()
	}
}

// records reads and unpacks c. Where c is cut, it returns what can be had.
func (u *unpacker) records(c *chunk) ([]byte, error) {
	body, err := c.at.body(c.file.data)
	if err != nil || c.bare {
		return body, err
	}
	h, err := parseChunk(body, c.cut)
	if err != nil {
		return nil, err
	}
	data, err := u.unpack(h)
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

// unpack decompresses as much as h says, or up to an error. Memory grows with
// what comes out, not with what the header says.
func (u *unpacker) unpack(h chunkHeader) ([]byte, error) {
	if h.compression == mcap.CompressionNone {
		return h.records, nil
	}
	if h.size > maxChunk {
		return nil, fmt.Errorf("it unpacks to %d bytes, more than the limit of %d", h.size, maxChunk)
	}
	from, err := u.decoder(h)
	if err != nil {
		return nil, err
	}
	guess := min(h.size, uint64(16*len(h.records)+4096))
	out := bytes.NewBuffer(make([]byte, 0, guess))
	_, err = io.Copy(out, io.LimitReader(from, int64(h.size)+1))
	return out.Bytes(), err
}

func (u *unpacker) decoder(h chunkHeader) (io.Reader, error) {
	in := bytes.NewReader(h.records)
	switch h.compression {
	case mcap.CompressionZSTD:
		if u.zstd == nil {
			d, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxWindow(64<<20))
			if err != nil {
				return nil, err
			}
			u.zstd = d
		}
		return u.zstd, u.zstd.Reset(in)
	case mcap.CompressionLZ4:
		if u.lz4 == nil {
			u.lz4 = lz4.NewReader(nil)
		}
		u.lz4.Reset(in)
		return u.lz4, nil
	}
	return nil, fmt.Errorf("its compression %q is not supported: zstd, lz4 and none are", h.compression)
}
