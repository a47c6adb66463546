package bag

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/klauspost/compress/zstd"
	"github.com/pierrec/lz4/v4"
)

// maxPiece bounds what a chunk or a message may unpack to, in bytes, and so what
// a reader holds.
const maxPiece = 256 << 20

// Windows of zstd: how far back a decoder must remember, bytes. A whole file may
// have been packed with more effort than a chunk.
const (
	pieceWindow = 64 << 20
	fileWindow  = 128 << 20
)

var zstdMagic = []byte{0x28, 0xb5, 0x2f, 0xfd}

// unpacker decompresses pieces one after another. The zero value is ready.
type unpacker struct {
	zstd *zstd.Decoder
	lz4  *lz4.Reader
}

func (u *unpacker) close() {
	if u.zstd != nil {
		u.zstd.Close()
	}
}

// fromZstd is a reader of what is packed in data.
func (u *unpacker) fromZstd(data []byte) (io.Reader, error) {
	if u.zstd == nil {
		d, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxWindow(pieceWindow))
		if err != nil {
			return nil, err
		}
		u.zstd = d
	}
	return u.zstd, u.zstd.Reset(bytes.NewReader(data))
}

// fromLZ4 is a reader of what is packed in data.
func (u *unpacker) fromLZ4(data []byte) io.Reader {
	if u.lz4 == nil {
		u.lz4 = lz4.NewReader(nil)
	}
	u.lz4.Reset(bytes.NewReader(data))
	return u.lz4
}

// message unpacks data where rosbag2 compressed it by the message. CDR never
// starts as zstd does: its first byte is 0.
func (u *unpacker) message(data []byte) ([]byte, error) {
	if !bytes.HasPrefix(data, zstdMagic) {
		return data, nil
	}
	var head zstd.Header
	if err := head.Decode(data); err != nil {
		return nil, err
	}
	size := uint64(maxPiece)
	if head.HasFCS {
		size = head.FrameContentSize
	}
	from, err := u.fromZstd(data)
	if err != nil {
		return nil, err
	}
	return readPiece(from, size, len(data))
}

// readPiece reads up to size bytes from a decoder of packed ones. Memory grows
// with what comes out, not with what a header promised.
func readPiece(from io.Reader, size uint64, packed int) ([]byte, error) {
	if size > maxPiece {
		return nil, fmt.Errorf("it unpacks to %d bytes, more than the limit of %d", size, maxPiece)
	}
	guess := min(size, 16*uint64(packed)+4096)
	out := bytes.NewBuffer(make([]byte, 0, guess+bytes.MinRead))
	_, err := io.Copy(out, io.LimitReader(from, int64(size)+1))
	if err == nil && uint64(out.Len()) > size {
		err = errors.New("it unpacks to more than it says")
	}
	return out.Bytes(), err
}

// unpackFile unpacks a zstd file into a new temporary one and returns its path,
// also beside an error if part of it could be unpacked.
func unpackFile(packed *os.File) (path string, err error) {
	d, err := zstd.NewReader(packed, zstd.WithDecoderMaxWindow(fileWindow))
	if err != nil {
		return "", err
	}
	defer d.Close()
	out, err := os.CreateTemp("", "hyt-bag-*")
	if err != nil {
		return "", err
	}
	n, err := io.Copy(out, d)
	var full *os.PathError
	if err = errors.Join(err, out.Close()); n > 0 && !errors.As(err, &full) {
		return out.Name(), err
	}
	if errors.As(err, &full) {
		err = fmt.Errorf("%w: set TMPDIR to a folder with more room", err)
	}
	return "", errors.Join(err, os.Remove(out.Name()))
}
