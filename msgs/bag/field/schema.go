// Package field picks numbers and texts out of messages whose types hyt was not
// built with, by the definitions that a bag holds.
//
// A path names a value:
//
//	wrist.pose.position.x                       a field of a field
//	ranges[3]                                   an element by number
//	position[name=elbow_joint]                  an element by the word at its place in the array beside it
//	transforms[child_frame_id=tool].transform   an element by one of its own texts
//
// Key properties:
//   - Definitions are read in both forms that bags hold: ros2msg and ros2idl.
//   - Both byte orders of CDR are read; nothing is allocated to find a number.
//   - What a message claims is never believed beyond its bytes: a short or
//     damaged one is an error, not a panic, and takes no longer than a whole one.
package field

import (
	"fmt"
	"strings"

	"hyt/msgs/bag"
	"hyt/msgs/rosidl"
)

// Schema is a message type with all types in it.
type Schema struct {
	name string
	root *structure
}

// structure is a message type; it says how its fields follow one another.
type structure struct {
	name   string
	fields []member
}

// member is a field of a structure.
type member struct {
	name  string
	typ   rosidl.Type
	inner *structure // of a message; nil for primitives
}

// Parse reads the definition of a type and of the types in it. The error says
// which type cannot be read, and why.
func Parse(typeName string, d bag.Definition) (*Schema, error) {
	var types map[string]*rosidl.Message
	var err error
	switch d.Encoding {
	case "ros2msg":
		types, err = parseMsg(typeName, d.Text)
	case "ros2idl":
		types, err = parseIDL(d.Text)
	case "":
		return nil, fmt.Errorf("the bag holds no definition of %s, and hyt knows none: record with MCAP storage, which keeps definitions", typeName)
	default:
		return nil, fmt.Errorf("the definition of %s is in %q: ros2msg and ros2idl are read", typeName, d.Encoding)
	}
	if err != nil {
		return nil, fmt.Errorf("the definition of %s: %w", typeName, err)
	}
	root, err := builder{types, map[string]*structure{}}.build(typeName)
	if err != nil {
		return nil, fmt.Errorf("the definition of %s: %w", typeName, err)
	}
	return &Schema{name: typeName, root: root}, nil
}

// Of is the schema of a type in a bag: the bag's own where it has one, else hyt's.
func Of(r *bag.Reader, typeName string) (*Schema, error) { return Parse(typeName, r.Schema(typeName)) }

// builder puts structures together, one of each type.
type builder struct {
	types map[string]*rosidl.Message
	done  map[string]*structure // nil: begun
}

func (b builder) build(name string) (*structure, error) {
	if s, begun := b.done[name]; begun {
		if s == nil {
			return nil, fmt.Errorf("%s holds itself", name)
		}
		return s, nil
	}
	m := b.types[name]
	if m == nil {
		return nil, fmt.Errorf("%s is not defined in it", name)
	}
	b.done[name] = nil
	s := &structure{name: name}
	for _, f := range m.Fields {
		one := member{name: f.Name, typ: f.Type}
		if !f.Type.Primitive() {
			inner, err := b.build(f.Type.TypeName())
			if err != nil {
				return nil, err
			}
			one.inner = inner
		}
		s.fields = append(s.fields, one)
	}
	b.done[name] = s
	return s, nil
}

// find is the field of a name.
func (s *structure) find(name string) (int, error) {
	var names []string
	for i, f := range s.fields {
		if f.name == name {
			return i, nil
		}
		names = append(names, f.name)
	}
	return 0, fmt.Errorf("%s has no field %q: it has %s", s.name, name, strings.Join(names, ", "))
}

// parseMsg reads the text of a type and, after lines of "=" and "MSG: pkg/Type",
// those of the types in it.
func parseMsg(typeName, text string) (map[string]*rosidl.Message, error) {
	types := map[string]*rosidl.Message{}
	name := typeName
	var body strings.Builder
	finish := func() error {
		m, err := parseOne(name, body.String())
		if err == nil && types[m.TypeName()] == nil {
			types[m.TypeName()] = m
		}
		body.Reset()
		return err
	}
	for line := range strings.Lines(text) {
		plain := strings.TrimSpace(line)
		switch {
		case len(plain) >= 10 && strings.Trim(plain, "=") == "":
			if err := finish(); err != nil {
				return nil, err
			}
			name = ""
		case name == "" && strings.HasPrefix(plain, "MSG:"):
			name = strings.TrimSpace(strings.TrimPrefix(plain, "MSG:"))
		default:
			body.WriteString(line)
		}
	}
	return types, finish()
}

// parseOne reads one message. Types are named pkg/Type or pkg/kind/Type; a part of
// a service or action has the layout of any message.
func parseOne(name, text string) (*rosidl.Message, error) {
	parts := strings.Split(name, "/")
	if len(parts) < 2 || len(parts) > 3 {
		return nil, fmt.Errorf("%q is no type name: it looks like sensor_msgs/msg/Image", name)
	}
	pkg, kind, last := parts[0], "msg", parts[len(parts)-1]
	if len(parts) == 3 {
		kind = parts[1]
	}
	file, err := rosidl.Parse(pkg, "msg", strings.ReplaceAll(last, "_", ""), text)
	if err != nil {
		return nil, err
	}
	m := file.Messages[0]
	m.Kind, m.Name = kind, last
	return m, nil
}
