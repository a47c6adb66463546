package field

import (
	"hyt/msgs/cdr"
	"hyt/msgs/rosidl"
)

// walk moves r from the start of a structure to the value that s leads to. It is
// false where there is none, or after an error.
func (s *step) walk(r *cdr.Reader, at *structure) bool {
	index := s.index
	m := &at.fields[s.field]
	if s.key != "" && m.inner == nil {
		beside := *r // a reader of its own: the key may stand after the array
		var ok bool
		if index, ok = s.indexOf(&beside, at); !ok {
			// An error shows again when r itself comes there; else nothing is there.
			return false
		}
	}
	skipFields(r, at.fields[:s.field])
	if !s.array {
		return r.Err() == nil
	}
	n := length(r, m)
	if s.key != "" && m.inner != nil {
		return s.element(r, m, n)
	}
	if index >= n {
		return false
	}
	skipElements(r, m, index)
	return r.Err() == nil
}

// indexOf looks for the step's word in the array of texts beside.
func (s *step) indexOf(r *cdr.Reader, at *structure) (int, bool) {
	key := &at.fields[s.keyAt]
	skipFields(r, at.fields[:s.keyAt])
	for i := range length(r, key) {
		if matches(r, key.name, s.value) {
			return i, true
		}
		if r.Err() != nil {
			return 0, false
		}
	}
	return 0, false
}

// element moves r to the element whose own text is the step's word.
func (s *step) element(r *cdr.Reader, m *member, n int) bool {
	for range n {
		start := *r
		skipFields(r, m.inner.fields[:s.keyAt])
		if matches(r, s.key, s.value) {
			*r = start
			return true
		}
		if r.Err() != nil {
			return false
		}
		*r = start
		skipStructure(r, m.inner)
	}
	return false
}

// matches reads a string and compares it, without allocating.
func matches(r *cdr.Reader, field, want string) bool {
	n := r.Len(field, 1)
	if n != len(want)+1 { // with its end mark
		r.Skip(field, 1, n)
		return false
	}
	for i := range n {
		c := r.Uint8(field)
		if i < len(want) && c != want[i] {
			r.Skip(field, 1, n-i-1)
			return false
		}
	}
	return r.Err() == nil
}

// length reads how many elements an array has.
func length(r *cdr.Reader, m *member) int {
	if m.typ.Array == rosidl.Fixed {
		return m.typ.Len
	}
	return r.Len(m.name, m.least())
}

// least is the fewest bytes that an element takes.
func (m *member) least() int {
	if m.inner != nil {
		return 1
	}
	return rosidl.PrimitiveSize(m.typ.Name)
}

func skipStructure(r *cdr.Reader, s *structure) {
	if len(s.fields) == 0 {
		r.Uint8(s.name) // a message without fields takes one byte
		return
	}
	skipFields(r, s.fields)
}

func skipFields(r *cdr.Reader, fields []member) {
	for i := range fields {
		if r.Err() != nil {
			return
		}
		n := 1
		if fields[i].typ.Array != rosidl.Single {
			n = length(r, &fields[i])
		}
		skipElements(r, &fields[i], n)
	}
}

func skipElements(r *cdr.Reader, m *member, n int) {
	switch size := rosidl.PrimitiveSize(m.typ.Name); {
	case n == 0: // no padding either
	case m.inner == nil && m.typ.Name != "string":
		r.Skip(m.name, size, n*size)
	default:
		for i := 0; i < n && r.Err() == nil; i++ {
			if m.inner != nil {
				skipStructure(r, m.inner)
			} else {
				r.Skip(m.name, 1, r.Len(m.name, 1))
			}
		}
	}
}

func number(r *cdr.Reader, field, typ string) float64 {
	switch typ {
	case "bool":
		if r.Bool(field) {
			return 1
		}
		return 0
	case "byte", "char", "uint8":
		return float64(r.Uint8(field))
	case "int8":
		return float64(r.Int8(field))
	case "uint16":
		return float64(r.Uint16(field))
	case "int16":
		return float64(r.Int16(field))
	case "uint32":
		return float64(r.Uint32(field))
	case "int32":
		return float64(r.Int32(field))
	case "uint64":
		return float64(r.Uint64(field))
	case "int64":
		return float64(r.Int64(field))
	case "float32":
		return float64(r.Float32(field))
	}
	return r.Float64(field)
}
