package data

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"math"
	"os"
	"sort"
	"sync/atomic"

	"golang.org/x/sys/unix"
)

// store is a set's file, mapped into memory. The file is never changed once it has
// its name: a new set replaces it as a whole, and who has it open keeps the old one.
type store struct {
	file     *os.File
	data     []byte // the whole file, read-only
	footer   footer
	shape    Shape
	episodes []Episode
	first    []int // sample of each episode
	samples  int
	record   int          // bytes
	touched  atomic.Int64 // bytes handed out since the last release
}

// residentLimit is how much of the file may count as this process's memory, bytes.
// Beyond it the pages go back to the kernel, which keeps them as long as it can.
const residentLimit = 128 << 20

func recordSize(s Shape) int {
	return 8 + 8*len(s.Cameras) + 2*12 + 4*(len(s.Proprio)+s.Chunk*len(s.Action))
}

// openStore maps f, which the store closes. verify reads it through: a file that was
// not written by this process may have been damaged since.
func openStore(f *os.File, verify bool) (*store, error) {
	s := &store{file: f}
	err := s.open(verify)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("dataset cache %s: %w", f.Name(), err), s.close())
	}
	return s, nil
}

var errNoStore = errors.New("it is not one of this version of hyt, or not complete")

func (s *store) open(verify bool) error {
	stat, err := s.file.Stat()
	if err != nil {
		return err
	}
	size := stat.Size()
	if size < int64(len(storeMagic)+trailerSize) || size != int64(int(size)) {
		return errNoStore
	}
	trailer := make([]byte, trailerSize)
	if _, err := s.file.ReadAt(trailer, size-trailerSize); err != nil {
		return err
	}
	at := binary.LittleEndian.Uint64(trailer)
	if string(trailer[12:]) != storeMagic || at < uint64(len(storeMagic)) || at > uint64(size-trailerSize) {
		return errNoStore
	}
	if verify {
		sum := crc32.NewIEEE()
		if _, err := io.Copy(sum, io.NewSectionReader(s.file, 0, size-trailerSize)); err != nil {
			return err
		}
		if sum.Sum32() != binary.LittleEndian.Uint32(trailer[8:]) {
			return errors.New("its checksum does not match its content")
		}
	}
	if s.data, err = unix.Mmap(int(s.file.Fd()), 0, int(size), unix.PROT_READ, unix.MAP_SHARED); err != nil {
		return fmt.Errorf("map into memory: %w", err)
	}
	d := json.NewDecoder(bytes.NewReader(s.data[at : size-trailerSize]))
	if err := d.Decode(&s.footer); err != nil || s.footer.Version != storeVersion {
		return errNoStore
	}
	return s.arrange(int64(at))
}

// arrange finds the samples by the footer, all of which must lie before end.
func (s *store) arrange(end int64) error {
	s.shape = s.footer.Shape
	s.record = recordSize(s.shape)
	for _, e := range s.footer.Episodes {
		if e.Offset < 0 || e.Samples < 0 || e.Offset > end || int64(e.Samples) > (end-e.Offset)/int64(s.record) {
			return errNoStore
		}
		s.first = append(s.first, s.samples)
		s.samples += e.Samples
		s.episodes = append(s.episodes, e.Episode)
	}
	s.footer.Episodes = append([]storedEpisode(nil), s.footer.Episodes...)
	if s.samples > math.MaxInt32 {
		return fmt.Errorf("it holds %d samples, more than %d", s.samples, math.MaxInt32)
	}
	return nil
}

func (s *store) close() error {
	var err error
	if s.data != nil {
		err = unix.Munmap(s.data)
		s.data = nil
	}
	return errors.Join(err, s.file.Close())
}

// episodeOf is the episode of a sample.
func (s *store) episodeOf(i int) int { return sort.SearchInts(s.first, i+1) - 1 }

// at is a sample's record, and its episode.
func (s *store) at(i int) (record []byte, episode int) {
	episode = s.episodeOf(i)
	offset := s.footer.Episodes[episode].Offset + int64(i-s.first[episode])*int64(s.record)
	return s.data[offset:][:s.record:s.record], episode
}

func (s *store) sample(i int) Sample {
	record, episode := s.at(i)
	le := binary.LittleEndian
	v := Sample{Episode: episode, Time: int64(le.Uint64(record)), Images: make([][]byte, len(s.shape.Cameras))}
	record = record[8:]
	for c, camera := range s.shape.Cameras {
		size := camera.Width * camera.Height * 3
		if at := le.Uint64(record); at != 0 {
			v.Images[c] = s.data[at:][:size:size]
		} else {
			v.Images[c] = make([]byte, size) // a camera that this bag lacks: black
		}
		s.touch(size)
		record = record[8:]
	}
	v.Image = v.Images[0]
	v.Instruction, v.Thought = s.string(record), s.string(record[12:])
	numbers := make([]float32, (len(record)-2*12)/4)
	for k := range numbers {
		numbers[k] = math.Float32frombits(le.Uint32(record[2*12+4*k:]))
	}
	p := len(s.shape.Proprio)
	v.Proprio, v.Actions = numbers[:p:p], numbers[p:]
	return v
}

func (s *store) text(i int) (instruction, thought string) {
	record, _ := s.at(i)
	record = record[8+8*len(s.shape.Cameras):]
	return s.string(record), s.string(record[12:])
}

// string reads a text by where it lies and how long it is.
func (s *store) string(where []byte) string {
	at, n := binary.LittleEndian.Uint64(where), binary.LittleEndian.Uint32(where[8:])
	return string(s.data[at:][:n])
}

// touch counts what was handed out, and now and then gives the pages back.
func (s *store) touch(n int) {
	if s.touched.Add(int64(n)) > residentLimit {
		s.touched.Store(0)
		// They are clean pages of a file: whoever still looks at them reads them again.
		// Failing costs nothing but memory.
		_ = unix.Madvise(s.data, unix.MADV_DONTNEED)
	}
}
