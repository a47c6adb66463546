// Package cdr reads and writes the Common Data Representation, version 1
// (XCDR1), in which ROS 2 messages travel and rest.
//
// Key properties:
//   - A message is a 4-byte encapsulation header followed by the body. We write
//     little endian (00 01 00 00) and read both byte orders.
//   - A number of n bytes stands at a multiple of n, counted from the start of
//     the body. Structs have no alignment of their own. An empty sequence ends
//     after its length: there is no padding for elements that are not there.
//   - Errors stick: after the first one a Reader returns zero values and a Writer
//     writes nothing, so generated code checks once, at the end.
//   - A sequence is allocated only when the bytes that are left could hold that
//     many of its smallest elements. What a Reader allocates is therefore at most
//     a small multiple of its input, whatever lengths the input claims.
package cdr

import (
	"errors"
	"fmt"
)

// headerSize is the length of the encapsulation header in bytes.
const headerSize = 4

// Errors that FieldError wraps, to be told apart with errors.Is.
var (
	// ErrTruncated: the input ends before the value does.
	ErrTruncated = errors.New("input too short")
	// ErrValue: the bytes are no value of their type.
	ErrValue = errors.New("bad value")
	// ErrBound: a string or sequence is longer than its type allows.
	ErrBound = errors.New("too long")
	// ErrEncapsulation: the input is no XCDR1.
	ErrEncapsulation = errors.New("unreadable encapsulation")
)

// FieldError says which field could not be read or written, and why.
type FieldError struct {
	Field  string // path inside the message, for example "header.stamp.sec"
	Offset int    // bytes from the start of the data, encapsulation header included
	Err    error
}

func (e *FieldError) Error() string {
	return fmt.Sprintf("field %s at byte %d: %v", e.Field, e.Offset, e.Err)
}

func (e *FieldError) Unwrap() error { return e.Err }

// boundError is the error of a string or sequence of n where the type allows max.
func boundError(n, max int) error {
	return fmt.Errorf("%w: length %d, the type allows at most %d", ErrBound, n, max)
}

// padding is how many bytes lie between pos and the next multiple of size, a
// power of two.
func padding(pos, size int) int { return -pos & (size - 1) }
