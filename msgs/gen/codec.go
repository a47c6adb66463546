package main

import (
	"hyt/msgs/rosidl"
)

// emptyMember is the field that ROS 2 gives to a struct without fields, because
// IDL knows no empty structs: one byte, zero.
const emptyMember = "structure_needs_at_least_one_member"

func (e *emitter) methods(m *rosidl.Message) {
	name := goName(m.Name)
	e.p("\n// TypeName is %q.", m.TypeName())
	e.p("func (*%s) TypeName() string { return %q }", name, m.TypeName())
	fields := m.Fields
	split := len(fields) > 0 && isBytes(fields[len(fields)-1].Type)
	if split {
		last := goField(fields[len(fields)-1].Name)
		e.p("\n// MarshalCDR appends m to w.")
		e.p("func (m *%s) MarshalCDR(w *cdr.Writer) { w.Raw(m.SplitCDR(w)) }", name)
		e.p("\n// SplitCDR appends all but the bytes of %s to w and returns those, not copied.", last)
		e.p("func (m *%s) SplitCDR(w *cdr.Writer) []byte {", name)
	} else {
		e.p("\n// MarshalCDR appends m to w.")
		e.p("func (m *%s) MarshalCDR(w *cdr.Writer) {", name)
	}
	for i, f := range fields {
		e.writeField(f, split && i == len(fields)-1)
	}
	if len(fields) == 0 {
		e.p("w.Uint8(0) // %s", emptyMember)
	}
	e.p("}")
	e.unmarshal(m)
}

// writeField writes the statements that write f. Of the tail of a split message
// only the length is written.
func (e *emitter) writeField(f rosidl.Field, tail bool) {
	field, t := "m."+goField(f.Name), f.Type
	method := primitives[t.Name].method
	e.checkBounds("w", f)
	switch {
	case tail:
		e.p("w.Len(len(%s))\nreturn %[1]s", field)
	case t.Primitive() && t.Array == rosidl.Single:
		e.p("w.%s(%s)", method, field)
	case t.Primitive() && t.Array == rosidl.Fixed:
		e.p("w.%sArray(%s[:])", method, field)
	case t.Primitive():
		e.p("w.%ss(%s)", method, field)
	case t.Array == rosidl.Single:
		e.p("%s.MarshalCDR(w)", field)
	default:
		if t.Array == rosidl.Sequence {
			e.p("w.Len(len(%s))", field)
		}
		e.p("for i := range %s {\n%[1]s[i].MarshalCDR(w)\n}", field)
	}
}

func (e *emitter) unmarshal(m *rosidl.Message) {
	aliases := ""
	for _, f := range m.Fields {
		if isBytes(f.Type) {
			aliases = " " + goField(f.Name) + " aliases r's input."
		}
	}
	e.p("\n// UnmarshalCDR reads m from r.%s", aliases)
	e.p("func (m *%s) UnmarshalCDR(r *cdr.Reader) error {", goName(m.Name))
	for _, f := range m.Fields {
		e.readField(f)
		e.checkBounds("r", f)
	}
	if len(m.Fields) == 0 {
		e.p("r.Uint8(%q)", emptyMember)
	}
	e.p("return r.Err()\n}")
}

func (e *emitter) readField(f rosidl.Field) {
	field, t := "m."+goField(f.Name), f.Type
	method := primitives[t.Name].method
	switch {
	case t.Primitive() && t.Array == rosidl.Single:
		e.p("%s = r.%s(%q)", field, method, f.Name)
	case t.Primitive() && t.Array == rosidl.Fixed:
		e.p("r.%sArray(%q, %s[:])", method, f.Name, field)
	case t.Primitive():
		e.p("%s = r.%ss(%q)", field, method, f.Name)
	case t.Array == rosidl.Single:
		e.p("r.Struct(%q, &%s)", f.Name, field)
	case t.Array == rosidl.Fixed:
		e.p("cdr.StructArray(r, %q, %s[:])", f.Name, field)
	default:
		minSize := e.set.minSize(e.set.messages[t.TypeName()])
		e.p("%s = cdr.Structs[%s](r, %q, %d)", field, e.qualified(t.Package, t.Name), f.Name, minSize)
	}
}

// checkBounds writes the checks of a bounded sequence and of bounded strings, with
// the Reader or Writer named codec.
func (e *emitter) checkBounds(codec string, f rosidl.Field) {
	field, t := "m."+goField(f.Name), f.Type
	if t.Array == rosidl.Sequence && t.Len > 0 {
		e.p("%s.CheckBound(%q, len(%s), %d)", codec, f.Name, field, t.Len)
	}
	switch {
	case t.StringBound == 0:
	case t.Array == rosidl.Single:
		e.p("%s.CheckBound(%q, len(%s), %d)", codec, f.Name, field, t.StringBound)
	default:
		e.p("for i := range %s {\n%s.CheckBound(%q, len(%[1]s[i]), %[4]d)\n}", field, codec, f.Name, t.StringBound)
	}
}

// registry writes the package types: messages by their ROS names.
func (e *emitter) registry() string {
	names := sortedKeys(e.set.messages)
	e.p("\n// New returns a new message of the type, with the default values of its")
	e.p("// definition; false when hyt does not know the type.")
	e.p("func New(typeName string) (msgs.Message, bool) {\nswitch typeName {")
	for _, name := range names {
		e.p("case %q:\nreturn %s, true", name, e.constructor(e.set.messages[name]))
	}
	e.p("default:\nreturn nil, false\n}\n}")
	e.p("\n// Names lists all types that New knows, sorted.")
	e.p("func Names() []string {\nreturn []string{")
	for _, name := range names {
		e.p("%q,", name)
	}
	e.p("}\n}")
	return e.body.String()
}
