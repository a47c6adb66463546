package main

import (
	"strings"

	"hyt/msgs/rosidl"
)

// primitive is how a primitive type is called in Go.
type primitive struct {
	goType string
	method string // of cdr.Reader and cdr.Writer; with s for sequences, Array for arrays
}

var primitives = map[string]primitive{
	"bool": {"bool", "Bool"}, "string": {"string", "String"},
	"byte": {"byte", "Uint8"}, "char": {"uint8", "Uint8"},
	"int8": {"int8", "Int8"}, "uint8": {"uint8", "Uint8"},
	"int16": {"int16", "Int16"}, "uint16": {"uint16", "Uint16"},
	"int32": {"int32", "Int32"}, "uint32": {"uint32", "Uint32"},
	"int64": {"int64", "Int64"}, "uint64": {"uint64", "Uint64"},
	"float32": {"float32", "Float32"}, "float64": {"float64", "Float64"},
}

// taken are the method names of messages, which no field may have.
var taken = map[string]bool{"TypeName": true, "MarshalCDR": true, "UnmarshalCDR": true, "SplitCDR": true}

// goName is the Go name of a message: SetBool_Request is SetBoolRequest.
func goName(message string) string { return strings.ReplaceAll(message, "_", "") }

// goField is the Go name of a field: frame_id is FrameId.
func goField(field string) string {
	var b strings.Builder
	for word := range strings.SplitSeq(field, "_") {
		b.WriteString(strings.ToUpper(word[:1]) + word[1:])
	}
	if taken[b.String()] {
		b.WriteByte('_')
	}
	return b.String()
}

// fileName is the generated file of an interface. Without underscores in the name,
// no file is taken for one of another system or for a test. An action may have the
// name of a message of its package.
func fileName(f *rosidl.File) string {
	kind := ""
	if f.Kind == "action" {
		kind = ".action"
	}
	return f.Package + "/" + strings.ToLower(f.Name) + kind + ".gen.go"
}

// isBytes reports whether t is a byte sequence, whose memory is the input's.
func isBytes(t rosidl.Type) bool {
	return t.Array == rosidl.Sequence && primitives[t.Name].method == "Uint8"
}
