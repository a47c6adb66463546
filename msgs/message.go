// Package msgs holds what every ROS 2 message in hyt can do. The types
// themselves are generated from the interface files under def/ into one Go
// package per ROS package (hyt/msgs/std_msgs, hyt/msgs/sensor_msgs, ...).
//
// A message is pure Go. The same value goes over any middleware, into any bag
// and back, always as CDR bytes (XCDR version 1, OMG DDSI-RTPS 2.x section 10).
package msgs

import "hyt/msgs/cdr"

// Message is implemented by a pointer to every generated message type.
type Message interface {
	// TypeName is the ROS name of the type, for example "sensor_msgs/msg/Image".
	TypeName() string
	// MarshalCDR appends the message's body to w.
	MarshalCDR(w *cdr.Writer)
	// UnmarshalCDR reads the body from r. Byte sequences (uint8[]) alias r's
	// buffer: they are valid as long as that buffer is. Everything else is copied.
	UnmarshalCDR(r *cdr.Reader) error
}

// Splitter is implemented by messages whose last field is a byte sequence
// (sensor_msgs/msg/Image): their pixels are handed over without being joined to
// the rest in Go. What is on the wire is head followed by tail.
type Splitter interface {
	Message
	// SplitCDR appends all but the last field's bytes to w (its length
	// included) and returns the bytes of that last field, not copied. Check
	// w.Err before sending: it says when m breaks a bound of its type.
	SplitCDR(w *cdr.Writer) (tail []byte)
}

// Marshal returns m as CDR: the 4-byte encapsulation header (little endian,
// 00 01 00 00) followed by the body.
//
// It panics when a string or sequence of m is longer than its type allows
// (string<=N, T[<=N]): that is a mistake of the program, and half a message must
// not go out. Where such a value comes from outside, call TryMarshal. The types
// with bounds are few: node names in rmw_dds_common, ranges in rcl_interfaces.
func Marshal(m Message) []byte {
	data, err := TryMarshal(m)
	if err != nil {
		panic(err)
	}
	return data
}

// TryMarshal is Marshal with an error, which names the field that is too long.
func TryMarshal(m Message) ([]byte, error) {
	w := cdr.NewWriter(nil)
	m.MarshalCDR(w)
	if err := w.Err(); err != nil {
		return nil, &EncodeError{Type: m.TypeName(), Err: err}
	}
	return w.Bytes(), nil
}

// Unmarshal reads m from data, which starts with the encapsulation header.
// Both byte orders are read. The error names the field that could not be read.
func Unmarshal(data []byte, m Message) error {
	r, err := cdr.NewReader(data)
	if err != nil {
		return &DecodeError{Type: m.TypeName(), Err: err}
	}
	if err := m.UnmarshalCDR(r); err != nil {
		return &DecodeError{Type: m.TypeName(), Err: err}
	}
	return nil
}

// DecodeError says which message type could not be read, and why.
type DecodeError struct {
	Type string
	Err  error
}

func (e *DecodeError) Error() string { return "decode " + e.Type + ": " + e.Err.Error() }
func (e *DecodeError) Unwrap() error { return e.Err }

// EncodeError says which message type could not be written, and why.
type EncodeError struct {
	Type string
	Err  error
}

func (e *EncodeError) Error() string { return "encode " + e.Type + ": " + e.Err.Error() }
func (e *EncodeError) Unwrap() error { return e.Err }
