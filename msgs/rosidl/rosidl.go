// Package rosidl parses the ROS 2 interface format: .msg, .srv and .action files.
//
// A service becomes two messages, an action the eight that ROS 2 derives from it.
// Not supported, and refused with an error: wstring.
package rosidl

import (
	"strconv"
	"strings"
)

// File is one parsed interface file.
type File struct {
	Package string // "std_msgs"
	Kind    string // "msg", "srv" or "action"
	Name    string // "Header"
	// Messages are the file's own first: one of a msg; _Request and _Response of a
	// srv; _Goal, _Result and _Feedback of an action, then those derived from them.
	Messages []*Message
}

// Message is one struct on the wire.
type Message struct {
	Package   string
	Kind      string
	Name      string   // "Header", "SetBool_Request"
	Doc       []string // comment lines
	Constants []Constant
	Fields    []Field
}

// TypeName is the ROS name: "std_msgs/msg/Header".
func (m *Message) TypeName() string { return m.Package + "/" + m.Kind + "/" + m.Name }

// Constant is a named value.
type Constant struct {
	Name  string
	Type  Type
	Value string // a Go literal
	Doc   []string
}

// Field is one member of a message.
type Field struct {
	Name    string // as in the file: snake_case
	Type    Type
	Default []string // Go literals: one, or one an element; nil without default
	Doc     []string
}

// Array says how many elements a field has.
type Array uint8

const (
	Single   Array = iota // no array
	Fixed                 // T[N]
	Sequence              // T[] or T[<=N]
)

// Type is a field's type.
type Type struct {
	Package     string // "" for a primitive
	Kind        string // "msg", or "action" inside an action
	Name        string // "float64", "string", "Header"
	StringBound int    // N of string<=N, 0 without
	Array       Array
	Len         int // N of T[N] and T[<=N], 0 for T[]
}

// Primitive reports whether t, or its element, is a number, a bool or a string.
func (t Type) Primitive() bool { return t.Package == "" }

// TypeName is the ROS name of a message type: "std_msgs/msg/Header".
func (t Type) TypeName() string { return t.Package + "/" + t.Kind + "/" + t.Name }

// String is the type as it is written in an interface file.
func (t Type) String() string {
	s := t.Name
	if !t.Primitive() {
		s = t.Package + "/" + t.Name
	}
	if t.StringBound > 0 {
		s += "<=" + strconv.Itoa(t.StringBound)
	}
	switch {
	case t.Array == Fixed:
		s += "[" + strconv.Itoa(t.Len) + "]"
	case t.Array == Sequence && t.Len > 0:
		s += "[<=" + strconv.Itoa(t.Len) + "]"
	case t.Array == Sequence:
		s += "[]"
	}
	return s
}

// primitives maps each primitive to its size on the wire in bytes; a string is at
// least its length field.
var primitives = map[string]int{
	"bool": 1, "byte": 1, "char": 1, "int8": 1, "uint8": 1,
	"int16": 2, "uint16": 2, "int32": 4, "uint32": 4, "float32": 4,
	"int64": 8, "uint64": 8, "float64": 8, "string": 4,
}

// PrimitiveSize is the least size on the wire of one primitive value in bytes.
func PrimitiveSize(name string) int { return primitives[name] }

// Text writes m's fields in the interface format, without comments and constants.
func (m *Message) Text() string {
	var b strings.Builder
	for _, f := range m.Fields {
		b.WriteString(f.Type.String() + " " + f.Name + "\n")
	}
	return b.String()
}
