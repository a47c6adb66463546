package bag

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"
)

// Reader reads one bag. Its methods may be called from any goroutine, and any
// number of iterations may run at the same time.
type Reader struct {
	path     string
	files    []*file
	chunks   []*chunk // of all files, by start time
	topics   []TopicInfo
	start    int64 // smallest log time, ns
	end      int64 // largest log time, ns
	messages uint64
	expected map[string]uint64 // by topic, by metadata.yaml; nil: it does not say
	damages  damages
	stamps   headers
	budget   int // of an iteration's memory, bytes
}

// defaultBudget is what chunks that overlap in time may take in memory, bytes.
const defaultBudget = 256 << 20

// Open opens a rosbag2 folder, or a single data file. It fails only where there
// is nothing to read; everything else that is wrong is in Damages.
func Open(path string) (*Reader, error) {
	r := &Reader{path: path, budget: defaultBudget}
	names, meta, err := r.find()
	if err != nil {
		return nil, err
	}
	if err := r.openFiles(names); err != nil {
		return nil, errors.Join(err, r.Close())
	}
	r.summarise()
	if meta != nil {
		r.compareWith(meta)
	}
	return r, nil
}

// openFiles opens what can be opened; it fails if nothing can.
func (r *Reader) openFiles(names []string) error {
	var firstErr error
	for _, name := range names {
		f, err := openFile(name)
		if err != nil {
			firstErr = cmp.Or(firstErr, fmt.Errorf("open bag %s: %w", r.path, err))
			r.damages.add(BadFile, 0, "%v: the file was left out", err)
			continue
		}
		r.files = append(r.files, f)
		r.chunks = append(r.chunks, f.chunks...)
		r.damages = append(r.damages, f.damages...)
	}
	if len(r.files) == 0 {
		return firstErr
	}
	slices.SortStableFunc(r.chunks, func(a, b *chunk) int { return cmp.Compare(a.start, b.start) })
	return nil
}

// summarise adds up topics and times of all files.
func (r *Reader) summarise() {
	r.start, r.end = math.MaxInt64, 0
	for _, c := range r.chunks {
		if c.start <= c.end { // else all of its times are absurd
			r.start, r.end = min(r.start, c.start), max(r.end, c.end)
		}
	}
	r.start = min(r.start, r.end)
	byName := map[string]*TopicInfo{}
	for _, f := range r.files {
		for number, meta := range f.topics {
			t := byName[meta.Name]
			if t == nil {
				t = &TopicInfo{Name: meta.Name, Type: meta.Type, OfferedQoS: string(meta.OfferedQoSProfiles)}
				byName[meta.Name] = t
			} else if t.Type != meta.Type {
				r.damages.add(BadTopic, 0, "topic %s has two types, %s and %s", meta.Name, t.Type, meta.Type)
			}
			t.Count += f.counts[number]
			r.messages += f.counts[number]
		}
	}
	for _, t := range byName {
		if d := r.Duration().Seconds(); d > 0 && t.Count > 1 {
			t.Hz = float64(t.Count-1) / d
		}
		r.topics = append(r.topics, *t)
	}
	slices.SortFunc(r.topics, func(a, b TopicInfo) int { return strings.Compare(a.Name, b.Name) })
}

// compareWith says where the metadata and the data differ.
func (r *Reader) compareWith(meta *metadata) {
	if meta.MessageCount != r.messages {
		r.damages.add(BadMetadata, 0, "%s says %d messages, the data holds %d", metadataName, meta.MessageCount, r.messages)
	}
	r.expected = map[string]uint64{}
	for _, t := range meta.Topics {
		r.expected[t.Topic.Name] += t.MessageCount
	}
}

// Topics lists the bag's topics by name. The slice is the caller's own.
func (r *Reader) Topics() []TopicInfo { return slices.Clone(r.topics) }

// Topic returns what the bag holds on one topic.
func (r *Reader) Topic(name string) (t TopicInfo, ok bool) {
	for _, t := range r.topics {
		if t.Name == name {
			return t, true
		}
	}
	return TopicInfo{}, false
}

// Expected is how many messages there should be on a topic, damaged and missing
// ones included: the most that the data files' indexes and metadata.yaml say.
func (r *Reader) Expected(topic string) uint64 {
	t, _ := r.Topic(topic)
	return max(t.Count, r.expected[topic])
}

// Definition returns the text of a message type as the bag holds it. MCAP bags
// do, and sqlite3 bags since ROS 2 Iron.
func (r *Reader) Definition(typeName string) (d Definition, ok bool) {
	for _, f := range r.files {
		if d, ok := f.definitions[typeName]; ok {
			return d, true
		}
	}
	return Definition{}, false
}

// Damages lists what was found wrong with the bag when it was opened. It is empty
// for a bag that was closed properly. What a checksum disproves turns up only
// while messages are read, as a *DamageError.
func (r *Reader) Damages() []Damage { return slices.Clone(r.damages) }

// Problems is Damages in sentences.
func (r *Reader) Problems() []string { return r.damages.sentences() }

// Duration is the time between the first and the last message.
func (r *Reader) Duration() time.Duration { return time.Duration(r.end - r.start) }

// Files returns the paths of the data files that were opened.
func (r *Reader) Files() []string {
	paths := make([]string, len(r.files))
	for i, f := range r.files {
		paths[i] = f.path
	}
	return paths
}

// Info sums the bag up.
func (r *Reader) Info() Info {
	info := Info{
		Compression: "none", Files: len(r.files), Messages: r.messages, Duration: r.Duration().Seconds(),
		Topics: append([]TopicInfo{}, r.topics...), Problems: r.Problems(),
	}
	for _, f := range r.files {
		info.Storage = f.storage
		info.Bytes += f.size
		if f.compression != "" {
			info.Compression = f.compression
		}
	}
	if r.messages > 0 {
		info.Start = time.Unix(0, r.start).UTC()
	}
	return info
}

// Close closes the bag's files and removes unpacked copies. Iterations must have
// ended.
func (r *Reader) Close() error {
	var errs []error
	for _, f := range r.files {
		errs = append(errs, f.close())
	}
	return errors.Join(errs...)
}
