package data

import (
	"os"
	"runtime"
	"testing"

	"hyt/msgs/sensor_msgs"
	"hyt/trainer/contract"
	"hyt/trainer/data/datatest"
)

// rawCamera sends 640x480 rgb8.
func rawCamera(b testing.TB, n int) string {
	pixels := make([]byte, 640*480*3)
	return datatest.Camera(b, n, func(p *datatest.Tape, s float64, i int) {
		for j := 0; j < len(pixels); j += 97 {
			pixels[j] = byte(i + j)
		}
		p.Write("/image", &sensor_msgs.Image{Header: datatest.Header(s, "camera"), Width: 640, Height: 480, Encoding: "rgb8", Step: 640 * 3, Data: pixels})
	})
}

func size(b testing.TB, dir string) (n int64) {
	entries, err := os.ReadDir(dir)
	check(b, err)
	for _, e := range entries {
		info, err := e.Info()
		check(b, err)
		n += info.Size()
	}
	return n
}

// ingest measures Open of a bag, from its file to the samples' file.
func ingest(b *testing.B, dir string, images int) {
	b.SetBytes(size(b, dir))
	began := datatest.ProcessorTime(b).Seconds()
	for b.Loop() {
		set, _, err := openAll([]string{dir}, contract.Default())
		check(b, err)
		if set.Len() != images {
			b.Fatalf("%d samples of %d images", set.Len(), images)
		}
		check(b, set.Close())
	}
	used := datatest.ProcessorTime(b).Seconds() - began
	b.ReportMetric(float64(b.N*images)/b.Elapsed().Seconds(), "frames/s")
	b.ReportMetric(float64(b.N*images)/used, "frames/core-s")
	b.ReportMetric(float64(int64(b.N)*size(b, dir))/used/1e6, "MB/core-s")
}

// BenchmarkIngestRaw reads raw images on one core. The bar is 300 MB/s.
func BenchmarkIngestRaw(b *testing.B) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	const images = 900
	ingest(b, rawCamera(b, images), images)
}

// BenchmarkIngestJPEG reads JPEG of 320x240 on two cores. The bar is 1,000 frames/s.
func BenchmarkIngestJPEG(b *testing.B) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(2))
	const images = 1800
	ingest(b, datatest.JPEGCamera(b, images), images)
}

// BenchmarkAt reads samples in random order, as training does.
func BenchmarkAt(b *testing.B) {
	set, _, err := openAll([]string{rawCamera(b, 300)}, contract.Default())
	check(b, err)
	sum := 0
	for i := 0; b.Loop(); i++ {
		s := set.At(i * 7919 % set.Len())
		for k := 0; k < len(s.Image); k += 4096 {
			sum += int(s.Image[k])
		}
	}
	check(b, set.Close())
}

// What Open holds does not grow with the bag.
func TestMemoryStaysSmallWhateverTheBag(t *testing.T) {
	const images, most = 70, 48 << 20 // 64 MB of images; most is the collector's slack over a few chunks
	dir := rawCamera(t, images)
	var m runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&m)
	before, peak := m.HeapAlloc, uint64(0)
	set, _, err := Open(t.Context(), []string{dir}, Options{Contract: contract.Default(), Progress: func(Progress) {
		runtime.ReadMemStats(&m)
		peak = max(peak, m.HeapAlloc-min(before, m.HeapAlloc))
	}})
	check(t, err)
	defer set.Close()
	t.Logf("%d MB of images, at most %.1f MB of heap", images*640*480*3/1_000_000, float64(peak)/1e6)
	if set.Len() != images || peak > most {
		t.Errorf("%d samples, heap of up to %d bytes", set.Len(), peak)
	}
}
