package bag

import (
	"bytes"
	"os"
	"path/filepath"
	"runtime"
	"testing"
	"time"
)

// Sizes of a camera that sends raw images: 640×480, rgb8.
const rawImage = 640*480*3 + 64

// recordImages writes n raw images, as sensor_msgs/Image would lie in a bag.
func recordImages(t testing.TB, n int, o Options) (dir string) {
	t.Helper()
	w, dir := create(t, o)
	check(t, w.Topic("/image", "sensor_msgs/msg/Image", ""))
	data := bytes.Repeat([]byte{0, 1, 0, 0, 17, 32, 93, 5}, rawImage/8)
	for i := range n {
		check(t, w.Write("/image", data, at(i), at(i)))
	}
	check(t, w.Close())
	return dir
}

// readPeak reads a bag through and returns the largest heap met, beyond that of
// before, and the bytes that were read.
func readPeak(t testing.TB, path string) (peak, read uint64) {
	t.Helper()
	var s runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&s)
	before := s.HeapAlloc
	r := open(t, path)
	n := 0
	for m, err := range r.Messages() {
		check(t, err)
		read += uint64(len(m.Data))
		if n++; n%16 == 0 {
			runtime.ReadMemStats(&s)
			peak = max(peak, s.HeapAlloc-min(before, s.HeapAlloc))
		}
	}
	return peak, read
}

// What a reader holds does not grow with the bag.
func TestMemoryDoesNotGrowWithTheBag(t *testing.T) {
	const images, most = 100, 64 << 20 // most in bytes, less than the bag: the garbage collector's slack over a few chunks
	for name, o := range map[string]Options{"none": noTimer, "zstd": {FlushEvery: -1, Compression: Zstd}} {
		dir := recordImages(t, images, o)
		for _, file := range []string{"indexed", "without an index"} {
			peak, read := readPeak(t, dir)
			t.Logf("%s, %s: %d MB read, at most %.1f MB of heap", name, file, read/1e6, float64(peak)/1e6)
			if read < images*rawImage || peak > most {
				t.Errorf("%s, %s: %d bytes read with a heap of up to %d", name, file, read, peak)
			}
			path := dataFile(t, dir)
			check(t, os.Truncate(path, int64(len(readFile(t, path)))-8))
		}
	}
}

// BenchmarkReadImages reads a bag of raw images; peak-MB is the heap.
func BenchmarkReadImages(b *testing.B) {
	const images = 500
	sqlite := func() string {
		db, name := database(b, 0)
		data := bytes.Repeat([]byte{0, 1, 0, 0, 17, 32, 93, 5}, rawImage/8)
		for i := range images {
			execute(b, db, "INSERT INTO messages(topic_id, timestamp, data) VALUES (1, ?, ?)", at(i).UnixNano(), data)
		}
		check(b, db.Close())
		return name
	}
	for name, path := range map[string]string{
		"mcap": recordImages(b, images, noTimer), "mcap zstd": recordImages(b, images, Options{FlushEvery: -1, Compression: Zstd}),
		"sqlite3": sqlite(),
	} {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(images * rawImage / 8 * 8)
			for b.Loop() {
				for _, err := range open(b, path).Messages() {
					check(b, err)
				}
			}
			peak, _ := readPeak(b, path)
			b.ReportMetric(float64(peak)/1e6, "peak-MB")
		})
	}
}

// BenchmarkOpen opens an indexed bag of many chunks, as hyt bag info does. A bag
// of 10 GB in rosbag2's chunks of 768 KiB has about 13,000.
func BenchmarkOpen(b *testing.B) {
	w, dir := create(b, Options{FlushEvery: -1, ChunkSize: 1})
	check(b, w.Topic("/image", "sensor_msgs/msg/Image", ""))
	for i := range 13_000 {
		check(b, w.Write("/image", payload("/image", i), at(i), at(i)))
	}
	check(b, w.Close())
	for b.Loop() {
		r, err := Open(filepath.Clean(dir))
		check(b, err)
		if r.Info().Messages != 13_000 || r.Duration() < time.Hour/4 {
			b.Fatalf("info %+v", r.Info())
		}
		check(b, r.Close())
	}
}
