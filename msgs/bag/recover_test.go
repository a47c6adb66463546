package bag

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// saveTo recovers path into a new folder and opens that.
func saveTo(t testing.TB, path string, o Options) (Recovered, *Reader) {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "saved")
	s, err := Recover(t.Context(), open(t, path), dir, o, nil)
	check(t, err)
	r := open(t, dir)
	if p := r.Problems(); len(p) > 0 {
		t.Errorf("the recovered bag has problems: %q", p)
	}
	return s, r
}

func TestRecoverKeepsAllOfAGoodBag(t *testing.T) {
	for name, want := range humble {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join("testdata", "humble", name)
			s, saved := saveTo(t, path, Options{Compression: Zstd})
			if s.Saved != uint64(want.messages) || s.Lost != 0 || len(s.Kinds) != 0 || len(s.Damages) != 0 {
				t.Errorf("recovered %+v", s)
			}
			before := open(t, path)
			sameData := cmp.Comparer(func(a, b Message) bool {
				return a.Topic == b.Topic && a.Type == b.Type && bytes.Equal(a.Data, b.Data) && a.LogTime.Equal(b.LogTime) && a.Published.Equal(b.Published)
			})
			if diff := cmp.Diff(all(t, before), all(t, saved), sameData); diff != "" {
				t.Error(diff)
			}
			qos := func(r *Reader) (all []string) {
				for _, t := range r.Topics() {
					all = append(all, t.OfferedQoS)
				}
				return all
			}
			if diff := cmp.Diff(qos(before), qos(saved)); diff != "" {
				t.Errorf("QoS: %s", diff)
			}
		})
	}
}

func TestRecoverCountsWhatIsLostByTopicAndKind(t *testing.T) {
	dir := record(t, 60, Options{FlushEvery: -1, ChunkSize: 800})
	path := dataFile(t, dir)
	data := readFile(t, path)
	for _, i := range []int{9, 40} {
		data[bytes.Index(data, payload("/image", i))+10] ^= 1
	}
	check(t, os.WriteFile(path, data, 0o644))
	s, saved := saveTo(t, dir, Options{})
	if diff := cmp.Diff([]LossKind{{Kind: BadChunk, Places: 2}}, s.Kinds); diff != "" {
		t.Error(diff)
	}
	sum := uint64(0)
	for _, topic := range s.Topics {
		if topic.Saved+topic.Lost != 60 || topic.Lost == 0 {
			t.Errorf("%+v", topic)
		}
		sum += topic.Saved
	}
	if s.Saved+s.Lost != 120 || sum != s.Saved || uint64(len(survivors(t, saved))) != s.Saved {
		t.Errorf("recovered %+v", s)
	}
}

// Where the index is gone, metadata.yaml still knows how much there was.
func TestRecoverOfABagThatBreaksOff(t *testing.T) {
	dir := record(t, 60, Options{FlushEvery: -1, ChunkSize: 800})
	path := dataFile(t, dir)
	check(t, os.Truncate(path, int64(len(readFile(t, path))/2)))
	s, saved := saveTo(t, dir, Options{})
	if s.Saved < 20 || s.Saved+s.Lost != 120 || len(survivors(t, saved)) != int(s.Saved) {
		t.Errorf("recovered %+v", s)
	}
	if !slices.ContainsFunc(s.Kinds, func(k LossKind) bool { return k.Kind == BadEnd }) {
		t.Errorf("kinds %+v", s.Kinds)
	}
}

func TestRecoverRefusesAUsedFolderAndStopsWhenTold(t *testing.T) {
	r := open(t, record(t, 2000, noTimer))
	used := t.TempDir()
	check(t, os.WriteFile(filepath.Join(used, "precious"), nil, 0o644))
	if _, err := Recover(t.Context(), r, used, Options{}, nil); err == nil {
		t.Error("a used folder was taken")
	}
	ctx, cancel := context.WithCancel(t.Context())
	dir := filepath.Join(t.TempDir(), "part")
	s, err := Recover(ctx, r, dir, Options{}, func(uint64) { cancel() })
	if !errors.Is(err, context.Canceled) || s.Saved == 0 || s.Saved == 4000 {
		t.Errorf("error %v, saved %d", err, s.Saved)
	}
	if part := open(t, dir); len(all(t, part)) != int(s.Saved) || len(part.Problems()) > 0 {
		t.Errorf("what was saved is no good bag: %q", part.Problems())
	}
}
