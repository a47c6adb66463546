package cdr

import (
	"encoding/binary"
	"fmt"
	"math"
)

// Writer appends values to a buffer as little-endian XCDR1.
//
// A message that breaks a bound of its type (string<=N, T[<=N]) is never cut
// short: CheckBound records an error, from then on nothing is written, Bytes
// returns nil and Err says what was too long.
type Writer struct {
	buf  []byte
	base int // index of the first byte of the body: alignment counts from here
	err  error
}

// NewWriter returns a Writer that appends to buf, beginning with the
// encapsulation header. To use memory again, pass buf[:0].
func NewWriter(buf []byte) *Writer {
	buf = append(buf, 0x00, 0x01, 0x00, 0x00)
	return &Writer{buf: buf, base: len(buf)}
}

// Bytes is buf with everything written since, or nil after an error. It stays
// the Writer's memory until the last write.
func (w *Writer) Bytes() []byte {
	if w.err != nil {
		return nil
	}
	return w.buf
}

// Err is the first error, or nil. It is a *FieldError.
func (w *Writer) Err() error { return w.err }

// CheckBound records an error when n, the length of a string in bytes or of a
// sequence in elements, is more than max. It comes before the field is written.
func (w *Writer) CheckBound(field string, n, max int) {
	if n > max && w.err == nil {
		w.err = &FieldError{Field: field, Offset: len(w.buf), Err: boundError(n, max)}
	}
}

// align appends zeros up to a multiple of size.
func (w *Writer) align(size int) {
	for n := padding(len(w.buf)-w.base, size); n > 0; n-- {
		w.buf = append(w.buf, 0)
	}
}

// Bool writes one byte, 0 or 1.
func (w *Writer) Bool(v bool) {
	var b uint8
	if v {
		b = 1
	}
	w.Uint8(b)
}

// Uint8 writes one byte.
func (w *Writer) Uint8(v uint8) {
	if w.err == nil {
		w.buf = append(w.buf, v)
	}
}

// Uint16 writes two bytes at a multiple of two.
func (w *Writer) Uint16(v uint16) {
	if w.err == nil {
		w.align(2)
		w.buf = binary.LittleEndian.AppendUint16(w.buf, v)
	}
}

// Uint32 writes four bytes at a multiple of four.
func (w *Writer) Uint32(v uint32) {
	if w.err == nil {
		w.align(4)
		w.buf = binary.LittleEndian.AppendUint32(w.buf, v)
	}
}

// Uint64 writes eight bytes at a multiple of eight.
func (w *Writer) Uint64(v uint64) {
	if w.err == nil {
		w.align(8)
		w.buf = binary.LittleEndian.AppendUint64(w.buf, v)
	}
}

// Int8 writes one byte.
func (w *Writer) Int8(v int8) { w.Uint8(uint8(v)) }

// Int16 writes two bytes at a multiple of two.
func (w *Writer) Int16(v int16) { w.Uint16(uint16(v)) }

// Int32 writes four bytes at a multiple of four.
func (w *Writer) Int32(v int32) { w.Uint32(uint32(v)) }

// Int64 writes eight bytes at a multiple of eight.
func (w *Writer) Int64(v int64) { w.Uint64(uint64(v)) }

// Float32 writes four bytes at a multiple of four.
func (w *Writer) Float32(v float32) { w.Uint32(math.Float32bits(v)) }

// Float64 writes eight bytes at a multiple of eight.
func (w *Writer) Float64(v float64) { w.Uint64(math.Float64bits(v)) }

// String writes the length, its closing zero included, the bytes and that zero.
func (w *Writer) String(v string) {
	w.Len(len(v) + 1)
	if w.err == nil {
		w.buf = append(append(w.buf, v...), 0)
	}
}

// Len writes the length of a sequence; its n elements follow.
func (w *Writer) Len(n int) {
	if uint64(n) > math.MaxUint32 && w.err == nil {
		err := fmt.Errorf("%w: length %d does not fit 32 bits", ErrBound, n)
		w.err = &FieldError{Field: "length", Offset: len(w.buf), Err: err}
	}
	w.Uint32(uint32(n))
}

// Raw writes bytes as they are, with neither length nor alignment.
func (w *Writer) Raw(v []byte) {
	if w.err == nil {
		w.buf = append(w.buf, v...)
	}
}
