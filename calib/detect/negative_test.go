package detect

import (
	"errors"
	"image"
	"math"
	"math/rand/v2"
	"testing"

	"hyt/calib/target"
)

// drawn is an image of 320 x 240 pixels.
func drawn(at func(x, y int) float64) *image.Gray {
	img := image.NewGray(image.Rect(0, 0, 320, 240))
	for y := range 240 {
		for x := range 320 {
			img.Pix[y*img.Stride+x] = uint8(min(max(at(x, y), 0), 255))
		}
	}
	return img
}

func TestPicturesWithoutABoardGiveNone(t *testing.T) {
	r := rand.New(rand.NewPCG(13, 14))
	small := target.Board{Kind: target.Chessboard, Rows: 4, Cols: 5, Size: 0.025}
	for name, at := range map[string]func(x, y int) float64{
		"noise":            func(_, _ int) float64 { return 128 + 40*r.NormFloat64() },
		"a tiled floor":    func(x, y int) float64 { return 180 - 120*line(x, 24) - 120*line(y, 24) },
		"stripes":          func(x, _ int) float64 { return 128 + 100*math.Sin(float64(x)/5) },
		"dots":             func(x, y int) float64 { return 200 - 150*dot(x, y) },
		"a brick wall":     func(x, y int) float64 { return 150 - 90*max(line(y, 16), line(x+16*(y/16%2), 32)) },
		"a slope of grey":  func(x, y int) float64 { return float64(x+y) / 3 },
		"waves of a cloth": func(x, y int) float64 { return 128 + 60*math.Sin(float64(x)/9+3*math.Sin(float64(y)/17)) },
		"bars that cross":  func(x, y int) float64 { return 60 + 60*bar(x) + 60*bar(y) },
		"one corner":       func(x, y int) float64 { return 255 * float64((x/160+y/120)%2) },
	} {
		for _, b := range []target.Board{chess, small} {
			f, err := Find(drawn(at), b, name)
			var none *NotFoundError
			if !errors.As(err, &none) {
				t.Errorf("%s: %v, %d corners of a %s", name, err, len(f.View.Points), b)
			}
		}
	}
}

func line(x, pitch int) float64 {
	if x%pitch < 3 {
		return 1
	}
	return 0
}

func dot(x, y int) float64 {
	if math.Hypot(float64(x%20-10), float64(y%20-10)) < 6 {
		return 1
	}
	return 0
}

func bar(x int) float64 { return float64(x / 20 % 2) }

func TestTinyAndOddImagesAreRefused(t *testing.T) {
	for _, size := range [][2]int{{0, 0}, {1, 1}, {3, 200}, {31, 31}, {40000, 40}} {
		img := image.NewGray(image.Rect(0, 0, size[0], size[1]))
		for i := range img.Pix {
			img.Pix[i] = uint8(i * 37)
		}
		if _, err := Find(img, chess, "odd.png"); err == nil {
			t.Errorf("a board in %v pixels", size)
		}
	}
	if _, err := Find(image.NewGray(image.Rect(0, 0, 64, 64)), target.Board{Kind: "circles"}, "x"); err == nil {
		t.Error("a board of circles was sought")
	}
}

// FuzzFind: no picture breaks detection, and what it finds lies in the picture.
func FuzzFind(f *testing.F) {
	f.Add([]byte{0, 255, 7, 99}, uint8(40), uint8(8))
	f.Add([]byte{1}, uint8(33), uint8(1))
	f.Fuzz(func(t *testing.T, data []byte, width, zoom uint8) {
		w, z := int(width)+1, int(zoom)%16+1
		if len(data) == 0 {
			return
		}
		img := image.NewGray(image.Rect(0, 0, w, 96))
		for y := range 96 {
			for x := range w {
				img.Pix[y*img.Stride+x] = data[(x/z+(y/z)*(w/z+1))%len(data)]
			}
		}
		got, err := Find(img, target.Board{Kind: target.Chessboard, Rows: 4, Cols: 5, Size: 0.025}, "fuzz")
		if err != nil {
			return
		}
		if err := got.View.Check(); err != nil {
			t.Error(err)
		}
		for _, p := range got.View.Pixels {
			if p.X < 0 || p.Y < 0 || p.X > float64(w) || p.Y > 96 {
				t.Errorf("a corner at %v of %d x 96 pixels", p, w)
			}
		}
	})
}
