package data

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"math/rand/v2"
	"os"
	"runtime"
	"syscall"
	"testing"
	"time"

	"hyt/msgs/sensor_msgs"
	"hyt/trainer/data/datatest"
)

// camera writes a bag of n images of a camera, 30 a second, with all that a sample
// needs beside them.
func camera(b testing.TB, n int, shoot func(p *datatest.Tape, s float64, i int)) string {
	p := newTape(b, "camera")
	for i := range n {
		k, s := i%900, float64(i%900)/30 // episodes of half a minute
		if k == 0 {
			if i > 0 {
				p.End(30, fmt.Sprint(i/900-1), true)
			}
			p.Instruction("go")
			p.Start(0, fmt.Sprint(i/900))
		}
		shoot(p, s, i)
		p.Pose(s, float64(k)/100, 0)
		p.Joints(s, 1)
		p.Action(s, 0.1, 0)
		p.Gripper(1)
	}
	p.End(30, fmt.Sprint((n-1)/900), true)
	return p.Close()
}

// rawCamera sends 640x480 rgb8.
func rawCamera(b testing.TB, n int) string {
	pixels := make([]byte, 640*480*3)
	return camera(b, n, func(p *datatest.Tape, s float64, i int) {
		for j := 0; j < len(pixels); j += 97 {
			pixels[j] = byte(i + j)
		}
		p.Write("/image", &sensor_msgs.Image{Header: datatest.Header(s, "camera"), Width: 640, Height: 480, Encoding: "rgb8", Step: 640 * 3, Data: pixels})
	})
}

// jpegCamera sends 320x240 JPEG of about 14 kB, with edges and noise as cameras have it.
func jpegCamera(b testing.TB, n int) string {
	var files [][]byte
	r := rand.New(rand.NewPCG(1, 1))
	for range 8 {
		m := image.NewRGBA(image.Rect(0, 0, 320, 240))
		for y := range 240 {
			for x := range 320 {
				edge := byte(x/40*30 + y/30*9)
				m.Set(x, y, color.RGBA{edge + byte(r.IntN(12)), byte(x) + byte(r.IntN(12)), byte(y), 255})
			}
		}
		var file bytes.Buffer
		check(b, jpeg.Encode(&file, m, &jpeg.Options{Quality: 90}))
		files = append(files, file.Bytes())
	}
	return camera(b, n, func(p *datatest.Tape, s float64, i int) {
		p.Write("/image", &sensor_msgs.CompressedImage{Header: datatest.Header(s, "camera"), Format: "rgb8; jpeg compressed bgr8", Data: files[i%len(files)]})
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

// processorTime is what this process has used, seconds: on a busy machine it says
// more than the clock.
func processorTime(b testing.TB) float64 {
	var u syscall.Rusage
	check(b, syscall.Getrusage(syscall.RUSAGE_SELF, &u))
	return time.Duration(u.Utime.Nano() + u.Stime.Nano()).Seconds()
}

// ingest measures Open of a bag, from its file to the samples' file.
func ingest(b *testing.B, dir string, images int) {
	b.SetBytes(size(b, dir))
	began := processorTime(b)
	for b.Loop() {
		set, _, err := Load([]string{dir}, Default())
		check(b, err)
		if set.Len() != images {
			b.Fatalf("%d samples of %d images", set.Len(), images)
		}
		check(b, set.Close())
	}
	used := processorTime(b) - began
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
	ingest(b, jpegCamera(b, images), images)
}

// BenchmarkAt reads samples in random order, as training does.
func BenchmarkAt(b *testing.B) {
	set, _, err := Load([]string{rawCamera(b, 300)}, Default())
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
	set, _, err := Open(t.Context(), []string{dir}, Options{Contract: Default(), Progress: func(Progress) {
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
