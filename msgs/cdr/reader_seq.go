package cdr

import "fmt"

// The ...Array methods fill fixed arrays. The plural methods read sequences: nil
// for an empty one, else fresh memory, except for Uint8s.

// Len reads the length of a sequence whose elements take at least minSize bytes
// each. It is 0 after an error; an error it is when the bytes left cannot hold
// that many elements, so that a caller may allocate what Len says.
func (r *Reader) Len(field string, minSize int) int {
	n := r.Uint32(field)
	if r.err == nil && uint64(n)*uint64(minSize) > uint64(r.Remaining()) {
		r.pos -= 4
		r.fail(field, fmt.Errorf("%w: %d elements of at least %d bytes claimed, %d bytes are left",
			ErrTruncated, n, minSize, r.Remaining()-4))
		return 0
	}
	return int(n)
}

// Unmarshaler is a struct that reads itself. What it returns is the Reader's Err.
type Unmarshaler interface{ UnmarshalCDR(*Reader) error }

// Struct reads a nested message.
func (r *Reader) Struct(field string, m Unmarshaler) {
	if r.err == nil && m.UnmarshalCDR(r) != nil {
		r.err.Field = field + "." + r.err.Field
	}
}

// Structs reads a sequence of messages of at least minSize bytes each.
func Structs[T any, P interface {
	*T
	Unmarshaler
}](r *Reader, field string, minSize int) []T {
	n := r.Len(field, minSize)
	if n == 0 {
		return nil
	}
	v := make([]T, n)
	StructArray[T, P](r, field, v)
	return v
}

// StructArray fills a fixed array of messages.
func StructArray[T any, P interface {
	*T
	Unmarshaler
}](r *Reader, field string, v []T) {
	for i := range v {
		if r.err != nil {
			return
		}
		if P(&v[i]).UnmarshalCDR(r) != nil {
			r.err.Field = fmt.Sprintf("%s[%d].%s", field, i, r.err.Field)
		}
	}
}

// Uint8s reads a sequence of bytes. It is not copied: it aliases the input.
func (r *Reader) Uint8s(field string) []byte {
	n := r.Len(field, 1)
	if n == 0 {
		return nil
	}
	return r.take(field, 1, n)
}

// Strings reads a sequence of strings.
func (r *Reader) Strings(field string) []string { return sequence(r, field, 4, r.String) }

// Bools reads a sequence of booleans.
func (r *Reader) Bools(field string) []bool { return sequence(r, field, 1, r.Bool) }

// Int8s reads a sequence of int8.
func (r *Reader) Int8s(field string) []int8 { return sequence(r, field, 1, r.Int8) }

// Int16s reads a sequence of int16.
func (r *Reader) Int16s(field string) []int16 { return sequence(r, field, 2, r.Int16) }

// Uint16s reads a sequence of uint16.
func (r *Reader) Uint16s(field string) []uint16 { return sequence(r, field, 2, r.Uint16) }

// Int32s reads a sequence of int32.
func (r *Reader) Int32s(field string) []int32 { return sequence(r, field, 4, r.Int32) }

// Uint32s reads a sequence of uint32.
func (r *Reader) Uint32s(field string) []uint32 { return sequence(r, field, 4, r.Uint32) }

// Int64s reads a sequence of int64.
func (r *Reader) Int64s(field string) []int64 { return sequence(r, field, 8, r.Int64) }

// Uint64s reads a sequence of uint64.
func (r *Reader) Uint64s(field string) []uint64 { return sequence(r, field, 8, r.Uint64) }

// Float32s reads a sequence of float32.
func (r *Reader) Float32s(field string) []float32 { return sequence(r, field, 4, r.Float32) }

// Float64s reads a sequence of float64.
func (r *Reader) Float64s(field string) []float64 { return sequence(r, field, 8, r.Float64) }

// Uint8Array copies a fixed array of bytes.
func (r *Reader) Uint8Array(field string, v []byte) { copy(v, r.take(field, 1, len(v))) }

// StringArray fills a fixed array.
func (r *Reader) StringArray(field string, v []string) { fill(field, v, r.String) }

// BoolArray fills a fixed array.
func (r *Reader) BoolArray(field string, v []bool) { fill(field, v, r.Bool) }

// Int8Array fills a fixed array.
func (r *Reader) Int8Array(field string, v []int8) { fill(field, v, r.Int8) }

// Int16Array fills a fixed array.
func (r *Reader) Int16Array(field string, v []int16) { fill(field, v, r.Int16) }

// Uint16Array fills a fixed array.
func (r *Reader) Uint16Array(field string, v []uint16) { fill(field, v, r.Uint16) }

// Int32Array fills a fixed array.
func (r *Reader) Int32Array(field string, v []int32) { fill(field, v, r.Int32) }

// Uint32Array fills a fixed array.
func (r *Reader) Uint32Array(field string, v []uint32) { fill(field, v, r.Uint32) }

// Int64Array fills a fixed array.
func (r *Reader) Int64Array(field string, v []int64) { fill(field, v, r.Int64) }

// Uint64Array fills a fixed array.
func (r *Reader) Uint64Array(field string, v []uint64) { fill(field, v, r.Uint64) }

// Float32Array fills a fixed array.
func (r *Reader) Float32Array(field string, v []float32) { fill(field, v, r.Float32) }

// Float64Array fills a fixed array.
func (r *Reader) Float64Array(field string, v []float64) { fill(field, v, r.Float64) }

func sequence[T any](r *Reader, field string, minSize int, read func(string) T) []T {
	n := r.Len(field, minSize)
	if n == 0 {
		return nil
	}
	v := make([]T, n)
	fill(field, v, read)
	return v
}

func fill[T any](field string, v []T, read func(string) T) {
	for i := range v {
		v[i] = read(field)
	}
}
