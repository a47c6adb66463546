package bag

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// t0 is when the tests' recordings start.
var t0 = time.Unix(1_700_000_000, 0)

// at is the time of the i-th message: ten a second.
func at(i int) time.Time { return t0.Add(time.Duration(i) * 100 * time.Millisecond) }

// payload is the data of the i-th message on a topic: long enough to fill chunks.
func payload(topic string, i int) []byte {
	return append([]byte{0, 1, 0, 0}, bytes.Repeat([]byte(fmt.Sprintf("%s %d;", topic, i)), 8)...)
}

// noTimer makes what a test writes depend on sizes alone.
var noTimer = Options{FlushEvery: -1}

func create(t testing.TB, o Options) (*Writer, string) {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "demo")
	w, err := Create(dir, o)
	if err != nil {
		t.Fatal(err)
	}
	return w, dir
}

func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// record writes n messages on each of two topics and closes the bag.
func record(t testing.TB, n int, o Options) string {
	t.Helper()
	w, dir := create(t, o)
	check(t, w.Topic("/image", "sensor_msgs/msg/Image", ""))
	check(t, w.Topic("/instruction", "std_msgs/msg/String", "- history: 1\n  depth: 1"))
	for i := range n {
		check(t, w.Write("/image", payload("/image", i), at(i), at(i).Add(-time.Millisecond)))
		check(t, w.Write("/instruction", payload("/instruction", i), at(i), at(i)))
	}
	check(t, w.Close())
	return dir
}

func open(t testing.TB, path string) *Reader {
	t.Helper()
	r, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { r.Close() })
	return r
}

// all reads every message and fails on errors.
func all(t testing.TB, r *Reader, topics ...string) (messages []Message) {
	t.Helper()
	for m, err := range r.Messages(topics...) {
		if err != nil {
			t.Fatal(err)
		}
		messages = append(messages, m)
	}
	return messages
}

// expectRecorded checks that messages are the first of what record writes.
func expectRecorded(t testing.TB, messages []Message) {
	t.Helper()
	for i, m := range messages {
		topic := []string{"/image", "/instruction"}[i%2]
		if m.Topic != topic || !bytes.Equal(m.Data, payload(topic, i/2)) || !m.LogTime.Equal(at(i/2)) {
			t.Fatalf("message %d is %s %q at %v", i, m.Topic, m.Data, m.LogTime)
		}
	}
}

// dataFile is the bag's only .mcap file.
func dataFile(t testing.TB, dir string) string {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(dir, "*.mcap"))
	if err != nil || len(names) != 1 {
		t.Fatalf("data files: %v, %v", names, err)
	}
	return names[0]
}

func readFile(t testing.TB, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(name)
	check(t, err)
	return data
}
