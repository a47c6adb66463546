package data

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"hash/crc32"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"hyt/msgs/geometry_msgs"
	"hyt/trainer/contract"
	"hyt/trainer/data/datatest"
)

// twoDemos is a bag of two short demonstrations.
func twoDemos(t testing.TB) string {
	p := newTape(t, "demo")
	p.Demo("a", "touch the red cube", 5, true)
	p.Demo("b", "touch the blue ball", 4, true)
	return p.Close()
}

// openCached opens a bag with a cache folder.
func openCached(t testing.TB, dir, cache string, c contract.Contract) (samples []Sample, report Report) {
	t.Helper()
	set, report, err := Open(t.Context(), []string{dir}, Options{Contract: c, Cache: cache})
	check(t, err)
	for i := range set.Len() {
		s := set.At(i)
		s.Image, s.Images = bytes.Clone(s.Image), nil
		samples = append(samples, s)
	}
	check(t, set.Close())
	return samples, report
}

// written is when a folder's cache was made.
func written(t testing.TB, cache string) time.Time {
	t.Helper()
	info, err := os.Stat(filepath.Join(cache, cacheName))
	check(t, err)
	return info.ModTime()
}

// age makes a cache look an hour old, so that making it anew shows.
func age(t testing.TB, cache string) time.Time {
	t.Helper()
	hour := time.Now().Add(-time.Hour)
	check(t, os.Chtimes(filepath.Join(cache, cacheName), hour, hour))
	return written(t, cache)
}

func TestTheCacheGivesTheSameSamplesAndReport(t *testing.T) {
	dir, cache := twoDemos(t), t.TempDir()
	want, wantReport := openCached(t, dir, cache, contract.Default())
	old := age(t, cache)
	got, report := openCached(t, dir, cache, contract.Default())
	if diff := gocmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if diff := gocmp.Diff(wantReport, report); diff != "" {
		t.Error(diff)
	}
	if !written(t, cache).Equal(old) {
		t.Error("it was made anew though nothing changed")
	}
	if entries, _ := os.ReadDir(cache); len(entries) != 1 {
		t.Errorf("files are left: %v", entries)
	}
}

func TestTheCacheIsMadeAnewWhenWhatItWasMadeOfChanges(t *testing.T) {
	for name, change := range map[string]func(t *testing.T, dir, cache string, c *contract.Contract){
		"the bag's content": func(t *testing.T, dir, _ string, _ *contract.Contract) {
			file := filepath.Join(dir, "demo_0.mcap")
			data, err := os.ReadFile(file)
			check(t, err)
			check(t, os.WriteFile(file, append(data, 0), 0o644))
		},
		"the bag's time": func(t *testing.T, dir, _ string, _ *contract.Contract) {
			now := time.Now().Add(time.Minute)
			check(t, os.Chtimes(filepath.Join(dir, "demo_0.mcap"), now, now))
		},
		"the contract":        func(_ *testing.T, _, _ string, c *contract.Contract) { c.Rate = 20 },
		"the camera's size":   func(_ *testing.T, _, _ string, c *contract.Contract) { c.Topics[0].Width = 32 },
		"it is damaged":       func(t *testing.T, _, cache string, _ *contract.Contract) { damage(t, cache, 5000) },
		"its end is damaged":  func(t *testing.T, _, cache string, _ *contract.Contract) { damage(t, cache, -3) },
		"it is cut off":       func(t *testing.T, _, cache string, _ *contract.Contract) { cutOff(t, cache, 4000) },
		"almost nothing left": func(t *testing.T, _, cache string, _ *contract.Contract) { cutOff(t, cache, 3) },
	} {
		t.Run(name, func(t *testing.T) {
			dir, cache, c := twoDemos(t), t.TempDir(), contract.Default()
			openCached(t, dir, cache, c)
			change(t, dir, cache, &c)
			old := age(t, cache)
			got, _ := openCached(t, dir, cache, c)
			if len(got) != 9 {
				t.Errorf("%d samples of 9", len(got))
			}
			if written(t, cache).Equal(old) {
				t.Error("the old one was used")
			}
		})
	}
}

// damage flips a byte of a folder's cache; a negative place counts from its end.
func damage(t *testing.T, cache string, at int) {
	file := filepath.Join(cache, cacheName)
	data, err := os.ReadFile(file)
	check(t, err)
	if at < 0 {
		at += len(data)
	}
	data[at] ^= 0x40
	check(t, os.WriteFile(file, data, 0o644))
}

func cutOff(t *testing.T, cache string, size int64) {
	check(t, os.Truncate(filepath.Join(cache, cacheName), size))
}

// Who has a set open keeps it while the cache is made anew.
func TestASetOutlivesItsCacheFile(t *testing.T) {
	dir, cache := twoDemos(t), t.TempDir()
	set, _, err := Open(t.Context(), []string{dir}, Options{Contract: contract.Default(), Cache: cache})
	check(t, err)
	other := contract.Default()
	other.Chunk = 4
	openCached(t, dir, cache, other)
	if s := set.At(3); s.Image[0] != 3 || len(s.Actions) != 8*Dims || s.Instruction != "touch the red cube" {
		t.Errorf("sample %v %v", s.Actions, s.Instruction)
	}
	check(t, set.Close())
}

// fullDisk is a sink whose disk takes so many bytes.
type fullDisk struct {
	*writer
	left atomic.Int64
}

func (d *fullDisk) put(at int64, data []byte) {
	if d.left.Add(-int64(len(data))) < 0 {
		d.fail(&os.PathError{Op: "write", Path: d.file.Name(), Err: syscall.ENOSPC})
		return
	}
	d.writer.put(at, data)
}

func TestAFullDiskIsAClearErrorAndLeavesNothingHalfWritten(t *testing.T) {
	dir, cache := twoDemos(t), t.TempDir()
	c := contract.Default()
	w, err := newWriter(filepath.Join(cache, cacheName), ShapeOf(&c))
	check(t, err)
	disk := &fullDisk{writer: w}
	disk.left.Store(30000)
	_, err = read(t.Context(), []string{dir}, &Options{Contract: c}, disk)
	if !errors.Is(err, syscall.ENOSPC) || !strings.Contains(err.Error(), "no space left on device: free some, or choose a folder with more room") {
		t.Errorf("error %v", err)
	}
	w.abandon()
	if entries, _ := os.ReadDir(cache); len(entries) != 0 {
		t.Errorf("files are left: %v", entries)
	}
}

func TestOpenStopsWhenToldAndLeavesNothing(t *testing.T) {
	p := newTape(t, "demo")
	for i := range 200 {
		p.Demo(string(rune('a'+i%26)), "go", 4, true)
	}
	dir, cache := p.Close(), t.TempDir()
	ctx, cancel := context.WithCancel(t.Context())
	_, _, err := Open(ctx, []string{dir}, Options{Contract: contract.Default(), Cache: cache, Progress: func(p Progress) {
		if p.BagCount != 1 || p.Messages == 0 || p.Of < p.Messages {
			t.Errorf("progress %+v", p)
		}
		cancel()
	}})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
	if entries, _ := os.ReadDir(cache); len(entries) != 0 {
		t.Errorf("files are left: %v", entries)
	}
}

func TestACacheFolderThatCannotBeMadeIsAClearError(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	check(t, os.WriteFile(file, nil, 0o644))
	_, _, err := Open(t.Context(), []string{twoDemos(t)}, Options{Contract: contract.Default(), Cache: filepath.Join(file, "cache")})
	if err == nil || !strings.Contains(err.Error(), "dataset cache: mkdir") {
		t.Errorf("error %v", err)
	}
}

// One bag that cannot be used does not spoil the others.
func TestABagThatCannotBeUsedIsLeftOutAsAWhole(t *testing.T) {
	bad := newTape(t, "bad")
	bad.Demo("x", "go", 5, true)
	bad.Demo("y", "go", 5, true)
	bad.Write("/action", tool(1))
	good := newTape(t, "good")
	good.Demo("a", "go", 5, true)
	set, report := load(t, contract.Default(), bad.Close(), good.Close())
	if set.Len() != 5 || report.Samples != 5 || report.Episodes != 1 || len(set.Episodes()) != 1 || len(report.Hashes()) != 1 {
		t.Errorf("%d samples, report %+v", set.Len(), report)
	}
	if b := report.Bags[0]; !strings.Contains(b.LeftOut, `topic /action is in frame "tool0"`) || b.Samples != 0 {
		t.Errorf("bag %+v", b)
	}
	if !strings.Contains(report.String(), "bag left out: bag ") {
		t.Error(report.String())
	}
}

// tool is a command in a frame that is not the contract's.
func tool(s float64) *geometry_msgs.TwistStamped {
	return &geometry_msgs.TwistStamped{Header: datatest.Header(s, "tool0")}
}

// A cache of before would hold other samples than the code makes now: who changes how
// they are made raises storeVersion, and then puts the new sum here.
func TestSamplesAreThoseOfTheirVersion(t *testing.T) {
	const version, sum = 2, 1860568563
	set, _ := load(t, contract.Default(), healthy(t, small, nil))
	h := crc32.NewIEEE()
	for i := range set.Len() {
		s := set.At(i)
		h.Write(s.Image)
		fmt.Fprintln(h, s.Proprio, s.Actions, s.Instruction, s.Thought, s.Episode, s.Time)
	}
	if storeVersion != version || h.Sum32() != sum {
		t.Errorf("version %d has sum %d, and did have %d in version %d", storeVersion, h.Sum32(), uint32(sum), version)
	}
}
