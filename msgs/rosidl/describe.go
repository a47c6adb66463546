package rosidl

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
)

// A type's hash (REP-2011, REP-2016) is the SHA-256 of its description in a fixed
// JSON form: the type's fields, then those of all types inside it, by name.
// Comments, constants and default values are no part of it, so that two releases
// agree when their messages do on the wire.

// Resolver finds a message by its ROS name ("std_msgs/msg/Header").
type Resolver func(typeName string) (*Message, error)

// TypeHash is m's RIHS01 hash: "RIHS01_" and 64 hexadecimal digits. The error is
// the resolver's.
func TypeHash(m *Message, resolve Resolver) (string, error) {
	inner, err := referenced(m, resolve)
	if err != nil {
		return "", err
	}
	var b strings.Builder
	b.WriteString(`{"type_description": `)
	describe(&b, m)
	b.WriteString(`, "referenced_type_descriptions": [`)
	for i, r := range inner {
		separate(&b, i)
		describe(&b, r)
	}
	b.WriteString("]}")
	sum := sha256.Sum256([]byte(b.String()))
	return "RIHS01_" + hex.EncodeToString(sum[:]), nil
}

// referenced lists all messages inside m, sorted by name.
func referenced(m *Message, resolve Resolver) ([]*Message, error) {
	found := map[string]*Message{}
	for queue := []*Message{m}; len(queue) > 0; queue = queue[1:] {
		for _, f := range queue[0].Fields {
			if f.Type.Primitive() || found[f.Type.TypeName()] != nil {
				continue
			}
			inner, err := resolve(f.Type.TypeName())
			if err != nil {
				return nil, fmt.Errorf("%s: field %s: %w", queue[0].TypeName(), f.Name, err)
			}
			found[inner.TypeName()] = inner
			queue = append(queue, inner)
		}
	}
	list := make([]*Message, 0, len(found))
	for _, inner := range found {
		list = append(list, inner)
	}
	slices.SortFunc(list, func(a, b *Message) int { return strings.Compare(a.TypeName(), b.TypeName()) })
	return list, nil
}

// describe writes one type_description_interfaces/IndividualTypeDescription:
// JSON with a space behind each comma and colon. Names are plain ASCII.
func describe(b *strings.Builder, m *Message) {
	fmt.Fprintf(b, `{"type_name": %q, "fields": [`, m.TypeName())
	fields := m.Fields
	if len(fields) == 0 { // IDL knows no empty struct
		fields = []Field{{Name: "structure_needs_at_least_one_member", Type: Type{Name: "uint8"}}}
	}
	for i, f := range fields {
		separate(b, i)
		nested := ""
		if !f.Type.Primitive() {
			nested = f.Type.TypeName()
		}
		fmt.Fprintf(b, `{"name": %q, "type": {"type_id": %d, "capacity": %d, "string_capacity": %d, "nested_type_name": %q}}`,
			f.Name, typeID(f.Type), f.Type.Len, f.Type.StringBound, nested)
	}
	b.WriteString("]}")
}

func separate(b *strings.Builder, i int) {
	if i > 0 {
		b.WriteString(", ")
	}
}

// typeIDs are the constants of type_description_interfaces/msg/FieldType. A char
// of ROS 2 is an unsigned byte.
var typeIDs = map[string]int{
	"int8": 2, "uint8": 3, "char": 3, "int16": 4, "uint16": 5, "int32": 6, "uint32": 7,
	"int64": 8, "uint64": 9, "float32": 10, "float64": 11, "bool": 15, "byte": 16, "string": 17,
}

const (
	nestedID        = 1
	boundedStringID = 21

	// Added to the element's id.
	fixedArrayID        = 48
	boundedSequenceID   = 96
	unboundedSequenceID = 144
)

func typeID(t Type) int {
	id := typeIDs[t.Name]
	switch {
	case !t.Primitive():
		id = nestedID
	case t.StringBound > 0:
		id = boundedStringID
	}
	switch {
	case t.Array == Fixed:
		id += fixedArrayID
	case t.Array == Sequence && t.Len > 0:
		id += boundedSequenceID
	case t.Array == Sequence:
		id += unboundedSequenceID
	}
	return id
}

// ServiceType is the message by which a service as a whole is described
// (REP-2011): its request, its response, and the event that service introspection
// publishes. No interface file defines that event.
func ServiceType(pkg, name string) (service, event *Message) {
	part := func(field, suffix string, array Array, bound int) Field {
		return Field{Name: field, Type: Type{Package: pkg, Kind: "srv", Name: name + suffix, Array: array, Len: bound}}
	}
	service = &Message{Package: pkg, Kind: "srv", Name: name, Fields: []Field{
		part("request_message", "_Request", Single, 0),
		part("response_message", "_Response", Single, 0),
		part("event_message", "_Event", Single, 0),
	}}
	event = &Message{Package: pkg, Kind: "srv", Name: name + "_Event", Fields: []Field{
		{Name: "info", Type: Type{Package: "service_msgs", Kind: "msg", Name: "ServiceEventInfo"}},
		part("request", "_Request", Sequence, 1),
		part("response", "_Response", Sequence, 1),
	}}
	return service, event
}
