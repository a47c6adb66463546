package bag

import (
	"errors"
	"fmt"
	"math"
	"time"
)

// maxTime is the largest log time, ns since 1970, that a clock may show.
const maxTime = math.MaxInt64

var (
	errAbsurdTime = errors.New("its time is later than any clock shows")
	errChanged    = errors.New("the file changed while it was read")
)

// damaged says that all of c, or an unknown part of it, cannot be read.
func (c *chunk) damaged(err error) *DamageError {
	part := fmt.Sprintf("chunk at byte %d", c.at.offset-recordHead)
	if c.file.storage == storageSQLite {
		part = fmt.Sprintf("run of rows %d to %d", c.firstRow, c.lastRow)
	}
	e := &DamageError{Kind: BadChunk, File: c.file.name, Part: part, From: time.Unix(0, c.start), To: time.Unix(0, c.end), Err: err}
	for _, number := range c.topics {
		e.Topics = append(e.Topics, c.file.topics[number].Name)
	}
	return e
}

// lost says that a single message of c cannot be read.
func (c *chunk) lost(m Message, err error) *DamageError {
	part := fmt.Sprintf("message on %s of %s", m.Topic, m.LogTime.UTC().Format(time.RFC3339Nano))
	return &DamageError{Kind: BadMessage, File: c.file.name, Part: part, Messages: 1, From: m.LogTime, To: m.LogTime, Topics: []string{m.Topic}, Err: err}
}

// absurd says that a message of c has a time that cannot be.
func (c *chunk) absurd(topic string) *DamageError {
	return &DamageError{Kind: BadTime, File: c.file.name, Part: "message on " + topic, Messages: 1,
		From: time.Unix(0, c.start), To: time.Unix(0, c.end), Topics: []string{topic}, Err: errAbsurdTime}
}
