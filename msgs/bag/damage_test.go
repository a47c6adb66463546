package bag

import (
	"bytes"
	"encoding/binary"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/foxglove/mcap/go/mcap"
)

// records returns where the top-level records of a file start, by opcode.
func records(t testing.TB, data []byte) map[mcap.OpCode][]int64 {
	t.Helper()
	starts := map[mcap.OpCode][]int64{}
	for at := int64(len(mcap.Magic)); at < int64(len(data)-len(mcap.Magic)); {
		l, err := recordAt(bytes.NewReader(data), at, int64(len(data)))
		check(t, err)
		starts[l.op] = append(starts[l.op], at)
		at = l.end()
	}
	return starts
}

// unclosed cuts off a file's index.
func unclosed(t testing.TB, data []byte) []byte {
	return data[:records(t, data)[mcap.OpDataEnd][0]]
}

func openBytes(t testing.TB, data []byte) *Reader {
	t.Helper()
	name := filepath.Join(t.TempDir(), "damaged_0.mcap")
	check(t, os.WriteFile(name, data, 0o644))
	return open(t, name)
}

// Damage between two records must not hide what comes after it.
func TestDamageInAFileWithoutIndexCostsOneChunk(t *testing.T) {
	whole := unclosed(t, readFile(t, dataFile(t, record(t, 60, Options{FlushEvery: -1, ChunkSize: 800}))))
	chunks := records(t, whole)[mcap.OpChunk]
	if len(chunks) < 8 {
		t.Fatalf("%d chunks", len(chunks))
	}
	third := chunks[2]
	for name, damage := range map[string]func(data []byte){
		"a length that is too long": func(data []byte) { data[third+5] = 0x70 },
		"a length of nearly all":    func(data []byte) { data[third+8] = 0x7f },
		"a length that is short":    func(data []byte) { binary.LittleEndian.PutUint64(data[third+1:], 3) },
		"an unknown kind":           func(data []byte) { data[third] = 0x66 },
		"zeros":                     func(data []byte) { clear(data[third : third+200]) },
		"a flipped bit":             func(data []byte) { data[third+300] ^= 4 },
		"an odd compression":        func(data []byte) { binary.LittleEndian.PutUint32(data[third+9+28:], 1<<31) },
	} {
		t.Run(name, func(t *testing.T) {
			data := bytes.Clone(whole)
			damage(data)
			r := openBytes(t, data)
			// A chunk holds less than 20 of these messages.
			if n := len(survivors(t, r)); n < 100 {
				t.Errorf("%d messages of 120; %q", n, r.Problems())
			}
			if len(r.Problems()) < 2 {
				t.Errorf("problems %q", r.Problems())
			}
		})
	}
}

// Messages that lie outside of chunks can be found again, too.
func TestDamageBetweenMessagesOutsideOfChunksCostsThose(t *testing.T) {
	whole := readFile(t, "testdata/humble/mcap_unchunked/mcap_unchunked_0.mcap")
	messages := records(t, whole)[mcap.OpMessage]
	data := bytes.Clone(unclosed(t, whole))
	clear(data[messages[20] : messages[22]+4])
	r := openBytes(t, data)
	if n := len(all(t, r)); n != len(messages)-3 {
		t.Errorf("%d messages of %d", n, len(messages)-3)
	}
	expectProblem(t, r, "are damaged")
}

func expectProblem(t testing.TB, r *Reader, want string) {
	t.Helper()
	if text := strings.Join(r.Problems(), "\n"); !strings.Contains(text, want) {
		t.Errorf("problems %q, want %q", text, want)
	}
}

// Whatever byte is flipped, nothing that was not recorded comes out, and only
// what is near is lost.
func TestEveryFlippedByteCostsLittleAndForgesNothing(t *testing.T) {
	for name, o := range map[string]Options{
		"none": {FlushEvery: -1, ChunkSize: 800},
		"zstd": {FlushEvery: -1, ChunkSize: 800, Compression: Zstd},
	} {
		t.Run(name, func(t *testing.T) {
			const messages = 60
			whole := readFile(t, dataFile(t, record(t, messages/2, o)))
			path := filepath.Join(t.TempDir(), "flipped_0.mcap")
			for at := range whole {
				if at%11 != 0 {
					continue
				}
				data := bytes.Clone(whole)
				data[at] ^= 1 << (at % 8)
				check(t, os.WriteFile(path, data, 0o644))
				r, err := Open(path)
				if err != nil {
					if at >= len(mcap.Magic) {
						t.Fatalf("byte %d: %v", at, err)
					}
					continue
				}
				if n := len(survivors(t, r)); n < messages/2 {
					t.Errorf("byte %d: %d messages of %d; %q", at, n, messages, r.Problems())
				}
				check(t, r.Close())
			}
		})
	}
}

// A header can promise anything: memory follows what is there.
func TestPromisesOfHugeContentAreNotBelieved(t *testing.T) {
	whole := readFile(t, dataFile(t, record(t, 20, Options{FlushEvery: -1, ChunkSize: 800, Compression: Zstd})))
	for _, at := range records(t, whole)[mcap.OpChunk] {
		binary.LittleEndian.PutUint64(whole[at+recordHead+16:], maxPiece-1)
	}
	r := openBytes(t, whole)
	allocated := testing.AllocsPerRun(1, func() {
		for _, err := range r.Messages() {
			if err == nil {
				t.Error("a chunk of another size than it says was read")
			}
		}
	})
	if allocated > 10_000 {
		t.Errorf("%v allocations", allocated)
	}
	var u unpacker
	bomb := append(bytes.Clone(zstdMagic), 0xe0, 0, 0, 0, 0, 0, 1, 0, 0, 0) // one frame that says it is 2^40 bytes
	if _, err := u.message(bomb); err == nil || !strings.Contains(err.Error(), "more than the limit") {
		t.Errorf("error %v", err)
	}
}
