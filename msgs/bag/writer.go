package bag

import (
	"bufio"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/foxglove/mcap/go/mcap"

	"hyt/msgs"
)

// Compression of a bag's chunks.
type Compression string

const (
	None Compression = ""     // as ros2 bag's default: fastest to write
	Zstd Compression = "zstd" // fastest level; rendered images shrink to a tenth
)

// Options for Create. The zero value is a good choice.
type Options struct {
	Compression Compression
	// ChunkSize ends a chunk by size, in bytes before compression. 0: 1 MiB.
	// Larger chunks compress better; a reader holds at least one in memory.
	ChunkSize int64
	// FlushEvery bounds what a crash loses: at this period the open chunk is
	// ended, written and synced to disk. 0: 500 ms; negative: only by size.
	FlushEvery time.Duration
	// Definition finds the text of a type, for the file's schemas; where it does
	// not know one, or is nil, msgs.Definition does. A type without a text is
	// recorded without, as ros2 bag does it.
	Definition func(typeName string) (d Definition, ok bool)
}

const (
	defaultChunkSize  = 1 << 20
	defaultFlushEvery = 500 * time.Millisecond
	fileBufferSize    = 64 << 10
)

var (
	// ErrClosed is returned by a Writer or Reader after Close.
	ErrClosed = errors.New("bag is closed")
	// ErrUnknownTopic is wrapped by Write for a topic that was not declared.
	ErrUnknownTopic = errors.New("unknown topic")
)

// Writer writes one bag. Its methods may be called from any goroutine.
type Writer struct {
	dir  string
	name string // of the data file inside dir

	syncing sync.Mutex // serialises Flush and Close; taken before mu
	mu      sync.Mutex // guards everything below
	file    *os.File
	buffer  *bufio.Writer
	opts    *mcap.WriterOptions // shared with mcap: see seal
	chunk   int64               // the chunk size asked for
	mcap    *mcap.Writer
	define  func(typeName string) (d Definition, ok bool)
	schemas map[string]uint16 // type name -> schema id
	topics  map[string]*writerTopic
	order   []*writerTopic // as declared
	held    mcap.Message   // the newest message, not yet given to mcap: see seal
	holding bool
	count   uint64
	first   int64 // smallest log time, ns
	last    int64 // largest log time, ns
	err     error // first failure to write, then ErrClosed; ends all writing

	stop    chan struct{} // closed by Close; flushes wait for it
	flushes sync.WaitGroup
}

type writerTopic struct {
	meta    topicMetadata
	channel uint16
	count   uint64
}

// Create makes the folder dir and starts a bag in it. dir must not exist or be
// empty.
func Create(dir string, o Options) (*Writer, error) {
	if err := makeEmptyDir(dir); err != nil {
		return nil, err
	}
	if o.ChunkSize <= 0 {
		o.ChunkSize = defaultChunkSize
	}
	if o.FlushEvery == 0 {
		o.FlushEvery = defaultFlushEvery
	}
	abs, err := filepath.Abs(dir)
	if err != nil {
		return nil, fmt.Errorf("create bag: %w", err)
	}
	w := &Writer{
		dir: dir, name: filepath.Base(abs) + "_0.mcap",
		chunk: o.ChunkSize, define: o.Definition,
		schemas: map[string]uint16{}, topics: map[string]*writerTopic{},
		first: noStart, stop: make(chan struct{}),
	}
	if err := w.start(o.Compression); err != nil {
		return nil, fmt.Errorf("create bag %s: %w", dir, err)
	}
	if o.FlushEvery > 0 {
		w.flushes.Go(func() { w.flushLoop(o.FlushEvery) })
	}
	return w, nil
}

func makeEmptyDir(dir string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("create bag: %w", err)
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return fmt.Errorf("create bag: %w", err)
	}
	if len(entries) > 0 {
		return fmt.Errorf("create bag: folder %s is not empty: name a new folder", dir)
	}
	return nil
}

// start opens the data file and writes its header and the first metadata.yaml.
func (w *Writer) start(c Compression) error {
	w.opts = &mcap.WriterOptions{
		IncludeCRC: true, Chunked: true, ChunkSize: w.chunk,
		Compression:      mcap.CompressionFormat(c),
		CompressionLevel: mcap.CompressionLevelFastest,
	}
	file, err := os.OpenFile(filepath.Join(w.dir, w.name), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return err
	}
	w.file, w.buffer = file, bufio.NewWriterSize(file, fileBufferSize)
	if err := w.writeHeader(); err != nil {
		return errors.Join(err, file.Close())
	}
	return nil
}

func (w *Writer) writeHeader() (err error) {
	if w.mcap, err = mcap.NewWriter(w.buffer, w.opts); err != nil {
		return err
	}
	if err := w.mcap.WriteHeader(&mcap.Header{Profile: "ros2", Library: "hyt"}); err != nil {
		return err
	}
	distro := map[string]string{"ROS_DISTRO": os.Getenv("ROS_DISTRO")}
	if err := w.mcap.WriteMetadata(&mcap.Metadata{Name: "rosbag2", Metadata: distro}); err != nil {
		return err
	}
	if err := w.buffer.Flush(); err != nil {
		return err
	}
	return writeMetadata(w.dir, w.metadata())
}

// Topic declares a topic. offeredQoS is the publishers' QoS in rosbag2's YAML
// form; "" where it is not known. Declaring the same topic and type again does
// nothing.
func (w *Writer) Topic(name, typeName, offeredQoS string) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.err != nil {
		return w.err
	}
	if t, ok := w.topics[name]; ok {
		if t.meta.Type != typeName {
			return fmt.Errorf("bag %s: topic %s has type %s and cannot also have %s", w.dir, name, t.meta.Type, typeName)
		}
		return nil
	}
	if len(w.order) > math.MaxUint16 {
		return fmt.Errorf("bag %s: more than %d topics", w.dir, math.MaxUint16+1)
	}
	schema, err := w.schema(typeName)
	if err != nil {
		return w.fail(err)
	}
	t := &writerTopic{channel: uint16(len(w.order)), meta: topicMetadata{
		Name: name, Type: typeName, SerializationFormat: "cdr", OfferedQoSProfiles: quoted(offeredQoS),
	}}
	err = w.mcap.WriteChannel(&mcap.Channel{
		ID: t.channel, SchemaID: schema, Topic: name, MessageEncoding: "cdr",
		Metadata: map[string]string{"offered_qos_profiles": offeredQoS},
	})
	if err != nil {
		return w.fail(err)
	}
	w.topics[name] = t
	w.order = append(w.order, t)
	return nil
}

// schema returns the id of typeName's schema and writes it when it is new.
func (w *Writer) schema(typeName string) (uint16, error) {
	if id, ok := w.schemas[typeName]; ok {
		return id, nil
	}
	id := uint16(len(w.schemas) + 1) // 0 means "no schema"
	s := &mcap.Schema{ID: id, Name: typeName}
	if w.define != nil {
		if d, ok := w.define(typeName); ok {
			s.Encoding, s.Data = d.Encoding, []byte(d.Text)
		}
	}
	if s.Data == nil {
		if text, err := msgs.Definition(typeName); err == nil {
			s.Encoding, s.Data = ros2msg, []byte(text)
		}
	}
	if err := w.mcap.WriteSchema(s); err != nil {
		return 0, err
	}
	w.schemas[typeName] = id
	return id, nil
}

// Write records one message: CDR with its encapsulation header, when it was
// received and when it was published. data is not kept.
func (w *Writer) Write(topic string, data []byte, logTime, published time.Time) error {
	log, pub := logTime.UnixNano(), published.UnixNano()
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.err != nil {
		return w.err
	}
	t, ok := w.topics[topic]
	if !ok {
		return fmt.Errorf("bag %s: %w %s: declare it before writing", w.dir, ErrUnknownTopic, topic)
	}
	if log < 0 || pub < 0 {
		return fmt.Errorf("bag %s: topic %s: time %v is before 1970", w.dir, topic, logTime)
	}
	if err := w.writeHeld(); err != nil {
		return err
	}
	t.count++
	w.held = mcap.Message{
		ChannelID: t.channel, Sequence: uint32(t.count),
		LogTime: uint64(log), PublishTime: uint64(pub), Data: append(w.held.Data[:0], data...),
	}
	w.holding = true
	w.count++
	w.first, w.last = min(w.first, log), max(w.last, log)
	return nil
}

// writeHeld hands the held message over to mcap.
func (w *Writer) writeHeld() error {
	if !w.holding {
		return nil
	}
	w.holding = false
	if err := w.mcap.WriteMessage(&w.held); err != nil {
		return w.fail(err)
	}
	return nil
}

// seal ends the open chunk. mcap ends a chunk only after a message, when the
// chunk has grown past ChunkSize; so the writer always holds one message back,
// and here writes it with ChunkSize set to nothing.
func (w *Writer) seal() error {
	w.opts.ChunkSize = 0
	defer func() { w.opts.ChunkSize = w.chunk }()
	return w.writeHeld()
}

// fail ends all writing: what follows a failed write could not be read.
func (w *Writer) fail(err error) error {
	w.err = fmt.Errorf("write bag %s: %w", w.dir, err)
	return w.err
}
