package pb

import (
	"errors"
	"testing"
)

func TestReadsWhatItWrites(t *testing.T) {
	var inner, m Message
	inner.Float(2, -0.125)
	m.Text(1, "arm::hand")
	m.Uint(2, 1<<40)
	m.Sub(3, inner)
	m.Text(4, "")
	var fields []Field
	if err := Walk(m, func(f Field) error { fields = append(fields, f); return nil }); err != nil {
		t.Fatal(err)
	}
	if len(fields) != 4 || string(fields[0].Bytes) != "arm::hand" || fields[1].Int() != 1<<40 || len(fields[3].Bytes) != 0 {
		t.Fatalf("fields %+v", fields)
	}
	err := Walk(fields[2].Bytes, func(f Field) error {
		if f.Number != 2 || f.Float() != -0.125 {
			t.Errorf("inner field %+v", f)
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}

func TestCutMessagesAreErrors(t *testing.T) {
	var m Message
	m.Text(1, "a string")
	m.Float(2, 1)
	whole := map[int]bool{0: true, len(m) - 9: true, len(m): true}
	for n := range len(m) + 1 {
		err := Walk(m[:n], func(Field) error { return nil })
		if whole[n] != (err == nil) || (err != nil && !errors.Is(err, ErrDamaged)) {
			t.Errorf("%d of %d bytes: %v", n, len(m), err)
		}
	}
}

func FuzzWalk(f *testing.F) {
	var m Message
	m.Text(1, "a")
	m.Uint(2, 300)
	m.Float(3, 1)
	f.Add([]byte(m))
	f.Add([]byte{0x0b, 0x0c}) // a group
	f.Fuzz(func(t *testing.T, data []byte) {
		total := 0
		err := Walk(data, func(f Field) error {
			if f.Number < 1 {
				t.Errorf("field number %d", f.Number)
			}
			total += len(f.Bytes)
			return nil
		})
		if total > len(data) {
			t.Errorf("fields of %d bytes in a message of %d", total, len(data))
		}
		if err != nil && !errors.Is(err, ErrDamaged) {
			t.Error(err)
		}
	})
}
