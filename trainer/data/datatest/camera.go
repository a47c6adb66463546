package datatest

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"math/rand/v2"
	"syscall"
	"testing"
	"time"

	"hyt/msgs/hyt_msgs"
	"hyt/msgs/sensor_msgs"
)

// Camera writes a bag of n images that shoot records, 30 a second, with all that a
// sample needs beside them. s is an image's time in its episode.
func Camera(t testing.TB, n int, shoot func(p *Tape, s float64, i int)) string {
	p := New(t, "camera")
	for i := range n {
		k, s := i%900, float64(i%900)/30 // episodes of half a minute
		if k == 0 {
			if i > 0 {
				p.End(30, fmt.Sprint(i/900-1), true)
			}
			p.Instruction("touch the red cube")
			p.Start(0, fmt.Sprint(i/900))
		}
		shoot(p, s, i)
		p.Pose(s, float64(k)/100, 0)
		p.Joints(s, 1)
		p.Thought(s, hyt_msgs.Thought_ORACLE, "sub touch red cube ; move left ;")
		p.Action(s, 0.1, 0)
		p.Gripper(1)
	}
	p.End(30, fmt.Sprint((n-1)/900), true)
	return p.Close()
}

// JPEGCamera is a bag of n JPEG images of 320x240, about 14 kB each, with edges and
// noise as cameras have them.
func JPEGCamera(t testing.TB, n int) string {
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
		must(t, jpeg.Encode(&file, m, &jpeg.Options{Quality: 90}))
		files = append(files, file.Bytes())
	}
	return Camera(t, n, func(p *Tape, s float64, i int) {
		p.Write("/image", &sensor_msgs.CompressedImage{Header: Header(s, "camera"), Format: "rgb8; jpeg compressed bgr8", Data: files[i%len(files)]})
	})
}

// ProcessorTime is what this process has used: on a busy machine it says more than
// the clock.
func ProcessorTime(t testing.TB) time.Duration {
	var u syscall.Rusage
	must(t, syscall.Getrusage(syscall.RUSAGE_SELF, &u))
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
