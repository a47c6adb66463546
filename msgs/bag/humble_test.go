package bag

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"hyt/msgs"
	"hyt/msgs/geometry_msgs"
	"hyt/msgs/sensor_msgs"
	"hyt/msgs/std_msgs"
)

// What ros2 bag record of ROS 2 Humble wrote: see testdata/README.md.
var humble = map[string]struct {
	storage, compression string
	files, messages      int
}{
	"mcap":                    {"mcap", "none", 1, 59},
	"mcap_unchunked":          {"mcap", "none", 1, 59},
	"mcap_zstd":               {"mcap", "zstd by chunk", 1, 48},
	"mcap_lz4":                {"mcap", "lz4 by chunk", 1, 59},
	"mcap_zstd_file":          {"mcap", "zstd by file", 1, 48},
	"mcap_split":              {"mcap", "none", 3, 53},
	"sqlite3":                 {"sqlite3", "none", 1, 39},
	"sqlite3_zstd_file":       {"sqlite3", "zstd by file", 1, 48},
	"sqlite3_zstd_message":    {"sqlite3", "zstd by message", 1, 42},
	"sqlite3_split_zstd_file": {"sqlite3", "zstd by file", 3, 55},
}

func TestReadsWhateverHumbleRecords(t *testing.T) {
	for name, want := range humble {
		t.Run(name, func(t *testing.T) {
			r := open(t, filepath.Join("testdata", "humble", name))
			info := r.Info()
			if info.Storage != want.storage || info.Compression != want.compression || info.Files != want.files || len(info.Problems) > 0 {
				t.Errorf("info %+v", info)
			}
			messages := all(t, r)
			if len(messages) != want.messages || info.Messages != uint64(want.messages) {
				t.Errorf("%d messages of %d, info says %d", len(messages), want.messages, info.Messages)
			}
			if !slices.IsSortedFunc(messages, func(a, b Message) int { return a.LogTime.Compare(b.LogTime) }) {
				t.Error("messages are not in the order of their times")
			}
			expectTalker(t, r, messages)
		})
	}
}

// expectTalker checks that messages are the talker's: numbered, none twice.
func expectTalker(t *testing.T, r *Reader, messages []Message) {
	t.Helper()
	next := map[string]int{}
	expect := func(m Message, got, step, modulus int) {
		if n, ok := next[m.Topic]; ok && got != n {
			t.Fatalf("%s: number %d instead of %d", m.Topic, got, n)
		}
		next[m.Topic] = (got + step) % modulus
	}
	for _, m := range messages {
		stamp, stamped := r.HeaderStamp(m)
		if late := m.LogTime.Sub(stamp); stamped && (late < 0 || late > time.Second) {
			t.Errorf("%s was received %v after its stamp", m.Topic, late)
		}
		switch m.Topic {
		case "/image":
			var v sensor_msgs.Image
			check(t, msgs.Unmarshal(m.Data, &v))
			expect(m, int(v.Data[0]), 1, 256)
			if len(v.Data) != 48 || v.Data[47] != v.Data[0]+47 || !stamped || !stamp.Equal(v.Header.Stamp.AsTime()) {
				t.Fatalf("picture %v, stamp %v", v, stamp)
			}
		case "/ee_pose":
			var v geometry_msgs.PoseStamped
			check(t, msgs.Unmarshal(m.Data, &v))
			expect(m, int(v.Pose.Position.X), 1, 1e9)
		case "/instruction":
			var v std_msgs.String
			var i int
			check(t, msgs.Unmarshal(m.Data, &v))
			_, err := fmt.Sscanf(v.Data, "touch the red cube %d", &i)
			check(t, err)
			expect(m, i, 5, 1e9)
			if stamped {
				t.Error("a string has no stamp")
			}
		}
	}
	if len(next) != 3 {
		t.Errorf("%d topics", len(next))
	}
}

// What ros2 bag unpacks to play it stays there, beside the packed file.
func TestAFileThatIsThereTwiceCountsOnce(t *testing.T) {
	dir := t.TempDir()
	check(t, os.CopyFS(dir, os.DirFS("testdata/humble/sqlite3_zstd_file")))
	packed, err := os.Open(filepath.Join(dir, "sqlite3_zstd_file_0.db3.zstd"))
	check(t, err)
	unpacked, err := unpackFile(packed)
	check(t, err)
	check(t, packed.Close())
	check(t, os.WriteFile(filepath.Join(dir, "sqlite3_zstd_file_0.db3"), readFile(t, unpacked), 0o644))
	check(t, os.Remove(unpacked))
	for _, metadata := range []string{"with", "without"} {
		if n := len(all(t, open(t, dir))); n != 48 {
			t.Errorf("%s metadata: %d messages of 48", metadata, n)
		}
		_ = os.Remove(filepath.Join(dir, metadataName))
	}
}

func TestUnpackedCopiesGoWithTheReader(t *testing.T) {
	temporary := t.TempDir()
	t.Setenv("TMPDIR", temporary)
	r, err := Open("testdata/humble/sqlite3_split_zstd_file")
	check(t, err)
	if left, _ := os.ReadDir(temporary); len(left) != 3 {
		t.Errorf("%d unpacked files of 3", len(left))
	}
	check(t, r.Close())
	if left, _ := os.ReadDir(temporary); len(left) != 0 {
		t.Errorf("%v stay behind", left)
	}
}

func TestAPackedFileThatBreaksOffIsReadAsFarAsItGoes(t *testing.T) {
	whole := readFile(t, "testdata/humble/mcap_zstd_file/mcap_zstd_file_0.mcap.zstd")
	name := filepath.Join(t.TempDir(), "cut.mcap.zstd")
	for size := 0; size < len(whole); size += 61 {
		check(t, os.WriteFile(name, whole[:size], 0o644))
		r, err := Open(name)
		if err != nil {
			continue // nothing came out of it
		}
		for _, err := range r.Messages() {
			check(t, err)
		}
		if len(r.Problems()) == 0 {
			t.Errorf("cut at %d: no problem", size)
		}
		check(t, r.Close())
	}
}
