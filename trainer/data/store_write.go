package data

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"math"
	"os"
	"path/filepath"
	"sync"
	"syscall"
)

// A set's file is, in little endian:
//
//	magic            8 bytes
//	pixels, blocks   in the order in which they came; pixels start at multiples of 64
//	footer           JSON: what the set was made of, and where its blocks lie
//	trailer          offset of the footer (8), CRC-32 of all before the trailer (4), magic (8)
//
// The block of an episode is its samples' records, all of one size, and then their
// texts. See record in store.go.
const (
	storeMagic   = "HYTSET02"
	trailerSize  = 8 + 4 + 8
	pixelsAlign  = 64
	storeVersion = 2 // of the file and of how samples are made: raise it when either changes
)

// sink takes pixels and episodes. room is called by one goroutine, put by several.
type sink interface {
	room(size int64) int64 // where pixels of this many bytes will lie
	put(at int64, pixels []byte)
	add(e Episode, samples []sample) error
	mark() int       // how many episodes there are
	rollBack(to int) // forgets those from a mark on
	failed() error   // what putting met first
}

// footer is the JSON at the end of a set's file.
type footer struct {
	Version  int
	Contract string
	Bags     []bagIdentity
	Shape    Shape
	Report   Report
	Episodes []storedEpisode
}

// storedEpisode says where an episode's samples lie.
type storedEpisode struct {
	Episode
	Offset int64 // of its first record
}

// writer writes a set's file under a temporary name.
type writer struct {
	file     *os.File
	path     string // the name that it will have; "": none, it is gone when it is closed
	shape    Shape
	next     int64
	episodes []storedEpisode

	mu  sync.Mutex
	err error // the first one
}

func newWriter(path string, shape Shape) (*writer, error) {
	dir := filepath.Dir(path)
	if path == "" {
		dir = os.TempDir()
	} else if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, fmt.Errorf("dataset cache: %w", err)
	}
	f, err := os.CreateTemp(dir, "samples-*.tmp")
	if err != nil {
		return nil, fmt.Errorf("dataset cache: %w", err)
	}
	w := &writer{file: f, path: path, shape: shape, next: int64(len(storeMagic))}
	w.put(0, []byte(storeMagic))
	return w, w.failed()
}

func (w *writer) room(size int64) int64 {
	w.next = (w.next + pixelsAlign - 1) / pixelsAlign * pixelsAlign
	at := w.next
	w.next += size
	return at
}

func (w *writer) put(at int64, data []byte) {
	if _, err := w.file.WriteAt(data, at); err != nil {
		w.fail(err)
	}
}

func (w *writer) fail(err error) {
	if errors.Is(err, syscall.ENOSPC) {
		err = fmt.Errorf("%w: free some, or choose a folder with more room (--cache, or TMPDIR without one)", err)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.err == nil {
		w.err = fmt.Errorf("dataset cache: %w", err)
	}
}

func (w *writer) failed() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.err
}

func (w *writer) mark() int       { return len(w.episodes) }
func (w *writer) rollBack(to int) { w.episodes = w.episodes[:to] }

func (w *writer) add(e Episode, samples []sample) error {
	size := recordSize(w.shape)
	block := make([]byte, 0, len(samples)*size+1<<10)
	texts := textBlock{at: map[string]int64{}, base: w.next + int64(len(samples)*size)}
	for _, s := range samples {
		block = appendRecord(block, w.shape, s, &texts)
	}
	block = append(block, texts.data...)
	w.put(w.next, block)
	e.Samples = len(samples)
	w.episodes = append(w.episodes, storedEpisode{e, w.next})
	w.next += int64(len(block))
	return w.failed()
}

// textBlock gathers the texts of an episode, each once.
type textBlock struct {
	base int64 // where it will lie
	data []byte
	at   map[string]int64
}

func (t *textBlock) add(text string) int64 {
	at, ok := t.at[text]
	if !ok {
		at = t.base + int64(len(t.data))
		t.at[text] = at
		t.data = append(t.data, text...)
	}
	return at
}

// appendRecord writes one sample: time, where each camera's pixels lie (0: it has
// none), two texts (where, how long), proprio, actions.
func appendRecord(b []byte, shape Shape, s sample, texts *textBlock) []byte {
	le := binary.LittleEndian
	b = le.AppendUint64(b, uint64(s.time))
	for i := range shape.Cameras {
		at := int64(0)
		if s.frames[i] != nil {
			at = s.frames[i].at
		}
		b = le.AppendUint64(b, uint64(at))
	}
	for _, text := range []string{s.instruction, s.thought} {
		b = le.AppendUint64(b, uint64(texts.add(text)))
		b = le.AppendUint32(b, uint32(len(text)))
	}
	for _, numbers := range [][]float32{s.proprio, s.actions} {
		for _, v := range numbers {
			b = le.AppendUint32(b, math.Float32bits(v))
		}
	}
	return b
}

// finish ends the file, gives it its name and opens it as a store.
func (w *writer) finish(f footer) (*store, error) {
	if err := w.end(f); err != nil {
		return nil, err
	}
	if w.path != "" {
		if err := os.Rename(w.file.Name(), w.path); err != nil {
			return nil, fmt.Errorf("dataset cache: %w", err)
		}
	}
	s, err := openStore(w.file, false)
	if err != nil {
		return nil, err
	}
	if w.path == "" {
		err = os.Remove(w.file.Name()) // its content lives as long as it is open
	}
	return s, err
}

func (w *writer) end(f footer) error {
	f.Version, f.Shape, f.Episodes = storeVersion, w.shape, w.episodes
	text, err := json.Marshal(f)
	if err != nil {
		return fmt.Errorf("dataset cache: %w", err)
	}
	at := w.next
	w.put(at, text)
	if err := w.failed(); err != nil {
		return err
	}
	sum := crc32.NewIEEE()
	if _, err := io.Copy(sum, io.NewSectionReader(w.file, 0, at+int64(len(text)))); err != nil {
		return fmt.Errorf("dataset cache: %w", err)
	}
	trailer := binary.LittleEndian.AppendUint64(nil, uint64(at))
	trailer = binary.LittleEndian.AppendUint32(trailer, sum.Sum32())
	w.put(at+int64(len(text)), append(trailer, storeMagic...))
	if w.path != "" {
		if err := w.file.Sync(); err != nil {
			w.fail(err)
		}
	}
	return w.failed()
}

// abandon removes the file of a set that was not finished.
func (w *writer) abandon() {
	w.file.Close()
	os.Remove(w.file.Name())
}
