package bag

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/foxglove/mcap/go/mcap"
	"github.com/google/go-cmp/cmp"

	"hyt/msgs"
)

func TestReadsBackWhatWasWritten(t *testing.T) {
	for name, o := range map[string]Options{
		"one chunk":   {FlushEvery: -1},
		"many chunks": {FlushEvery: -1, ChunkSize: 500},
		"zstd":        {FlushEvery: -1, ChunkSize: 2000, Compression: Zstd},
	} {
		t.Run(name, func(t *testing.T) {
			r := open(t, record(t, 50, o))
			messages := all(t, r)
			if len(messages) != 100 {
				t.Fatalf("%d messages of 100", len(messages))
			}
			expectRecorded(t, messages)
			if got := messages[0].Published; !got.Equal(at(0).Add(-time.Millisecond)) {
				t.Errorf("published at %v", got)
			}
			if p := r.Problems(); len(p) > 0 {
				t.Errorf("a bag that was closed has problems: %q", p)
			}
		})
	}
}

// What ros2 bag (Humble) writes for such a recording, byte for byte.
const goldenMetadata = `rosbag2_bagfile_information:
  version: 5
  storage_identifier: mcap
  duration:
    nanoseconds: 200000000
  starting_time:
    nanoseconds_since_epoch: 1700000000000000000
  message_count: 6
  topics_with_message_count:
    - topic_metadata:
        name: /image
        type: sensor_msgs/msg/Image
        serialization_format: cdr
        offered_qos_profiles: ""
      message_count: 3
    - topic_metadata:
        name: /instruction
        type: std_msgs/msg/String
        serialization_format: cdr
        offered_qos_profiles: "- history: 1\n  depth: 1"
      message_count: 3
  compression_format: ""
  compression_mode: ""
  relative_file_paths:
    - demo_0.mcap
  files:
    - path: demo_0.mcap
      starting_time:
        nanoseconds_since_epoch: 1700000000000000000
      duration:
        nanoseconds: 200000000
      message_count: 6
`

func TestMetadataIsThatOfRosbag2Humble(t *testing.T) {
	dir := record(t, 3, noTimer)
	if diff := cmp.Diff(goldenMetadata, string(readFile(t, filepath.Join(dir, metadataName)))); diff != "" {
		t.Error(diff)
	}
}

// The mcap library's own reader must find all by the index, and the records must
// say what rosbag2 and Foxglove expect.
func TestFileIsAnIndexedROS2MCAP(t *testing.T) {
	dir := record(t, 20, Options{FlushEvery: -1, ChunkSize: 500})
	r, err := mcap.NewReader(bytes.NewReader(readFile(t, dataFile(t, dir))))
	check(t, err)
	info, err := r.Info()
	check(t, err)
	if info.Header.Profile != "ros2" {
		t.Errorf("profile %q", info.Header.Profile)
	}
	text, err := msgs.Definition("std_msgs/msg/String")
	check(t, err)
	want := &mcap.Schema{ID: 2, Name: "std_msgs/msg/String", Encoding: "ros2msg", Data: []byte(text)}
	if diff := cmp.Diff(want, info.Schemas[2]); diff != "" {
		t.Error(diff)
	}
	channel := &mcap.Channel{
		ID: 1, SchemaID: 2, Topic: "/instruction", MessageEncoding: "cdr",
		Metadata: map[string]string{"offered_qos_profiles": "- history: 1\n  depth: 1"},
	}
	if diff := cmp.Diff(channel, info.Channels[1]); diff != "" {
		t.Error(diff)
	}
	if info.Statistics.MessageCount != 40 || len(info.ChunkIndexes) < 5 {
		t.Errorf("%d messages in %d chunks", info.Statistics.MessageCount, len(info.ChunkIndexes))
	}
	it, err := r.Messages(mcap.UsingIndex(true), mcap.InOrder(mcap.LogTimeOrder))
	check(t, err)
	for i := 0; ; i++ {
		_, _, m, err := it.NextInto(nil)
		if err == io.EOF {
			if i != 40 {
				t.Errorf("the index leads to %d messages of 40", i)
			}
			break
		}
		check(t, err)
		if m.LogTime != uint64(at(i/2).UnixNano()) {
			t.Fatalf("message %d at %d", i, m.LogTime)
		}
	}
}

func TestTypeWithoutDefinitionIsRecordedAllTheSame(t *testing.T) {
	w, dir := create(t, noTimer)
	check(t, w.Topic("/odd", "somebodys_msgs/msg/Odd", ""))
	check(t, w.Write("/odd", payload("/odd", 0), at(0), at(0)))
	check(t, w.Close())
	if m := all(t, open(t, dir)); len(m) != 1 || m[0].Type != "somebodys_msgs/msg/Odd" {
		t.Errorf("read back %v", m)
	}
}

func TestFlushesByTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, dir := create(t, Options{})
		check(t, w.Topic("/image", "sensor_msgs/msg/Image", ""))
		for i := range 3 {
			check(t, w.Write("/image", payload("/image", i), at(i), at(i)))
			time.Sleep(defaultFlushEvery + time.Millisecond)
			synctest.Wait()
			r, err := Open(dir)
			check(t, err)
			if got := len(all(t, r)); got != i+1 {
				t.Errorf("%d messages on disk of %d", got, i+1)
			}
			for _, p := range r.Problems() {
				if strings.Contains(p, metadataName) {
					t.Errorf("metadata.yaml is not up to date: %s", p)
				}
			}
			check(t, r.Close())
		}
		check(t, w.Close())
	})
}

func TestWriterRefuses(t *testing.T) {
	w, dir := create(t, noTimer)
	check(t, w.Topic("/image", "sensor_msgs/msg/Image", ""))
	check(t, w.Topic("/image", "sensor_msgs/msg/Image", ""))
	for name, c := range map[string]struct {
		err  error
		want string
	}{
		"a second type":    {w.Topic("/image", "std_msgs/msg/String", ""), "topic /image has type sensor_msgs/msg/Image and cannot also have std_msgs/msg/String"},
		"undeclared topic": {w.Write("/other", nil, at(0), at(0)), "unknown topic /other: declare it before writing"},
		"time before 1970": {w.Write("/image", nil, time.Time{}, at(0)), "before 1970"},
		"a used folder":    {second(Create(dir, Options{})), "is not empty: name a new folder"},
	} {
		if c.err == nil || !strings.Contains(c.err.Error(), c.want) {
			t.Errorf("%s: error %v, want %q", name, c.err, c.want)
		}
	}
	check(t, w.Close())
	for name, err := range map[string]error{
		"Write": w.Write("/image", nil, at(0), at(0)), "Topic": w.Topic("/b", "std_msgs/msg/String", ""),
		"Flush": w.Flush(), "Close": w.Close(),
	} {
		if !errors.Is(err, ErrClosed) {
			t.Errorf("%s after Close: %v", name, err)
		}
	}
}

func second[T any](_ T, err error) error { return err }

// A write that fails ends the recording with an error that stays.
func TestFullDiskIsAnErrorThatStays(t *testing.T) {
	w, _ := create(t, noTimer)
	check(t, w.Topic("/image", "sensor_msgs/msg/Image", ""))
	check(t, w.Write("/image", payload("/image", 0), at(0), at(0)))
	full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	check(t, err)
	w.file.Close()
	w.file = full
	w.buffer.Reset(full)
	first := w.Flush()
	if first == nil || !strings.Contains(first.Error(), "no space left") {
		t.Fatalf("flush to a full disk: %v", first)
	}
	if err := w.Write("/image", nil, at(1), at(1)); !errors.Is(err, first) {
		t.Errorf("write after a failed one: %v", err)
	}
	if err := w.Close(); !errors.Is(err, first) {
		t.Errorf("close after a failed write: %v", err)
	}
}

func BenchmarkWrite(b *testing.B) {
	const image = 64*64*3 + 64
	for name, o := range map[string]Options{"none": {}, "zstd": {Compression: Zstd}} {
		b.Run(name, func(b *testing.B) {
			w, _ := create(b, o)
			check(b, w.Topic("/image", "sensor_msgs/msg/Image", ""))
			data := bytes.Repeat([]byte("table "), image/6)
			b.SetBytes(int64(len(data)))
			for i := 0; b.Loop(); i++ {
				check(b, w.Write("/image", data, at(i), at(i)))
			}
			check(b, w.Close())
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "images/s")
		})
	}
}
