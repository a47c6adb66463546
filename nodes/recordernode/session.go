package recordernode

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"sync"

	"hyt/config"
	"hyt/msgs/bag"
	"hyt/nodes/node"
	"hyt/nodes/recorder"
)

// session is the configured node. Its methods may be called from any goroutine.
type session struct {
	config *config.Recorder
	node   *node.Node
	record func(context.Context, *recorder.Recorder) error

	mu     sync.Mutex
	active bool
	now    *recording // nil: none
	failed error      // how the last recording ended by itself; nil where it did not
}

// recording is one bag that is being written.
type recording struct {
	dir      string
	recorder *recorder.Recorder
	cancel   context.CancelFunc
	done     chan struct{} // closed when err is set
	err      error
}

// Run implements node.Instance: while it runs, there may be a recording. One that fails,
// on a full disk for instance, does not end the node, which may share its process with
// the robot's policy: diagnostics say so, and ~/start begins another.
func (s *session) Run(ctx context.Context) error {
	<-ctx.Done()
	return s.end()
}

// Close implements node.Instance.
func (*session) Close() error { return nil }

// Activate implements node.Activator: recordings may begin, and one does where the
// configuration says so, before a ~/start can take its place.
func (s *session) Activate() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.config.RecordOnRun {
		if _, err := s.begin(); err != nil {
			return err
		}
	}
	s.active = true
	return nil
}

// end ends the recording, if there is one, and lets no other begin.
func (s *session) end() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.active = false
	if s.now == nil {
		return nil
	}
	_, err := s.finish()
	return err
}

// start begins a bag.
func (s *session) start() (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case !s.active:
		return "", fmt.Errorf("not active; activate the node first (ros2 lifecycle set %s activate)", s.node.FullName())
	case s.now != nil:
		return "", fmt.Errorf("already recording to %s; ~/stop ends it", s.now.dir)
	}
	return s.begin()
}

// stop ends the bag and waits until it is whole on the disk.
func (s *session) stop() (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.now == nil {
		return "", errors.New("not recording; ~/start begins")
	}
	return s.finish()
}

// begin is start where nothing is recorded; mu is held.
func (s *session) begin() (string, error) {
	topics, err := s.topics()
	if err != nil {
		return "", err
	}
	dir, err := freeDir(s.config.Output)
	if err != nil {
		return "", err
	}
	r, err := recorder.New(s.node.Bus(), recorder.Config{Dir: dir, Topics: topics, Bag: s.options(), Now: s.node.Now})
	if err != nil {
		return "", err
	}
	ctx, cancel := context.WithCancel(context.Background())
	rec := &recording{dir: dir, recorder: r, cancel: cancel, done: make(chan struct{})}
	go func() {
		rec.err = s.record(ctx, r)
		close(rec.done)
		if ctx.Err() == nil { // nobody asked it to end
			s.ended(rec)
		}
	}()
	s.now, s.failed = rec, nil
	s.node.Log().Info("recording", "to", dir, "topics", len(topics))
	return "recording to " + dir, nil
}

// ended takes note of a recording that ended by itself.
func (s *session) ended(rec *recording) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.now != rec {
		return // meanwhile it was told to
	}
	s.now, s.failed = nil, fmt.Errorf("recording to %s ended after %d messages: %w", rec.dir, rec.recorder.Stats().Messages, rec.err)
	s.node.Log().Error(s.failed.Error())
}

// finish is stop where something is recorded; mu is held.
func (s *session) finish() (string, error) {
	rec := s.now
	rec.cancel()
	<-rec.done
	s.now = nil
	stats := rec.recorder.Stats()
	s.node.Log().Info("recorded", "to", rec.dir, "messages", stats.Messages, "dropped", stats.Dropped)
	return fmt.Sprintf("%d messages in %s", stats.Messages, rec.dir), rec.err
}

func (s *session) options() bag.Options {
	o := bag.Options{ChunkSize: s.config.ChunkSize, FlushEvery: config.Seconds(s.config.FlushEvery)}
	if s.config.Compression == "zstd" {
		o.Compression = bag.Zstd
	}
	return o
}

// topics reads the configured ones: "name [type [latched]]".
func (s *session) topics() ([]recorder.Topic, error) {
	var out []recorder.Topic
	for _, text := range s.config.Topics {
		words := strings.Fields(text)
		if len(words) < 1 || len(words) > 3 || len(words) == 3 && words[2] != "latched" {
			return nil, fmt.Errorf("topic %q: expected a name, then a type, then perhaps the word latched", text)
		}
		full, err := s.node.Topic(words[0])
		if err != nil {
			return nil, fmt.Errorf("topic %q: %w", text, err)
		}
		t := recorder.Topic{Name: full, Latched: len(words) == 3}
		if len(words) > 1 {
			t.Type = words[1]
		}
		out = append(out, t)
	}
	return out, nil
}

// freeDir is path, or the first of path_2, path_3 ... that does not exist.
func freeDir(path string) (string, error) {
	for i := 1; i < 10_000; i++ {
		dir := path
		if i > 1 {
			dir = fmt.Sprintf("%s_%d", path, i)
		}
		if _, err := os.Stat(dir); errors.Is(err, os.ErrNotExist) {
			return dir, nil
		} else if err != nil {
			return "", err
		}
	}
	return "", fmt.Errorf("%s and 10000 more exist: choose another output", path)
}

func (s *session) fill(st *node.Status) {
	s.mu.Lock()
	rec, failed := s.now, s.failed
	s.mu.Unlock()
	if failed != nil {
		st.Summary(node.Error, "%v; ~/start begins another", failed)
		return
	}
	if rec == nil {
		st.Summary(node.OK, "not recording")
		return
	}
	stats := rec.recorder.Stats()
	st.Summary(node.OK, "recording to %s", rec.dir)
	if stats.Dropped > 0 {
		st.Summary(node.Warn, "%d messages were dropped: the disk is too slow", stats.Dropped)
	}
	st.Add("dir", rec.dir)
	st.Add("messages", stats.Messages)
	st.Add("dropped", stats.Dropped)
	st.Add("waiting_bytes", stats.Waiting)
	for _, t := range stats.Topics {
		st.Add(t.Name, t.Messages)
	}
}
