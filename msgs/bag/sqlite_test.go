package bag

import (
	"bytes"
	"database/sql"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/klauspost/compress/zstd"
)

// humbleTables is the schema of ROS 2 Humble.
var humbleTables = []string{
	"CREATE TABLE schema(schema_version INTEGER PRIMARY KEY,ros_distro TEXT NOT NULL)",
	"CREATE TABLE topics(id INTEGER PRIMARY KEY,name TEXT NOT NULL,type TEXT NOT NULL,serialization_format TEXT NOT NULL,offered_qos_profiles TEXT NOT NULL)",
	"CREATE TABLE messages(id INTEGER PRIMARY KEY,topic_id INTEGER NOT NULL,timestamp INTEGER NOT NULL, data BLOB NOT NULL)",
	"CREATE INDEX timestamp_idx ON messages (timestamp ASC)",
}

func execute(t testing.TB, db *sql.DB, query string, args ...any) {
	t.Helper()
	if _, err := db.Exec(query, args...); err != nil {
		t.Fatalf("%s: %v", query, err)
	}
}

// database makes a file with what record writes: n messages on each of two topics.
func database(t testing.TB, n int, pragmas ...string) (db *sql.DB, name string) {
	t.Helper()
	name = filepath.Join(t.TempDir(), "demo_0.db3")
	db, err := sql.Open("sqlite", name)
	check(t, err)
	t.Cleanup(func() { db.Close() })
	db.SetMaxOpenConns(1)
	for _, query := range append(pragmas, humbleTables...) {
		execute(t, db, query)
	}
	for i, topic := range []string{"/image sensor_msgs/msg/Image", "/instruction std_msgs/msg/String"} {
		topicName, typeName, _ := strings.Cut(topic, " ")
		execute(t, db, "INSERT INTO topics VALUES (?, ?, ?, 'cdr', '- history: 1')", i+1, topicName, typeName)
	}
	tx, err := db.Begin()
	check(t, err)
	for i := range 2 * n {
		topic := []string{"/image", "/instruction"}[i%2]
		_, err := tx.Exec("INSERT INTO messages(topic_id, timestamp, data) VALUES (?, ?, ?)", i%2+1, at(i/2).UnixNano(), payload(topic, i/2))
		check(t, err)
	}
	check(t, tx.Commit())
	return db, name
}

// closed is database's file, complete.
func closed(t testing.TB, n int, pragmas ...string) string {
	db, name := database(t, n, pragmas...)
	check(t, db.Close())
	return name
}

// survivors reads all that can be read and checks that it is what was recorded.
func survivors(t testing.TB, r *Reader) (messages []Message) {
	t.Helper()
	for m, err := range r.Messages() {
		var damage *DamageError
		if err != nil && !errors.As(err, &damage) {
			t.Fatal(err)
		}
		if err != nil {
			continue
		}
		i := int(m.LogTime.Sub(t0) / at(1).Sub(t0))
		if !bytes.Equal(m.Data, payload(m.Topic, i)) {
			t.Fatalf("%s %d is %q", m.Topic, i, m.Data)
		}
		messages = append(messages, m)
	}
	return messages
}

func TestReadsRowsInTheOrderOfTheirTimes(t *testing.T) {
	messages := all(t, open(t, closed(t, 1000)))
	if len(messages) != 2000 {
		t.Errorf("%d messages of 2000", len(messages))
	}
	expectRecorded(t, messages)
	if n := len(all(t, open(t, closed(t, 50)), "/instruction")); n != 50 {
		t.Errorf("%d instructions of 50", n)
	}
}

// A recorder with the preset resilient that is killed leaves its log behind.
func TestReadsTheWriteAheadLogOfAKilledRecorder(t *testing.T) {
	_, name := database(t, 100, "PRAGMA journal_mode = WAL", "PRAGMA wal_autocheckpoint = 0")
	killed := filepath.Join(t.TempDir(), "killed_0.db3")
	for _, part := range []string{"", "-wal"} {
		check(t, os.WriteFile(killed+part, readFile(t, name+part), 0o644))
	}
	r, err := Open(killed)
	check(t, err)
	if n := len(survivors(t, r)); n != 200 {
		t.Errorf("%d messages of 200", n)
	}
	check(t, r.Close())
	left, err := filepath.Glob(killed + "*")
	check(t, err)
	if diff := cmp.Diff([]string{killed, killed + "-wal"}, left); diff != "" {
		t.Errorf("reading changed the folder: %s", diff)
	}
}

func TestReadsMessagesThatWereCompressedOneByOne(t *testing.T) {
	db, name := database(t, 0)
	pack, err := zstd.NewWriter(nil)
	check(t, err)
	for i := range 20 {
		packed := pack.EncodeAll(payload("/image", i), nil)
		if i == 7 {
			packed[len(packed)-3] ^= 1 // its checksum
		}
		execute(t, db, "INSERT INTO messages(topic_id, timestamp, data) VALUES (1, ?, ?)", at(i).UnixNano(), packed)
	}
	check(t, db.Close())
	r := open(t, name)
	if n, info := len(survivors(t, r)), r.Info(); n != 19 || info.Compression != "zstd by message" {
		t.Errorf("%d messages of 19, info %+v", n, info)
	}
}

// Later releases know the texts of types, and say more of topics.
func TestReadsDefinitionsOfLaterReleases(t *testing.T) {
	db, name := database(t, 1)
	execute(t, db, "ALTER TABLE topics ADD COLUMN type_description_hash TEXT NOT NULL DEFAULT ''")
	execute(t, db, "CREATE TABLE message_definitions(id INTEGER PRIMARY KEY, topic_type TEXT NOT NULL, encoding TEXT NOT NULL, encoded_message_definition TEXT NOT NULL, type_description_hash TEXT NOT NULL)")
	execute(t, db, "INSERT INTO message_definitions VALUES (1, 'sensor_msgs/msg/Image', 'ros2msg', 'std_msgs/Header header', '')")
	check(t, db.Close())
	r := open(t, name)
	d, ok := r.Definition("sensor_msgs/msg/Image")
	if !ok || d != (Definition{"ros2msg", "std_msgs/Header header"}) {
		t.Errorf("definition %v, %v", d, ok)
	}
	if _, ok := r.Definition("std_msgs/msg/String"); ok {
		t.Error("a definition that is not there")
	}
	if topic, _ := r.Topic("/image"); topic.OfferedQoS != "- history: 1" {
		t.Errorf("topic %+v", topic)
	}
}

// Wherever a file breaks off, what lies before is read.
func TestReadsEveryTruncatedDatabaseAsFarAsItGoes(t *testing.T) {
	whole := readFile(t, closed(t, 60, "PRAGMA page_size = 1024"))
	name := filepath.Join(t.TempDir(), "cut_0.db3")
	most := 0
	for size := len(whole) - 1; size > 0; size -= 739 {
		check(t, os.WriteFile(name, whole[:size], 0o644))
		r, err := Open(name)
		if err != nil {
			if size > 8*1024 {
				t.Fatalf("cut at %d of %d: %v", size, len(whole), err)
			}
			continue // not even the tables' roots are there
		}
		n := len(survivors(t, r))
		most = max(most, n)
		if n < 120 && len(r.Problems()) == 0 {
			t.Errorf("cut at %d: %d messages and no problem", size, n)
		}
		check(t, r.Close())
	}
	if most < 110 {
		t.Errorf("at most %d messages of 120", most)
	}
}

// A page that is overwritten costs its own messages.
func TestADamagedPageCostsItsOwnMessages(t *testing.T) {
	const page = 1024
	whole := readFile(t, closed(t, 300, "PRAGMA page_size = 1024"))
	name := filepath.Join(t.TempDir(), "damaged_0.db3")
	tried := 0
	for at := 10 * page; at+page <= len(whole); at += 7 * page {
		if !bytes.Contains(whole[at:at+page], []byte("/image ")) {
			continue // of the index
		}
		data := bytes.Clone(whole)
		copy(data[at:], bytes.Repeat([]byte{0xff}, page))
		check(t, os.WriteFile(name, data, 0o644))
		r, err := Open(name)
		check(t, err)
		n := len(survivors(t, r))
		if n < 600-2*page/len(payload("/image", 0)) || len(r.Problems()) == 0 {
			t.Errorf("page at %d: %d messages of 600, problems %q", at, n, r.Problems())
		}
		check(t, r.Close())
		tried++
	}
	if tried < 5 {
		t.Errorf("only %d pages tried", tried)
	}
}

// A view in the place of a table could run anything.
func TestRefusesADatabaseThatIsNoBag(t *testing.T) {
	db, name := database(t, 1)
	execute(t, db, "DROP TABLE messages")
	execute(t, db, "CREATE VIEW messages AS WITH RECURSIVE r(id) AS (SELECT 1 UNION ALL SELECT id FROM r) SELECT id FROM r")
	check(t, db.Close())
	if _, err := Open(name); err == nil || !strings.Contains(err.Error(), "it lacks the tables topics and messages") {
		t.Errorf("error %v", err)
	}
}

// No database makes the reader panic or hang, whatever is in it.
func FuzzOpenSQLite(f *testing.F) {
	whole := readFile(f, closed(f, 20, "PRAGMA page_size = 512"))
	f.Add(uint16(100), []byte{0xff}, uint16(0))
	f.Add(uint16(512), []byte{13, 0, 0, 255, 255}, uint16(1000))
	f.Add(uint16(3000), []byte("garbage"), uint16(7))
	f.Fuzz(func(t *testing.T, at uint16, patch []byte, cut uint16) {
		data := bytes.Clone(whole)
		if int(at) < len(data) {
			copy(data[at:], patch)
		}
		name := filepath.Join(t.TempDir(), "fuzz_0.db3")
		check(t, os.WriteFile(name, data[:max(0, len(data)-int(cut))], 0o644))
		r, err := Open(name)
		if err != nil {
			return
		}
		for m := range r.Messages() {
			if len(m.Data) > 2*len(data) {
				t.Fatalf("a message of %d bytes in a file of %d", len(m.Data), len(data))
			}
		}
		check(t, r.Close())
	})
}
