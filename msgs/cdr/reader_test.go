package cdr

import (
	"errors"
	"strings"
	"testing"
)

func TestRefusesOtherEncapsulations(t *testing.T) {
	for _, c := range []struct {
		data []byte
		is   error
		says string
	}{
		{nil, ErrTruncated, "0 bytes, the encapsulation header needs 4"},
		{[]byte{0, 1, 0}, ErrTruncated, "3 bytes, the encapsulation header needs 4"},
		{[]byte{0, 3, 0, 0}, ErrEncapsulation, "00 03 (parameter list, version 1)"},
		{[]byte{0, 7, 0, 0}, ErrEncapsulation, "00 07 (plain CDR, version 2)"},
		{[]byte{0, 9, 0, 0}, ErrEncapsulation, "00 09 (delimited CDR, version 2)"},
		{[]byte{0, 10, 0, 0}, ErrEncapsulation, "00 0a (parameter list, version 2)"},
		{[]byte("\x89PNG"), ErrEncapsulation, "89 50 (no known representation"},
	} {
		_, err := NewReader(c.data)
		if !errors.Is(err, c.is) || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%x: error is %v, want %q", c.data, err, c.says)
		}
	}
}

func TestReadErrorsNameFieldAndOffset(t *testing.T) {
	for _, c := range []struct {
		name string
		body string
		read func(*Reader)
		is   error
		want string
	}{
		{"number cut short", "0100", func(r *Reader) { r.Uint32("height") }, ErrTruncated,
			"field height at byte 4: input too short: 4 bytes needed, 2 are left"},
		{"padding cut short", "01 00", func(r *Reader) { r.Uint8("a"); r.Float64("b") }, ErrTruncated,
			"field b at byte 5: input too short: 8 bytes needed, 0 are left"},
		{"string longer than the input", "09000000 6162", func(r *Reader) { r.String("name") }, ErrTruncated,
			"field name at byte 4: input too short: 9 elements of at least 1 bytes claimed, 2 bytes are left"},
		{"string without its zero", "02000000 6162", func(r *Reader) { r.String("name") }, ErrValue,
			"field name at byte 9: bad value: the string has no closing zero byte"},
		{"boolean 2", "02", func(r *Reader) { r.Bool("on") }, ErrValue,
			"field on at byte 4: bad value: 2 is no boolean (0 or 1)"},
		{"sequence longer than the input", "ffffffff 00000000", func(r *Reader) { r.Float64s("data") }, ErrTruncated,
			"field data at byte 4: input too short: 4294967295 elements of at least 8 bytes claimed, 4 bytes are left"},
		{"sequence over its bound", "02000000 0102", func(r *Reader) { r.CheckBound("data", len(r.Uint8s("data")), 1) }, ErrBound,
			"field data at byte 10: too long: length 2, the type allows at most 1"},
		{"first error stays", "", func(r *Reader) { r.Uint8("first"); r.Uint8("second") }, ErrTruncated,
			"field first at byte 4: input too short: 1 bytes needed, 0 are left"},
		{"nested", "01000000", func(r *Reader) { r.Struct("outer", &pair{}) }, ErrTruncated,
			"field outer.b at byte 8: input too short: 4 bytes needed, 0 are left"},
		{"in a sequence", "03000000 01000000 02000000 03000000 00000000",
			func(r *Reader) { Structs[pair](r, "list", 4) }, ErrTruncated,
			"field list[2].a at byte 24: input too short: 4 bytes needed, 0 are left"},
		{"before a nested one", "", func(r *Reader) { r.Uint8("early"); r.Struct("late", &pair{}) }, ErrTruncated,
			"field early at byte 4: input too short: 1 bytes needed, 0 are left"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r, err := NewReader(append([]byte{0, 1, 0, 0}, unhex(t, c.body)...))
			if err != nil {
				t.Fatal(err)
			}
			c.read(r)
			if r.Err() == nil || r.Err().Error() != c.want || !errors.Is(r.Err(), c.is) {
				t.Errorf("error is %v, want %s", r.Err(), c.want)
			}
		})
	}
}

type pair struct{ a, b uint32 }

func (p *pair) UnmarshalCDR(r *Reader) error {
	p.a = r.Uint32("a")
	p.b = r.Uint32("b")
	return r.Err()
}

func TestStringOfLengthZeroIsEmpty(t *testing.T) {
	r, _ := NewReader(unhex(t, "00010000 00000000 05"))
	if s := r.String("s"); s != "" || r.Err() != nil || r.Uint8("next") != 5 {
		t.Errorf("read %q, err %v", s, r.Err())
	}
}

func TestByteSequenceAliasesTheInput(t *testing.T) {
	data := unhex(t, "00010000 02000000 0102 0304")
	r, _ := NewReader(data)
	v := r.Uint8s("data")
	if &v[0] != &data[8] {
		t.Error("the bytes were copied")
	}
	if _ = append(v, 9); data[10] != 3 {
		t.Error("appending to the result wrote over the input")
	}
}

// A decoder must be safe from lengths that lie: nothing is allocated for them.
func TestHugeLengthsAllocateNothing(t *testing.T) {
	data := unhex(t, "00010000 ffffffff 00000000 00000000")
	for _, c := range []struct {
		name string
		read func(*Reader)
	}{
		{"strings", func(r *Reader) { r.Strings("v") }},
		{"float64s", func(r *Reader) { r.Float64s("v") }},
		{"structs", func(r *Reader) { Structs[pair](r, "v", 8) }},
	} {
		allocs := testing.AllocsPerRun(10, func() {
			r, _ := NewReader(data)
			c.read(r)
		})
		if allocs > 12 { // the Reader, the error and its text
			t.Errorf("%s: %v allocations", c.name, allocs)
		}
	}
}
