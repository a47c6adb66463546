package bag

import (
	"bytes"
	"encoding/json"
	"errors"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/foxglove/mcap/go/mcap"
	"github.com/google/go-cmp/cmp"
)

func TestInfoSumsUp(t *testing.T) {
	dir := record(t, 11, noTimer)
	info := open(t, dir).Info()
	want := Info{
		Storage: "mcap", Compression: "none", Files: 1, Bytes: int64(len(readFile(t, dataFile(t, dir)))), Messages: 22, Start: t0.UTC(), Duration: 1,
		Topics: []TopicInfo{
			{Name: "/image", Type: "sensor_msgs/msg/Image", Count: 11, Hz: 10},
			{Name: "/instruction", Type: "std_msgs/msg/String", Count: 11, Hz: 10, OfferedQoS: "- history: 1\n  depth: 1"},
		},
		Problems: []string{},
	}
	if diff := cmp.Diff(want, info); diff != "" {
		t.Error(diff)
	}
}

// Scripts read null badly: lists are lists, also in an empty bag.
func TestInfoOfAnEmptyBag(t *testing.T) {
	w, dir := create(t, noTimer)
	check(t, w.Close())
	text, err := json.Marshal(open(t, dir).Info())
	check(t, err)
	const want = `{"storage":"mcap","compression":"none","files":1,"bytes":283,"messages":0,"duration_s":0,"topics":[],"problems":[]}`
	if string(text) != want {
		t.Errorf("got  %s\nwant %s", text, want)
	}
}

func TestReadsOnlyTheWantedTopics(t *testing.T) {
	messages := all(t, open(t, record(t, 20, Options{FlushEvery: -1, ChunkSize: 300})), "/instruction")
	if len(messages) != 20 {
		t.Errorf("%d messages of 20", len(messages))
	}
	if slices.ContainsFunc(messages, func(m Message) bool { return m.Topic != "/instruction" }) {
		t.Error("another topic's message came along")
	}
}

// Messages are recorded out of order, so that chunks overlap in time.
func TestMessagesComeInLogTimeOrder(t *testing.T) {
	w, dir := create(t, Options{FlushEvery: -1, ChunkSize: 300})
	check(t, w.Topic("/image", "sensor_msgs/msg/Image", ""))
	random := rand.New(rand.NewPCG(1, 2))
	for _, i := range random.Perm(200) {
		check(t, w.Write("/image", payload("/image", i), at(i), at(i)))
	}
	check(t, w.Close())
	for i, m := range all(t, open(t, dir)) {
		if !bytes.Equal(m.Data, payload("/image", i)) {
			t.Fatalf("message %d is %q", i, m.Data)
		}
	}
}

func TestReadsWithoutMetadata(t *testing.T) {
	dir := record(t, 5, noTimer)
	check(t, os.Remove(filepath.Join(dir, metadataName)))
	r := open(t, dir)
	expectRecorded(t, all(t, r))
	if diff := cmp.Diff([]string{"metadata.yaml is missing: the data files in the folder were read"}, r.Problems()); diff != "" {
		t.Error(diff)
	}
}

func TestReadsASingleFile(t *testing.T) {
	r := open(t, dataFile(t, record(t, 5, noTimer)))
	if n := len(all(t, r)); n != 10 || len(r.Problems()) > 0 {
		t.Errorf("%d messages of 10, problems %q", n, r.Problems())
	}
}

// A file without chunks, as ros2 bag writes it with the preset fastwrite.
func TestReadsMessagesOutsideOfChunks(t *testing.T) {
	var file bytes.Buffer
	w, err := mcap.NewWriter(&file, &mcap.WriterOptions{})
	check(t, err)
	check(t, w.WriteHeader(&mcap.Header{Profile: "ros2"}))
	check(t, w.WriteSchema(&mcap.Schema{ID: 1, Name: "std_msgs/msg/String", Encoding: "ros2msg"}))
	check(t, w.WriteChannel(&mcap.Channel{ID: 0, SchemaID: 1, Topic: "/image", MessageEncoding: "cdr"}))
	check(t, w.WriteChannel(&mcap.Channel{ID: 1, SchemaID: 1, Topic: "/instruction", MessageEncoding: "cdr"}))
	for i := range 20 {
		topic := []string{"/image", "/instruction"}[i%2]
		check(t, w.WriteMessage(&mcap.Message{
			ChannelID: uint16(i % 2), LogTime: uint64(at(i / 2).UnixNano()), Data: payload(topic, i/2),
		}))
	}
	check(t, w.Close())
	name := filepath.Join(t.TempDir(), "fast_0.mcap")
	check(t, os.WriteFile(name, file.Bytes(), 0o644))
	messages := all(t, open(t, name))
	if len(messages) != 20 {
		t.Errorf("%d messages of 20", len(messages))
	}
	expectRecorded(t, messages)
}

// Wherever a file breaks off, all that is complete before is read.
func TestReadsEveryTruncatedFileAsFarAsItGoes(t *testing.T) {
	for name, o := range map[string]Options{
		"none": {FlushEvery: -1, ChunkSize: 400},
		"zstd": {FlushEvery: -1, ChunkSize: 400, Compression: Zstd},
	} {
		t.Run(name, func(t *testing.T) {
			dir := record(t, 12, o)
			path := dataFile(t, dir)
			whole := readFile(t, path)
			before := 0
			for size := len(mcap.Magic); size < len(whole); size += 7 {
				check(t, os.WriteFile(path, whole[:size], 0o644))
				r, err := Open(dir)
				if err != nil {
					t.Fatalf("cut at %d: %v", size, err)
				}
				messages := all(t, r)
				expectRecorded(t, messages)
				if len(messages) < before {
					t.Fatalf("cut at %d: %d messages, but %d before", size, len(messages), before)
				}
				before = len(messages)
				if uint64(before) != r.Info().Messages {
					t.Fatalf("cut at %d: %d messages, Info says %d", size, before, r.Info().Messages)
				}
				if len(r.Problems()) == 0 {
					t.Fatalf("cut at %d: no problem reported", size)
				}
				check(t, r.Close())
			}
			if before != 24 {
				t.Errorf("all chunks are there, but only %d messages of 24", before)
			}
		})
	}
}

func TestSaysWhatIsWrong(t *testing.T) {
	broken := func(change func(dir, file string)) string {
		dir := record(t, 30, Options{FlushEvery: -1, ChunkSize: 800})
		change(dir, dataFile(t, dir))
		return dir
	}
	write := func(name, text string) { check(t, os.WriteFile(name, []byte(text), 0o644)) }
	for name, c := range map[string]struct {
		path string
		want string // in the error or, after "problem: ", in a problem
	}{
		"no folder":       {filepath.Join(t.TempDir(), "none"), "no such file or directory"},
		"an empty folder": {t.TempDir(), "is not a bag: it holds no .mcap and no .db3 files"},
		"wrong magic": {broken(func(_, file string) { write(file, "#ROSBAG V2.0") }),
			`demo_0.mcap is neither MCAP nor sqlite3: it starts with "#ROSBAG "`},
		"an empty file": {broken(func(_, file string) { write(file, "") }), "demo_0.mcap is empty: its recorder was killed"},
		"a database that is no bag": {broken(func(_, file string) { write(file, "SQLite format 3\x00") }),
			"demo_0.mcap: it cannot be opened"},
		"another storage": {broken(func(dir, _ string) {
			write(filepath.Join(dir, metadataName), "rosbag2_bagfile_information: {version: 5, storage_identifier: tape}")
		}), `has storage "tape": hyt reads mcap and sqlite3`},
		"a packed file that is none": {broken(func(_, file string) { write(file, "\x28\xb5\x2f\xfdnothing") }),
			"unpack demo_0.mcap"},
		"metadata of nothing": {broken(func(dir, _ string) { write(filepath.Join(dir, metadataName), "{}") }),
			"problem: metadata.yaml lacks the key rosbag2_bagfile_information"},
		"metadata that is no YAML": {broken(func(dir, _ string) { write(filepath.Join(dir, metadataName), "\t{") }),
			"problem: metadata.yaml is not valid YAML"},
		"a missing file": {broken(func(dir, file string) { check(t, os.Rename(file, filepath.Join(dir, "other.mcap"))) }),
			"problem: the file demo_0.mcap, named by metadata.yaml, is missing"},
		"a file elsewhere": {broken(func(dir, file string) {
			write(filepath.Join(dir, metadataName), "rosbag2_bagfile_information: {version: 5, storage_identifier: mcap, relative_file_paths: [../x.mcap]}")
		}), "problem: metadata.yaml names the file ../x.mcap outside of the bag"},
		"a count that is off": {broken(func(_, file string) { check(t, os.Truncate(file, 2000)) }),
			"problem: metadata.yaml says 60 messages, the data holds"},
		"zeros at the end": {broken(func(_, file string) {
			check(t, os.Truncate(file, 2000))
			check(t, os.Truncate(file, 9000))
		}), "problem: demo_0.mcap: the chunk record at byte"},
	} {
		t.Run(name, func(t *testing.T) {
			r, err := Open(c.path)
			problem, isProblem := strings.CutPrefix(c.want, "problem: ")
			switch {
			case !isProblem && (err == nil || !strings.Contains(err.Error(), c.want)):
				t.Errorf("error %v, want %q", err, c.want)
			case isProblem && err != nil:
				t.Errorf("error %v instead of a problem", err)
			case isProblem && !slices.ContainsFunc(r.Problems(), func(p string) bool { return strings.Contains(p, problem) }):
				t.Errorf("problems %q, want %q", r.Problems(), problem)
			}
			if r != nil {
				r.Close()
			}
		})
	}
}

// One flipped bit costs its chunk, not what follows.
func TestDamagedChunkIsAnErrorBetweenMessages(t *testing.T) {
	dir := record(t, 30, Options{FlushEvery: -1, ChunkSize: 800})
	path := dataFile(t, dir)
	data := readFile(t, path)
	at := bytes.Index(data, payload("/image", 9))
	data[at+10] ^= 1
	check(t, os.WriteFile(path, data, 0o644))
	good, damaged := 0, 0
	for m, err := range open(t, dir).Messages() {
		var damage *DamageError
		switch {
		case errors.As(err, &damage):
			damaged++
		case err != nil:
			t.Fatal(err)
		default:
			good++
			if m.LogTime.IsZero() {
				t.Error("a message without a time")
			}
		}
	}
	if damaged != 1 || good < 40 || good == 60 {
		t.Errorf("%d damaged chunks, %d good messages of 60", damaged, good)
	}
}

func TestIterationMayStopEarlyAndRunTwice(t *testing.T) {
	r := open(t, record(t, 30, Options{FlushEvery: -1, ChunkSize: 400, Compression: Zstd}))
	for range r.Messages() {
		break
	}
	for range r.Messages() {
		for range r.Messages("/image") {
			break
		}
		break
	}
	if n := len(all(t, r)); n != 60 {
		t.Errorf("%d messages of 60", n)
	}
}

// No file makes the reader panic, hang or allocate without reason.
func FuzzOpen(f *testing.F) {
	for _, o := range []Options{{FlushEvery: -1}, {FlushEvery: -1, ChunkSize: 200, Compression: Zstd}} {
		whole := readFile(f, dataFile(f, record(f, 4, o)))
		f.Add(whole)
		f.Add(whole[:len(whole)/2])
	}
	f.Add([]byte{})
	f.Add(append(bytes.Clone(mcap.Magic), 0, 0, 0))
	f.Fuzz(func(t *testing.T, data []byte) {
		name := filepath.Join(t.TempDir(), "fuzz.mcap")
		check(t, os.WriteFile(name, data, 0o644))
		r, err := Open(name)
		if err != nil {
			return
		}
		defer r.Close()
		size := 0
		for m := range r.Messages() {
			if size += len(m.Data); size > 64<<20 {
				break
			}
		}
		if r.Info().Topics == nil || r.Duration() < 0 && r.Info().Messages == 0 {
			t.Errorf("info %+v", r.Info())
		}
	})
}

func BenchmarkRead(b *testing.B) {
	w, dir := create(b, Options{})
	check(b, w.Topic("/image", "sensor_msgs/msg/Image", ""))
	const images, size = 2000, 64 * 64 * 3
	for i := range images {
		check(b, w.Write("/image", bytes.Repeat([]byte("table "), size/6), at(i), at(i)))
	}
	check(b, w.Close())
	b.SetBytes(images * size)
	for b.Loop() {
		if n := len(all(b, open(b, dir))); n != images {
			b.Fatalf("%d messages", n)
		}
	}
}
