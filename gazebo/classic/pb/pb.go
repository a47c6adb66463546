// Package pb reads and writes the few protocol buffer messages that Gazebo's two
// transports carry. There are some twenty fields in all, so their numbers stand
// where they are used, taken from the .proto files that Debian's libgazebo-dev
// 11.1 and libignition-msgs-dev 5.1 install (Apache-2.0); nothing is generated.
package pb

import (
	"errors"
	"fmt"
	"math"

	"google.golang.org/protobuf/encoding/protowire"
)

// ErrDamaged is the cause of every error of Walk that its visitor did not make.
var ErrDamaged = errors.New("damaged protocol buffer message")

// Field is one field of a message: its number, and its content in the form that
// its type on the wire asks for.
type Field struct {
	Number int
	Bytes  []byte // strings, bytes and messages; part of the message that was walked
	Bits   uint64 // all others: integers as they are, doubles and floats by their bits
}

// Float is the value of a double.
func (f Field) Float() float64 { return math.Float64frombits(f.Bits) }

// Int is the value of an int32 or int64.
func (f Field) Int() int64 { return int64(f.Bits) }

// Walk shows the fields of a message in their order and stops at the first error.
func Walk(message []byte, visit func(Field) error) error {
	for rest := message; len(rest) > 0; {
		number, kind, n := protowire.ConsumeTag(rest)
		if n < 0 {
			return damaged(message, rest)
		}
		rest = rest[n:]
		f := Field{Number: int(number)}
		switch kind {
		case protowire.BytesType:
			f.Bytes, n = protowire.ConsumeBytes(rest)
		case protowire.VarintType:
			f.Bits, n = protowire.ConsumeVarint(rest)
		case protowire.Fixed64Type:
			f.Bits, n = protowire.ConsumeFixed64(rest)
		case protowire.Fixed32Type:
			var bits uint32
			bits, n = protowire.ConsumeFixed32(rest)
			f.Bits = uint64(bits)
		default: // groups, which no message here has
			n = -1
		}
		if n < 0 {
			return damaged(message, rest)
		}
		rest = rest[n:]
		if err := visit(f); err != nil {
			return err
		}
	}
	return nil
}

func damaged(message, rest []byte) error {
	return fmt.Errorf("%w: at byte %d of %d", ErrDamaged, len(message)-len(rest), len(message))
}

// Message is one that grows by its methods.
type Message []byte

// Text appends a string; an empty one too.
func (m *Message) Text(number int, v string) {
	*m = protowire.AppendString(protowire.AppendTag(*m, protowire.Number(number), protowire.BytesType), v)
}

// Sub appends a message within the message.
func (m *Message) Sub(number int, v Message) {
	*m = protowire.AppendBytes(protowire.AppendTag(*m, protowire.Number(number), protowire.BytesType), v)
}

// Uint appends an integer, bool or enumeration.
func (m *Message) Uint(number int, v uint64) {
	*m = protowire.AppendVarint(protowire.AppendTag(*m, protowire.Number(number), protowire.VarintType), v)
}

// Float appends a double.
func (m *Message) Float(number int, v float64) {
	*m = protowire.AppendFixed64(protowire.AppendTag(*m, protowire.Number(number), protowire.Fixed64Type), math.Float64bits(v))
}
