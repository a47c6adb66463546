package cdr

import (
	"bytes"
	"encoding/hex"
	"errors"
	"math"
	"slices"
	"strings"
	"testing"
)

// unhex reads hexadecimal text with spaces.
func unhex(t *testing.T, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(strings.Join(strings.Fields(s), ""))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// everyPrimitive is one value of each kind, each after a byte, so that each needs
// its padding. Columns: body little endian, body big endian.
const (
	primitivesLittle = `
		01 00 3412              uint8 and, after padding, uint16
		02 000000 78563412      uint32
		03 000000 efcdab8967452301  uint64
		04 fe                   int8 -2
		0000 0000c03f           float32 1.5
		05 00000000000000
		000000000000f83f        float64 1.5
		01                      true
		000000 03000000 6869 00 "hi"`
	primitivesBig = `
		01 00 1234
		02 000000 12345678
		03 000000 0123456789abcdef
		04 fe
		0000 3fc00000
		05 00000000000000
		3ff8000000000000
		01
		000000 00000003 6869 00`
)

// body cuts the explanations, which stand after the bytes of a line.
func body(t *testing.T, s string) []byte {
	t.Helper()
	var hexText []string
	for line := range strings.SplitSeq(s, "\n") {
		for word := range strings.FieldsSeq(line) {
			if strings.Trim(word, "0123456789abcdef") != "" || len(word)%2 != 0 {
				break
			}
			hexText = append(hexText, word)
		}
	}
	return unhex(t, strings.Join(hexText, ""))
}

func TestNumbersStandAtMultiplesOfTheirSize(t *testing.T) {
	w := NewWriter(nil)
	w.Uint8(1)
	w.Uint16(0x1234)
	w.Uint8(2)
	w.Uint32(0x12345678)
	w.Uint8(3)
	w.Uint64(0x0123456789abcdef)
	w.Uint8(4)
	w.Int8(-2)
	w.Float32(1.5)
	w.Uint8(5)
	w.Float64(1.5)
	w.Bool(true)
	w.String("hi")
	want := append([]byte{0, 1, 0, 0}, body(t, primitivesLittle)...)
	if !bytes.Equal(w.Bytes(), want) {
		t.Errorf("wrote\n%x, want\n%x", w.Bytes(), want)
	}
}

func TestBothByteOrdersAreRead(t *testing.T) {
	for _, c := range []struct {
		name string
		data []byte
	}{
		{"little endian", append([]byte{0, 1, 0, 0}, body(t, primitivesLittle)...)},
		{"big endian", append([]byte{0, 0, 0, 0}, body(t, primitivesBig)...)},
	} {
		t.Run(c.name, func(t *testing.T) {
			r, err := NewReader(c.data)
			if err != nil {
				t.Fatal(err)
			}
			got := []any{r.Uint8("a"), r.Uint16("b"), r.Uint8("c"), r.Uint32("d"), r.Uint8("e"), r.Uint64("f"),
				r.Uint8("g"), r.Int8("h"), r.Float32("i"), r.Uint8("j"), r.Float64("k"), r.Bool("l"), r.String("m")}
			want := []any{uint8(1), uint16(0x1234), uint8(2), uint32(0x12345678), uint8(3), uint64(0x0123456789abcdef),
				uint8(4), int8(-2), float32(1.5), uint8(5), 1.5, true, "hi"}
			if !slices.Equal(got, want) || r.Err() != nil || r.Remaining() != 0 {
				t.Errorf("read %v, err %v, %d bytes left; want %v", got, r.Err(), r.Remaining(), want)
			}
		})
	}
}

func TestSequencesRoundTrip(t *testing.T) {
	w := NewWriter(nil)
	w.Uint8(9) // so that nothing is aligned by luck
	w.Bools([]bool{true, false})
	w.Int8s([]int8{-1})
	w.Uint8s([]byte{1, 2, 3})
	w.Int16s([]int16{-2, 2})
	w.Uint16s([]uint16{3})
	w.Int32s([]int32{-4})
	w.Uint32s([]uint32{5})
	w.Int64s([]int64{math.MinInt64})
	w.Uint64s([]uint64{math.MaxUint64})
	w.Float32s([]float32{0.5})
	w.Float64s([]float64{0.25, -1})
	w.Strings([]string{"", "é"})
	r, err := NewReader(w.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	r.Uint8("first")
	equal(t, r.Bools("v"), true, false)
	equal(t, r.Int8s("v"), -1)
	equal(t, r.Uint8s("v"), 1, 2, 3)
	equal(t, r.Int16s("v"), -2, 2)
	equal(t, r.Uint16s("v"), 3)
	equal(t, r.Int32s("v"), -4)
	equal(t, r.Uint32s("v"), 5)
	equal(t, r.Int64s("v"), math.MinInt64)
	equal(t, r.Uint64s("v"), math.MaxUint64)
	equal(t, r.Float32s("v"), 0.5)
	equal(t, r.Float64s("v"), 0.25, -1)
	equal(t, r.Strings("v"), "", "é")
	if r.Err() != nil || r.Remaining() != 0 {
		t.Errorf("err %v, %d bytes left", r.Err(), r.Remaining())
	}
}

func equal[T comparable](t *testing.T, got []T, want ...T) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("read %v, want %v", got, want)
	}
}

func TestEmptySequenceHasNoPaddingForElements(t *testing.T) {
	w := NewWriter(nil)
	w.Float64s(nil)
	w.Uint8(7)
	if want := unhex(t, "00010000 00000000 07"); !bytes.Equal(w.Bytes(), want) {
		t.Errorf("wrote %x, want %x", w.Bytes(), want)
	}
	r, _ := NewReader(w.Bytes())
	if v := r.Float64s("v"); v != nil {
		t.Errorf("an empty sequence was read as %v, want nil", v)
	}
	if got := r.Uint8("after"); got != 7 || r.Err() != nil {
		t.Errorf("read %d (%v) after the sequence, want 7", got, r.Err())
	}
}

func TestWriterAppendsToItsBuffer(t *testing.T) {
	buf := []byte("xyz") // three bytes must not disturb the alignment
	w := NewWriter(buf)
	w.Uint64(1)
	if want := unhex(t, "78797a 00010000 0100000000000000"); !bytes.Equal(w.Bytes(), want) {
		t.Errorf("wrote %x, want %x", w.Bytes(), want)
	}
}

func TestWriterRefusesWhatBreaksABound(t *testing.T) {
	w := NewWriter(nil)
	w.Uint32(1)
	w.CheckBound("name", 4, 4)
	if w.Err() != nil {
		t.Fatalf("a value at its bound was refused: %v", w.Err())
	}
	w.CheckBound("name", 5, 4)
	w.String("12345")
	w.Uint8s([]byte{1})
	var field *FieldError
	if !errors.As(w.Err(), &field) || field.Field != "name" || !errors.Is(w.Err(), ErrBound) {
		t.Errorf("error is %v, want ErrBound of the field name", w.Err())
	}
	if w.Bytes() != nil {
		t.Errorf("Bytes is %x after an error, want nil", w.Bytes())
	}
}
