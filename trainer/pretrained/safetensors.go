// Package pretrained brings weights of other projects into a model of ours: a file
// in the safetensors format and a map of names that says which of its arrays become
// which of ours.
package pretrained

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"math"
	"os"
	"slices"
)

// Array is one array of a file.
type Array struct {
	DType string // F32, F16, BF16 or F64
	Shape []int
	begin int64 // of its bytes in the file
	size  int64
}

// File is an open safetensors file: eight bytes of length, a JSON object of arrays
// by name, then their bytes (huggingface/safetensors, format.md). Arrays are read
// when they are asked for.
type File struct {
	Arrays map[string]Array
	data   io.ReaderAt
	close  func() error
}

// longestHeader bounds the JSON, bytes: the format's own limit.
const longestHeader = 100 << 20

// Open reads a file's header and checks it.
func Open(path string) (*File, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("pretrained weights: %w", err)
	}
	info, err := f.Stat()
	if err == nil {
		var s *File
		if s, err = parse(f, info.Size()); err == nil {
			s.close = f.Close
			return s, nil
		}
	}
	return nil, errors.Join(fmt.Errorf("pretrained weights %s: %w", path, err), f.Close())
}

// Close closes the file.
func (f *File) Close() error { return f.close() }

// parse checks that every array lies in the file, has the bytes that its shape
// needs, and overlaps no other.
func parse(r io.ReaderAt, size int64) (*File, error) {
	var head [8]byte
	if _, err := r.ReadAt(head[:], 0); err != nil {
		return nil, errors.New("it is too short to be in the safetensors format")
	}
	length := binary.LittleEndian.Uint64(head[:])
	if length > longestHeader || int64(length) > size-8 {
		return nil, fmt.Errorf("it is not in the safetensors format: its header would have %d bytes", length)
	}
	raw := make([]byte, length)
	if _, err := r.ReadAt(raw, 8); err != nil {
		return nil, fmt.Errorf("read its header: %w", err)
	}
	var header map[string]json.RawMessage
	if err := json.Unmarshal(raw, &header); err != nil {
		return nil, fmt.Errorf("its header is no JSON object: %w", err)
	}
	f := &File{Arrays: map[string]Array{}, data: r, close: func() error { return nil }}
	delete(header, "__metadata__")
	for _, name := range slices.Sorted(maps.Keys(header)) {
		a, err := array(header[name], 8+int64(length), size)
		if err != nil {
			return nil, fmt.Errorf("array %q: %w", name, err)
		}
		f.Arrays[name] = a
	}
	return f, f.overlaps()
}

// array reads one entry of the header. data is where the arrays' bytes begin.
func array(raw json.RawMessage, data, size int64) (Array, error) {
	var entry struct {
		DType   string   `json:"dtype"`
		Shape   []int64  `json:"shape"`
		Offsets [2]int64 `json:"data_offsets"`
	}
	if err := json.Unmarshal(raw, &entry); err != nil {
		return Array{}, fmt.Errorf("its entry is %.60s: %w", raw, err)
	}
	a := Array{DType: entry.DType, begin: data + entry.Offsets[0], size: entry.Offsets[1] - entry.Offsets[0]}
	if entry.Offsets[0] < 0 || a.size < 0 || entry.Offsets[1] > size-data {
		return a, fmt.Errorf("its bytes %d to %d lie outside the file", entry.Offsets[0], entry.Offsets[1])
	}
	n := int64(1)
	for _, d := range entry.Shape {
		if d < 0 || d > 0 && n > size/d {
			return a, fmt.Errorf("its shape %v does not fit into the file", entry.Shape)
		}
		n *= d
		a.Shape = append(a.Shape, int(d))
	}
	// Arrays of other types may be there, as long as nobody asks for them.
	if width := widthOf(entry.DType); width > 0 && n*width != a.size {
		return a, fmt.Errorf("%d bytes are not %v of type %s", a.size, entry.Shape, entry.DType)
	}
	return a, nil
}

// overlaps says which arrays share bytes.
func (f *File) overlaps() error {
	names := slices.SortedFunc(maps.Keys(f.Arrays), func(a, b string) int {
		return int(f.Arrays[a].begin - f.Arrays[b].begin)
	})
	for i := 1; i < len(names); i++ {
		if before := f.Arrays[names[i-1]]; before.begin+before.size > f.Arrays[names[i]].begin && f.Arrays[names[i]].size > 0 {
			return fmt.Errorf("arrays %q and %q overlap", names[i-1], names[i])
		}
	}
	return nil
}

func widthOf(dtype string) int64 {
	return map[string]int64{"F64": 8, "F32": 4, "F16": 2, "BF16": 2}[dtype]
}

// Floats reads an array.
func (f *File) Floats(name string) ([]float32, error) {
	a, ok := f.Arrays[name]
	if !ok {
		return nil, fmt.Errorf("pretrained weights: there is no array %q", name)
	}
	width := widthOf(a.DType)
	if width == 0 {
		return nil, fmt.Errorf("pretrained weights: array %q is of type %s; want F32, F16, BF16 or F64", name, a.DType)
	}
	raw := make([]byte, a.size)
	if _, err := f.data.ReadAt(raw, a.begin); err != nil {
		return nil, fmt.Errorf("pretrained weights: read array %q: %w", name, err)
	}
	out := make([]float32, 0, a.size/width)
	for ; len(raw) > 0; raw = raw[width:] {
		out = append(out, number(a.DType, raw))
	}
	return out, nil
}

// number reads the first number of raw.
func number(dtype string, raw []byte) float32 {
	switch dtype {
	case "F64":
		return float32(math.Float64frombits(binary.LittleEndian.Uint64(raw)))
	case "F32":
		return math.Float32frombits(binary.LittleEndian.Uint32(raw))
	case "BF16":
		return math.Float32frombits(uint32(binary.LittleEndian.Uint16(raw)) << 16)
	default:
		return half(binary.LittleEndian.Uint16(raw))
	}
}

// half is an IEEE 754 binary16 number.
func half(bits uint16) float32 {
	sign, exponent, fraction := float64(1), int(bits>>10&31), float64(bits&1023)
	if bits>>15 == 1 {
		sign = -1
	}
	switch exponent {
	case 0:
		return float32(sign * math.Ldexp(fraction, -24))
	case 31:
		if fraction > 0 {
			return float32(math.NaN())
		}
		return float32(sign * math.Inf(1))
	}
	return float32(sign * math.Ldexp(1024+fraction, exponent-25))
}
