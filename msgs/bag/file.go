package bag

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/foxglove/mcap/go/mcap"
)

// file is one opened data file, of whatever format, and what is in it.
type file struct {
	path        string
	name        string // as problems call it
	size        int64  // bytes on disk
	storage     string // rosbag2's name of the format
	compression string // as Info calls it; "": none, as far as is known
	topics      map[uint32]topicMetadata
	definitions map[string]Definition // by type name
	counts      map[uint32]uint64     // messages by topic number
	chunks      []*chunk              // in file order
	damages     damages
	holes       []hole
	store       store
	temporary   string // unpacked copy, removed by close; "": none
}

// store reads the chunks of one opened file. It is safe for concurrent use.
type store interface {
	// load returns c's messages of wanted topics in the order of recording, and
	// what of c could not be read.
	load(u *unpacker, c *chunk, wanted func(topic string) bool) ([]Message, []*DamageError)
	Close() error
}

// chunk is a part of a file that is read as one: an MCAP chunk, a run of messages
// outside of chunks, or a run of rows.
type chunk struct {
	file       *file
	start, end int64    // log times, ns
	topics     []uint32 // that have messages in it; nil: not known

	at   location // MCAP: where it lies
	bare bool     // MCAP: records as they are, no chunk header
	cut  bool     // MCAP: its end is missing: read what is complete

	indexed bool // MCAP: start and end are what the index says

	firstRow, lastRow int64 // sqlite3
}

var sqliteMagic = []byte("SQLite format 3\x00")

// openFile opens a data file, whatever it is, and finds its chunks.
func openFile(path string) (*file, error) {
	f := &file{path: path, name: filepath.Base(path)}
	if err := f.open(path); err != nil {
		return nil, errors.Join(err, f.removeTemporary())
	}
	f.placeHoles()
	f.dropUnknown()
	return f, nil
}

func (f *file) open(path string) error {
	data, err := os.Open(path)
	if err != nil {
		return err
	}
	stat, err := data.Stat()
	if err != nil {
		data.Close()
		return err
	}
	if f.temporary == "" {
		f.size = stat.Size()
	}
	magic := make([]byte, len(sqliteMagic))
	n, _ := data.ReadAt(magic, 0)
	magic = magic[:n]
	f.clear()
	switch {
	case bytes.HasPrefix(magic, mcap.Magic):
		f.storage = storageMCAP
		err = f.openMCAP(data, stat.Size())
	case bytes.Equal(magic, sqliteMagic):
		data.Close()
		f.storage = storageSQLite
		return f.openSQLite(path)
	case bytes.HasPrefix(magic, zstdMagic) && f.temporary == "":
		err = f.openUnpacked(data)
		data.Close()
		return err
	case n == 0:
		err = fmt.Errorf("%s is empty: its recorder was killed before it wrote", f.name)
	default:
		err = fmt.Errorf("%s is neither MCAP nor sqlite3: it starts with %q", f.name, magic[:min(8, n)])
	}
	if err != nil {
		data.Close()
	}
	return err
}

// openUnpacked opens what is in a file that was compressed as a whole.
func (f *file) openUnpacked(data *os.File) error {
	path, err := unpackFile(data)
	f.temporary = path
	switch {
	case path == "":
		return fmt.Errorf("unpack %s: %w", f.name, err)
	case err != nil:
		f.damages.add(BadEnd, 0, "%s cannot be unpacked to its end (%v): what comes before was read", f.name, err)
	}
	f.compression = "zstd by file"
	return f.open(path)
}

func (f *file) clear() {
	f.topics = map[uint32]topicMetadata{}
	f.definitions = map[string]Definition{}
	f.counts = map[uint32]uint64{}
	f.chunks, f.holes = nil, nil
}

// dropUnknown leaves out messages that the file does not describe, and those in
// an encoding that nobody here can read.
func (f *file) dropUnknown() {
	for number, n := range f.counts {
		t, ok := f.topics[number]
		switch {
		case !ok:
			f.damages.add(BadTopic, n, "%s does not say what topic its channel %d is: %d messages left out", f.name, number, n)
		case t.SerializationFormat != "cdr":
			f.damages.add(BadTopic, n, "%s: topic %s is encoded as %q, hyt reads cdr: %d messages left out", f.name, t.Name, t.SerializationFormat, n)
			delete(f.topics, number)
		default:
			continue
		}
		delete(f.counts, number)
	}
}

func (f *file) messages() (n uint64) {
	for _, count := range f.counts {
		n += count
	}
	return n
}

func (f *file) close() error {
	return errors.Join(f.store.Close(), f.removeTemporary())
}

func (f *file) removeTemporary() error {
	if f.temporary == "" {
		return nil
	}
	return os.Remove(f.temporary)
}
