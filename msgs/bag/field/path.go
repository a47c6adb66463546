package field

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"hyt/msgs/cdr"
	"hyt/msgs/rosidl"
)

// Path leads to one value in the messages of one type. It is never changed and may
// be used from any goroutine.
type Path struct {
	text  string
	root  *structure
	steps []step
	typ   rosidl.Type // of the value, without its array
}

// step goes from a structure to a value in it.
type step struct {
	field int // of the structure
	array bool
	index int    // of the element
	key   string // "": by index
	value string // that the text at key has
	keyAt int    // field of the key: in the element where that is a message, else beside the array
}

var segmentRE = regexp.MustCompile(`^([A-Za-z][A-Za-z0-9_]*)(?:\[(?:([0-9]{1,9})|([A-Za-z][A-Za-z0-9_]*)=([^\[\]=]+))\])?$`)

// Number is the path of a number (a bool is 0 or 1). The error says which part of
// it does not fit the type, and what would.
func (s *Schema) Number(path string) (*Path, error) {
	p, err := s.compile(path)
	if err == nil && (!p.typ.Primitive() || p.typ.Name == "string") {
		err = fmt.Errorf("%s of %s is a %s, not a number", path, s.name, p.typ)
	}
	if err != nil {
		return nil, err
	}
	return p, nil
}

// Text is the path of a string.
func (s *Schema) Text(path string) (*Path, error) {
	p, err := s.compile(path)
	if err == nil && p.typ.Name != "string" {
		err = fmt.Errorf("%s of %s is a %s, not a string", path, s.name, p.typ)
	}
	if err != nil {
		return nil, err
	}
	return p, nil
}

func (s *Schema) compile(path string) (*Path, error) {
	p := &Path{text: path, root: s.root}
	at := s.root
	for _, segment := range split(path) {
		if at == nil {
			return nil, fmt.Errorf("%s of %s: nothing is inside of a %s", path, s.name, p.typ)
		}
		one, m, err := newStep(at, segment)
		if err != nil {
			return nil, fmt.Errorf("path %s of %s: %w", path, s.name, err)
		}
		p.steps = append(p.steps, one)
		p.typ = m.typ
		p.typ.Array = rosidl.Single
		at = m.inner
	}
	return p, nil
}

// split cuts a path at its dots, those in brackets left alone.
func split(path string) (segments []string) {
	deep, from := 0, 0
	for i, c := range path {
		switch {
		case c == '[':
			deep++
		case c == ']':
			deep--
		case c == '.' && deep == 0:
			segments, from = append(segments, path[from:i]), i+1
		}
	}
	return append(segments, path[from:])
}

func newStep(at *structure, segment string) (s step, m member, err error) {
	parts := segmentRE.FindStringSubmatch(segment)
	if parts == nil {
		return s, m, fmt.Errorf("%q is no field: write name, name[3] or name[key=word]", segment)
	}
	if s.field, err = at.find(parts[1]); err != nil {
		return s, m, err
	}
	m = at.fields[s.field]
	s.array = m.typ.Array != rosidl.Single
	s.key, s.value = parts[3], parts[4]
	switch {
	case s.array && parts[2] == "" && s.key == "":
		return s, m, fmt.Errorf("%s is an array: say which element, such as %s[0]", m.name, m.name)
	case !s.array && (parts[2] != "" || s.key != ""):
		return s, m, fmt.Errorf("%s is no array", m.name)
	case parts[2] != "":
		s.index, err = strconv.Atoi(parts[2])
		if err == nil && m.typ.Array == rosidl.Fixed && s.index >= m.typ.Len {
			err = fmt.Errorf("%s has %d elements, counted from 0", m.name, m.typ.Len)
		}
		return s, m, err
	case s.key == "":
		return s, m, nil
	}
	return s.withKey(at, m)
}

// withKey finds the field that tells elements apart: a text of the element, or an
// array of texts beside one of numbers.
func (s step) withKey(at *structure, m member) (step, member, error) {
	where, want := at, rosidl.Sequence
	if m.inner != nil {
		where, want = m.inner, rosidl.Single
	}
	i, err := where.find(s.key)
	if err != nil {
		return s, m, err
	}
	if key := where.fields[i]; key.typ.Name != "string" || (key.typ.Array != rosidl.Single) != (want != rosidl.Single) {
		return s, m, fmt.Errorf("%s cannot tell the elements of %s apart: it is a %s", s.key, m.name, key.typ)
	}
	s.keyAt = i
	return s, m, nil
}

// Number reads p's value from a message, data with its encapsulation header. ok is
// false where the message has no such element: it is about something else.
func (p *Path) Number(data []byte) (v float64, ok bool, err error) {
	r, ok, err := p.find(data)
	if err != nil || !ok {
		return 0, false, err
	}
	v = number(r, p.text, p.typ.Name)
	return v, r.Err() == nil, r.Err()
}

// Text is Number for strings.
func (p *Path) Text(data []byte) (text string, ok bool, err error) {
	r, ok, err := p.find(data)
	if err != nil || !ok {
		return "", false, err
	}
	text = r.String(p.text)
	return text, r.Err() == nil, r.Err()
}

// find returns a reader that stands before p's value.
func (p *Path) find(data []byte) (*cdr.Reader, bool, error) {
	r, err := cdr.NewReader(data)
	if err != nil {
		return nil, false, err
	}
	at := p.root
	for i := range p.steps {
		if !p.steps[i].walk(r, at) {
			return nil, false, r.Err()
		}
		at = at.fields[p.steps[i].field].inner
	}
	return r, r.Err() == nil, r.Err()
}

// String is the path as it was written.
func (p *Path) String() string { return strings.Clone(p.text) }
