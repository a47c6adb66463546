package bag

import (
	"fmt"
	"math"
	"time"
)

// Kind tells apart what can be wrong with a bag.
type Kind string

const (
	BadMetadata Kind = "metadata" // metadata.yaml is missing, unreadable or at odds with the data
	BadIndex    Kind = "index"    // no usable index: nothing is lost by that, the data was read through
	BadFile     Kind = "file"     // a whole data file is missing or unreadable
	BadEnd      Kind = "end"      // a file breaks off
	BadChunk    Kind = "chunk"    // a stretch of a file is damaged, with all messages in it
	BadMessage  Kind = "message"  // a single message is damaged
	BadTopic    Kind = "topic"    // messages whose topic the bag does not describe, or whose encoding is not CDR
	BadTime     Kind = "time"     // a message with a time that no clock shows
)

// Damage is one thing that is wrong with a bag.
type Damage struct {
	Kind Kind   `json:"kind"`
	Text string `json:"text"` // one sentence
	// Messages is how many are known to be lost by it; 0 where that cannot be told.
	Messages uint64 `json:"messages"`
	// From and To are the log times between which messages may be missing; zero
	// where that cannot be told, or where nothing is.
	From time.Time `json:"from,omitzero"`
	To   time.Time `json:"to,omitzero"`
	// Topics are those that may miss messages; nil where that cannot be told.
	Topics []string `json:"topics,omitempty"`
}

// DamageError says that a part of a bag could not be read.
type DamageError struct {
	Kind Kind
	File string
	Part string // "chunk at byte 4711", "message in row 12"
	// Messages is how many are known to be lost; 0 where that cannot be told.
	Messages uint64
	From, To time.Time // as Damage has them
	Topics   []string
	Err      error
}

func (e *DamageError) Error() string {
	return fmt.Sprintf("%s: the %s is damaged: %v", e.File, e.Part, e.Err)
}

func (e *DamageError) Unwrap() error { return e.Err }

// Damage is e as an entry of a report.
func (e *DamageError) Damage() Damage {
	return Damage{Kind: e.Kind, Text: e.Error(), Messages: e.Messages, From: e.From, To: e.To, Topics: e.Topics}
}

// damages collects what is wrong, each thing once.
type damages []Damage

func (d *damages) add(kind Kind, messages uint64, format string, args ...any) {
	*d = append(*d, Damage{Kind: kind, Text: fmt.Sprintf(format, args...), Messages: messages})
}

// sentences are the texts, as Problems gives them.
func (d damages) sentences() []string {
	texts := make([]string, len(d))
	for i, one := range d {
		texts[i] = one.Text
	}
	return texts
}

// hole is a damage between two of a file's chunks.
type hole struct {
	damage        int // of file.damages
	before, after int // of file.chunks: the last whole one before it, the first after it
}

// lose adds a damage that lies behind the first before of the file's chunks. Those
// added since hold what could be saved of it.
func (f *file) lose(kind Kind, messages uint64, before int, format string, args ...any) {
	f.damages.add(kind, messages, format, args...)
	f.holes = append(f.holes, hole{len(f.damages) - 1, before - 1, len(f.chunks)})
}

// placeHoles finds between which times messages are missing, when all chunks are
// known.
func (f *file) placeHoles() {
	for _, h := range f.holes {
		from, to := int64(math.MinInt64), int64(math.MaxInt64)
		if h.before >= 0 {
			from = f.chunks[h.before].end
		}
		if h.after < len(f.chunks) {
			to = f.chunks[h.after].start
		}
		f.damages[h.damage].From, f.damages[h.damage].To = time.Unix(0, from), time.Unix(0, to)
	}
}
