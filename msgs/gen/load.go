package main

import (
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"hyt/msgs/rosidl"
)

// set is all interfaces that are generated together.
type set struct {
	files    []*rosidl.File // sorted by package, kind and name
	messages map[string]*rosidl.Message
}

// load parses all interface files of root and checks that each type they name is
// there and that none contains itself.
func load(root fs.FS) (*set, error) {
	s := &set{messages: map[string]*rosidl.Message{}}
	err := fs.WalkDir(root, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		return s.add(root, name)
	})
	if err != nil {
		return nil, err
	}
	for _, file := range s.files {
		for _, m := range file.Messages {
			if err := s.check(m, nil); err != nil {
				return nil, err
			}
		}
	}
	return s, nil
}

func (s *set) add(root fs.FS, name string) error {
	parts := strings.Split(name, "/")
	if len(parts) != 3 || path.Ext(name) != "."+parts[1] {
		return fmt.Errorf("%s: interface files lie at PACKAGE/KIND/NAME.KIND", name)
	}
	text, err := fs.ReadFile(root, name)
	if err != nil {
		return err
	}
	file, err := rosidl.Parse(parts[0], parts[1], strings.TrimSuffix(parts[2], path.Ext(name)), string(text))
	if err != nil {
		return err
	}
	s.files = append(s.files, file)
	for _, m := range file.Messages {
		s.messages[m.TypeName()] = m
	}
	return nil
}

// check follows m's fields. above holds the types that m is being read inside.
func (s *set) check(m *rosidl.Message, above []string) error {
	name := m.TypeName()
	if slices.Contains(above, name) {
		return fmt.Errorf("%s contains itself: %s", name, strings.Join(append(above, name), " > "))
	}
	for _, f := range m.Fields {
		if f.Type.Primitive() {
			continue
		}
		inner, ok := s.messages[f.Type.TypeName()]
		if !ok {
			return fmt.Errorf("%s: field %s: there is no type %s", name, f.Name, f.Type.TypeName())
		}
		if err := s.check(inner, append(above, name)); err != nil {
			return err
		}
	}
	return nil
}

// minSize is the least number of bytes that m takes on the wire, padding left out.
func (s *set) minSize(m *rosidl.Message) int {
	if len(m.Fields) == 0 {
		return 1 // the byte that stands for an empty struct
	}
	total := 0
	for _, f := range m.Fields {
		size := rosidl.PrimitiveSize(f.Type.Name)
		if !f.Type.Primitive() {
			size = s.minSize(s.messages[f.Type.TypeName()])
		}
		switch f.Type.Array {
		case rosidl.Fixed:
			size *= f.Type.Len
		case rosidl.Sequence:
			size = 4 // its length, which may be 0
		}
		total += size
	}
	return total
}

// hasDefaults reports whether a new m differs from its zero value.
func (s *set) hasDefaults(m *rosidl.Message) bool {
	return slices.ContainsFunc(m.Fields, s.needsDefault)
}

// needsDefault reports whether a new message must set f.
func (s *set) needsDefault(f rosidl.Field) bool {
	if f.Type.Primitive() {
		return f.Type.Array == rosidl.Sequence && len(f.Default) > 0 || slices.ContainsFunc(f.Default, notZero)
	}
	return f.Type.Array != rosidl.Sequence && s.hasDefaults(s.messages[f.Type.TypeName()])
}

func notZero(literal string) bool {
	return !slices.Contains([]string{"0", "0.0", "false", `""`}, literal)
}
