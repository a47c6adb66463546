package cdr

// The ...Array methods write fixed arrays: elements only. The plural methods
// write sequences: a length, then the elements.

// Uint8s writes a sequence of bytes.
func (w *Writer) Uint8s(v []byte) { w.Len(len(v)); w.Raw(v) }

// Strings writes a sequence of strings.
func (w *Writer) Strings(v []string) { w.Len(len(v)); w.StringArray(v) }

// Bools writes a sequence of booleans.
func (w *Writer) Bools(v []bool) { w.Len(len(v)); w.BoolArray(v) }

// Int8s writes a sequence of int8.
func (w *Writer) Int8s(v []int8) { w.Len(len(v)); w.Int8Array(v) }

// Int16s writes a sequence of int16.
func (w *Writer) Int16s(v []int16) { w.Len(len(v)); w.Int16Array(v) }

// Uint16s writes a sequence of uint16.
func (w *Writer) Uint16s(v []uint16) { w.Len(len(v)); w.Uint16Array(v) }

// Int32s writes a sequence of int32.
func (w *Writer) Int32s(v []int32) { w.Len(len(v)); w.Int32Array(v) }

// Uint32s writes a sequence of uint32.
func (w *Writer) Uint32s(v []uint32) { w.Len(len(v)); w.Uint32Array(v) }

// Int64s writes a sequence of int64.
func (w *Writer) Int64s(v []int64) { w.Len(len(v)); w.Int64Array(v) }

// Uint64s writes a sequence of uint64.
func (w *Writer) Uint64s(v []uint64) { w.Len(len(v)); w.Uint64Array(v) }

// Float32s writes a sequence of float32.
func (w *Writer) Float32s(v []float32) { w.Len(len(v)); w.Float32Array(v) }

// Float64s writes a sequence of float64.
func (w *Writer) Float64s(v []float64) { w.Len(len(v)); w.Float64Array(v) }

// Uint8Array writes the bytes of a fixed array.
func (w *Writer) Uint8Array(v []byte) { w.Raw(v) }

// StringArray writes the elements of a fixed array.
func (w *Writer) StringArray(v []string) { each(v, w.String) }

// BoolArray writes the elements of a fixed array.
func (w *Writer) BoolArray(v []bool) { each(v, w.Bool) }

// Int8Array writes the elements of a fixed array.
func (w *Writer) Int8Array(v []int8) { each(v, w.Int8) }

// Int16Array writes the elements of a fixed array.
func (w *Writer) Int16Array(v []int16) { each(v, w.Int16) }

// Uint16Array writes the elements of a fixed array.
func (w *Writer) Uint16Array(v []uint16) { each(v, w.Uint16) }

// Int32Array writes the elements of a fixed array.
func (w *Writer) Int32Array(v []int32) { each(v, w.Int32) }

// Uint32Array writes the elements of a fixed array.
func (w *Writer) Uint32Array(v []uint32) { each(v, w.Uint32) }

// Int64Array writes the elements of a fixed array.
func (w *Writer) Int64Array(v []int64) { each(v, w.Int64) }

// Uint64Array writes the elements of a fixed array.
func (w *Writer) Uint64Array(v []uint64) { each(v, w.Uint64) }

// Float32Array writes the elements of a fixed array.
func (w *Writer) Float32Array(v []float32) { each(v, w.Float32) }

// Float64Array writes the elements of a fixed array.
func (w *Writer) Float64Array(v []float64) { each(v, w.Float64) }

func each[T any](v []T, write func(T)) {
	for i := range v {
		write(v[i])
	}
}
