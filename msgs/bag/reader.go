package bag

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
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
	problems []string
}

// Open opens a rosbag2 folder, or a single .mcap file. It fails only where there
// is nothing to read; everything else that is wrong is in Problems.
func Open(path string) (*Reader, error) {
	r := &Reader{path: path}
	names, meta, err := r.find()
	if err != nil {
		return nil, err
	}
	if err := r.openFiles(names); err != nil {
		r.Close()
		return nil, err
	}
	r.summarise()
	if meta != nil && meta.MessageCount != r.messages {
		r.problem("%s says %d messages, the data holds %d", metadataName, meta.MessageCount, r.messages)
	}
	return r, nil
}

// find returns the bag's data files and its metadata, nil where there is none.
func (r *Reader) find() (files []string, meta *metadata, err error) {
	stat, err := os.Stat(r.path)
	if err != nil {
		return nil, nil, fmt.Errorf("open bag: %w", err)
	}
	if !stat.IsDir() {
		return []string{r.path}, nil, r.refuseStorage("", []string{r.path})
	}
	meta, err = readMetadata(r.path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		r.problem("%s is missing: the .mcap files in the folder were read", metadataName)
	case err != nil:
		r.problem("%v: the .mcap files in the folder were read", err)
	default:
		files = r.listed(meta)
	}
	found, _ := filepath.Glob(filepath.Join(globQuote(r.path), "*"))
	storage := ""
	if meta != nil {
		storage = meta.StorageIdentifier
	}
	if err := r.refuseStorage(storage, append(found, files...)); err != nil {
		return nil, nil, err
	}
	if len(files) == 0 {
		files = slices.DeleteFunc(found, func(name string) bool { return filepath.Ext(name) != ".mcap" })
	}
	if len(files) == 0 {
		return nil, nil, fmt.Errorf("%s is not a bag: it holds neither %s nor .mcap files", r.path, metadataName)
	}
	return files, meta, nil
}

// globQuote makes path match itself in filepath.Glob.
func globQuote(path string) string {
	return strings.NewReplacer(`\`, `\\`, `*`, `\*`, `?`, `\?`, `[`, `\[`).Replace(path)
}

// listed returns the files that the metadata names and that exist. Names that
// lead out of the bag's folder are problems.
func (r *Reader) listed(meta *metadata) (files []string) {
	for _, name := range meta.RelativeFilePaths {
		full := filepath.Join(r.path, name)
		if !filepath.IsLocal(name) {
			r.problem("%s names the file %s outside of the bag: left out", metadataName, name)
			continue
		}
		if _, err := os.Stat(full); err != nil {
			r.problem("the file %s, named by %s, is missing", name, metadataName)
			continue
		}
		files = append(files, full)
	}
	return files
}

// refuseStorage returns an error for bags of a kind that this package cannot read.
func (r *Reader) refuseStorage(storage string, files []string) error {
	extension := func(e string) bool {
		return slices.ContainsFunc(files, func(name string) bool { return filepath.Ext(name) == e })
	}
	switch {
	case storage == "sqlite3" || storage == "" && extension(".db3"):
		return fmt.Errorf("bag %s has sqlite3 storage, which hyt does not read yet: convert it with ros2 bag convert to storage mcap", r.path)
	case storage != "" && storage != storageID:
		return fmt.Errorf("bag %s has storage %q: hyt reads mcap", r.path, storage)
	case extension(".zstd"):
		return fmt.Errorf("bag %s is compressed by the file: unpack its .zstd files with zstd -d and correct the names in %s", r.path, metadataName)
	}
	return nil
}

// openFiles opens what can be opened; it fails if nothing can.
func (r *Reader) openFiles(names []string) error {
	var firstErr error
	for _, name := range names {
		f, err := openFile(name)
		if err != nil {
			firstErr = cmp.Or(firstErr, fmt.Errorf("open bag %s: %w", r.path, err))
			r.problem("%v", err)
			continue
		}
		r.files = append(r.files, f)
		r.chunks = append(r.chunks, f.chunks...)
		r.problems = append(r.problems, f.problems...)
	}
	if len(r.files) == 0 {
		return firstErr
	}
	slices.SortStableFunc(r.chunks, func(a, b *chunk) int { return cmp.Compare(a.start, b.start) })
	return nil
}

// summarise adds up topics and times of all files.
func (r *Reader) summarise() {
	for i, c := range r.chunks {
		if i == 0 {
			r.start = int64(c.start)
		}
		r.end = max(r.end, int64(c.end))
	}
	byName := map[string]*TopicInfo{}
	for _, f := range r.files {
		for channel := range f.channels {
			name, typeName, _ := f.topic(channel)
			t := byName[name]
			if t == nil {
				t = &TopicInfo{Name: name, Type: typeName}
				byName[name] = t
			} else if t.Type != typeName {
				r.problem("topic %s has two types, %s and %s", name, t.Type, typeName)
			}
			t.Count += f.counts[channel]
			r.messages += f.counts[channel]
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

func (r *Reader) problem(format string, args ...any) {
	r.problems = append(r.problems, fmt.Sprintf(format, args...))
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

// Problems lists, in sentences, what was wrong with the bag. It is empty for a
// bag that was closed properly.
func (r *Reader) Problems() []string { return slices.Clone(r.problems) }

// Duration is the time between the first and the last message.
func (r *Reader) Duration() time.Duration { return time.Duration(r.end - r.start) }

// Files returns the paths of the data files that were opened.
func (r *Reader) Files() []string {
	paths := make([]string, len(r.files))
	for i, f := range r.files {
		paths[i] = f.data.Name()
	}
	return paths
}

// Info sums the bag up.
func (r *Reader) Info() Info {
	info := Info{
		Storage: storageID, Messages: r.messages, Duration: r.Duration().Seconds(),
		Topics: append([]TopicInfo{}, r.topics...), Problems: append([]string{}, r.problems...),
	}
	if r.messages > 0 {
		info.Start = time.Unix(0, r.start).UTC()
	}
	return info
}

// Close closes the bag's files. Iterations must have ended.
func (r *Reader) Close() error {
	var errs []error
	for _, f := range r.files {
		errs = append(errs, f.data.Close())
	}
	return errors.Join(errs...)
}
