package cdr

import (
	"encoding/binary"
	"fmt"
	"math"
)

// Reader reads values from one message. Every method takes the name of the field
// it reads, for the error.
type Reader struct {
	data []byte // the whole message; the body starts at headerSize
	pos  int
	big  bool // big-endian input
	err  *FieldError
}

// NewReader returns a Reader of data, which starts with the encapsulation header.
// The Reader keeps data and does not change it.
func NewReader(data []byte) (*Reader, error) {
	if len(data) < headerSize {
		return nil, fmt.Errorf("%w: %d bytes, the encapsulation header needs %d", ErrTruncated, len(data), headerSize)
	}
	switch kind := binary.BigEndian.Uint16(data); kind {
	case 0, 1:
		return &Reader{data: data, pos: headerSize, big: kind == 0}, nil
	default:
		return nil, fmt.Errorf("%w %02x %02x (%s): only plain CDR version 1 is read (00 00 or 00 01)",
			ErrEncapsulation, data[0], data[1], encapsulationName(kind))
	}
}

// encapsulationName names the representation identifiers of DDS-XTypes 1.3,
// table 60, that we do not read.
func encapsulationName(kind uint16) string {
	switch kind {
	case 0x02, 0x03:
		return "parameter list, version 1"
	case 0x06, 0x07:
		return "plain CDR, version 2"
	case 0x08, 0x09:
		return "delimited CDR, version 2"
	case 0x0a, 0x0b:
		return "parameter list, version 2"
	default:
		return "no known representation; is this CDR at all?"
	}
}

// Err is the first error, or nil. It is a *FieldError.
func (r *Reader) Err() error {
	if r.err == nil {
		return nil
	}
	return r.err
}

// Remaining is how many bytes have not been read. Middlewares may leave up to 3
// bytes of padding after a message.
func (r *Reader) Remaining() int { return len(r.data) - r.pos }

// CheckBound records an error when n, the length just read, is more than max.
func (r *Reader) CheckBound(field string, n, max int) {
	if n > max {
		r.fail(field, boundError(n, max))
	}
}

func (r *Reader) fail(field string, err error) {
	if r.err == nil {
		r.err = &FieldError{Field: field, Offset: r.pos, Err: err}
	}
}

// take steps over the padding to a multiple of align and over n bytes, which it
// returns, or nil after an error.
func (r *Reader) take(field string, align, n int) []byte {
	if r.err != nil {
		return nil
	}
	start := r.pos + padding(r.pos-headerSize, align)
	if n > len(r.data)-start {
		r.fail(field, fmt.Errorf("%w: %d bytes needed, %d are left", ErrTruncated, n, max(0, len(r.data)-start)))
		return nil
	}
	r.pos = start + n
	return r.data[start:r.pos:r.pos]
}

// Skip steps over n bytes that start at a multiple of align; n is not negative.
func (r *Reader) Skip(field string, align, n int) { r.take(field, align, n) }

// Bool reads one byte, which must be 0 or 1.
func (r *Reader) Bool(field string) bool {
	b := r.take(field, 1, 1)
	if b == nil {
		return false
	}
	if b[0] > 1 {
		r.pos--
		r.fail(field, fmt.Errorf("%w: %d is no boolean (0 or 1)", ErrValue, b[0]))
	}
	return b[0] == 1
}

// Uint8 reads one byte.
func (r *Reader) Uint8(field string) uint8 {
	if b := r.take(field, 1, 1); b != nil {
		return b[0]
	}
	return 0
}

// Uint16 reads two bytes at a multiple of two.
func (r *Reader) Uint16(field string) uint16 {
	b := r.take(field, 2, 2)
	switch {
	case b == nil:
		return 0
	case r.big:
		return binary.BigEndian.Uint16(b)
	default:
		return binary.LittleEndian.Uint16(b)
	}
}

// Uint32 reads four bytes at a multiple of four.
func (r *Reader) Uint32(field string) uint32 {
	b := r.take(field, 4, 4)
	switch {
	case b == nil:
		return 0
	case r.big:
		return binary.BigEndian.Uint32(b)
	default:
		return binary.LittleEndian.Uint32(b)
	}
}

// Uint64 reads eight bytes at a multiple of eight.
func (r *Reader) Uint64(field string) uint64 {
	b := r.take(field, 8, 8)
	switch {
	case b == nil:
		return 0
	case r.big:
		return binary.BigEndian.Uint64(b)
	default:
		return binary.LittleEndian.Uint64(b)
	}
}

// Int8 reads one byte.
func (r *Reader) Int8(field string) int8 { return int8(r.Uint8(field)) }

// Int16 reads two bytes at a multiple of two.
func (r *Reader) Int16(field string) int16 { return int16(r.Uint16(field)) }

// Int32 reads four bytes at a multiple of four.
func (r *Reader) Int32(field string) int32 { return int32(r.Uint32(field)) }

// Int64 reads eight bytes at a multiple of eight.
func (r *Reader) Int64(field string) int64 { return int64(r.Uint64(field)) }

// Float32 reads four bytes at a multiple of four.
func (r *Reader) Float32(field string) float32 { return math.Float32frombits(r.Uint32(field)) }

// Float64 reads eight bytes at a multiple of eight.
func (r *Reader) Float64(field string) float64 { return math.Float64frombits(r.Uint64(field)) }

// String reads a string and copies it. A length of zero, which some writers use
// for "", is accepted; otherwise the last byte must be the closing zero.
func (r *Reader) String(field string) string {
	n := r.Len(field, 1)
	if n == 0 {
		return ""
	}
	b := r.take(field, 1, n)
	if b[n-1] != 0 {
		r.pos--
		r.fail(field, fmt.Errorf("%w: the string has no closing zero byte", ErrValue))
		return ""
	}
	return string(b[:n-1])
}
