package bag

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"github.com/foxglove/mcap/go/mcap"
)

// An MCAP file is a magic number and then records: one opcode byte, the length
// of the body as a uint64, the body. The mcap package parses bodies; this file
// finds them without trusting any length, since its own lexer may panic on a
// damaged file and loses what is complete in a truncated chunk.

// recordHead is the size of opcode and length.
const recordHead = 1 + 8

// location is where a record's body lies in a file.
type location struct {
	op     mcap.OpCode
	offset int64 // of the body
	length int64 // of the body, as its record says
}

func (l location) end() int64 { return l.offset + l.length }

var (
	errTruncated = errors.New("the file ends in the middle of a record")
	errNoRecord  = errors.New("no record starts here")
)

// recordAt reads the head of the record at offset. At limit it returns io.EOF,
// and errTruncated, with the location, where the record reaches beyond limit.
func recordAt(r io.ReaderAt, offset, limit int64) (location, error) {
	if offset >= limit {
		return location{}, io.EOF
	}
	if limit-offset < recordHead {
		return location{offset: limit}, errTruncated
	}
	var head [recordHead]byte
	if _, err := r.ReadAt(head[:], offset); err != nil {
		return location{}, fmt.Errorf("read: %w", err)
	}
	l := location{op: mcap.OpCode(head[0]), offset: offset + recordHead}
	if l.op == mcap.OpReserved {
		return l, errNoRecord
	}
	length := binary.LittleEndian.Uint64(head[1:])
	if length > uint64(limit-l.offset) {
		l.length = limit - l.offset
		return l, errTruncated
	}
	l.length = int64(length)
	return l, nil
}

// body reads a record's body. Its length was checked against the file's.
func (l location) body(r io.ReaderAt) ([]byte, error) {
	body := make([]byte, l.length)
	if _, err := r.ReadAt(body, l.offset); err != nil {
		return nil, fmt.Errorf("read %v record: %w", l.op, err)
	}
	return body, nil
}

// walk calls visit for each complete record in data, which is a chunk's content,
// and returns how many bytes at the end hold no complete record.
func walk(data []byte, visit func(op mcap.OpCode, body []byte) error) (left int, err error) {
	for len(data) >= recordHead {
		length := binary.LittleEndian.Uint64(data[1:recordHead])
		if length > uint64(len(data)-recordHead) {
			break
		}
		end := recordHead + int(length)
		if err := visit(mcap.OpCode(data[0]), data[recordHead:end:end]); err != nil {
			return len(data), err
		}
		data = data[end:]
	}
	return len(data), nil
}
