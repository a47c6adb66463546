package bag

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"

	"github.com/foxglove/mcap/go/mcap"
)

// file is one opened MCAP file and what is in it.
type file struct {
	name     string // as problems call it
	data     *os.File
	size     int64
	channels map[uint16]*mcap.Channel
	schemas  map[uint16]*mcap.Schema
	counts   map[uint16]uint64 // messages by channel
	chunks   []*chunk          // in file order
	problems []string
}

// openFile opens an MCAP file and finds its chunks: by its summary where that is
// whole, by reading the file through where it is not.
func openFile(path string) (*file, error) {
	data, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	f := &file{name: filepath.Base(path), data: data}
	if err := f.index(); err != nil {
		data.Close()
		return nil, err
	}
	return f, nil
}

func (f *file) index() error {
	stat, err := f.data.Stat()
	if err != nil {
		return err
	}
	f.size = stat.Size()
	magic := make([]byte, len(mcap.Magic))
	if n, _ := f.data.ReadAt(magic, 0); !bytes.Equal(magic, mcap.Magic) {
		return fmt.Errorf("%s is not an MCAP file: it starts with %q", f.name, magic[:n])
	}
	f.clear()
	if err := f.readSummary(); err != nil {
		f.clear()
		f.problem("%s has no usable index (%v), so it was read through", f.name, err)
		if err := f.scan(); err != nil {
			return err
		}
	}
	f.dropUnknown()
	return nil
}

// dropUnknown leaves out messages on channels that the file does not describe.
func (f *file) dropUnknown() {
	for channel, n := range f.counts {
		if _, _, ok := f.topic(channel); !ok {
			f.problem("%s does not say what topic its channel %d is: %d messages left out", f.name, channel, n)
			delete(f.counts, channel)
		}
	}
}

func (f *file) clear() {
	f.channels = map[uint16]*mcap.Channel{}
	f.schemas = map[uint16]*mcap.Schema{}
	f.counts = map[uint16]uint64{}
	f.chunks = nil
}

func (f *file) problem(format string, args ...any) {
	f.problems = append(f.problems, fmt.Sprintf(format, args...))
}

// topic is the name and type that a channel carries; ok is false for a channel
// that the file does not describe.
func (f *file) topic(channel uint16) (name, typeName string, ok bool) {
	c, ok := f.channels[channel]
	if !ok {
		return "", "", false
	}
	if s, ok := f.schemas[c.SchemaID]; ok {
		typeName = s.Name
	}
	return c.Topic, typeName, true
}

// describe keeps a schema or channel record.
func (f *file) describe(op mcap.OpCode, body []byte) error {
	switch op {
	case mcap.OpSchema:
		s, err := mcap.ParseSchema(body)
		if err != nil {
			return err
		}
		f.schemas[s.ID] = s
	case mcap.OpChannel:
		c, err := mcap.ParseChannel(body)
		if err != nil {
			return err
		}
		f.channels[c.ID] = c
	}
	return nil
}
