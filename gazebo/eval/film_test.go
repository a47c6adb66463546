package eval

import (
	"bytes"
	"image/gif"
	"slices"
	"testing"
	"time"

	"hyt/gazebo/sim"
)

// stripes is a frame whose left half is red and right half blue.
func stripes(size int) sim.Frame {
	f := sim.Frame{Width: size, Height: size, RGB: make([]byte, 3*size*size)}
	for i := range size * size {
		if i%size < size/2 {
			f.RGB[3*i] = 220
		} else {
			f.RGB[3*i+2] = 220
		}
	}
	return f
}

func TestFilmIsAGIFWithCaptions(t *testing.T) {
	film := NewFilm(128)
	for i := range 3 {
		caption := []string{"touch the red cube", "plan touch red cube; move left"}
		if err := film.Add(stripes(64), time.Duration(i+1)*100*time.Millisecond, caption...); err != nil {
			t.Fatal(err)
		}
	}
	var file bytes.Buffer
	if err := film.WriteGIF(&file); err != nil {
		t.Fatal(err)
	}
	g, err := gif.DecodeAll(&file)
	if err != nil {
		t.Fatal(err)
	}
	if len(g.Image) != 3 || !slices.Equal(g.Delay, []int{10, 20, 30}) {
		t.Fatalf("%d frames, delays %v", len(g.Image), g.Delay)
	}
	img := g.Image[0]
	if r, _, b, _ := img.At(10, 10).RGBA(); r>>8 < 210 || b>>8 > 10 {
		t.Errorf("left half is %v", img.At(10, 10))
	}
	white := 0
	for y := 128; y < img.Rect.Dy(); y++ {
		for x := range img.Rect.Dx() {
			if r, g, b, _ := img.At(x, y).RGBA(); r&g&b == 0xffff {
				white++
			}
		}
	}
	if white < 200 {
		t.Errorf("caption has %d white pixels", white)
	}
}

func TestFilmRefusesEmptyPictures(t *testing.T) {
	film := NewFilm(64)
	if err := film.Add(sim.Frame{Width: 64, Height: 64, RGB: make([]byte, 10)}, time.Second); err == nil {
		t.Error("a truncated frame was taken")
	}
	if err := film.WriteGIF(&bytes.Buffer{}); err == nil {
		t.Error("a film without frames was written")
	}
}

func TestCaptionsBreakBetweenWords(t *testing.T) {
	got := wrap([]string{"put the red cube", "on it"}, 9)
	if want := []string{"put the", "red cube", "on it"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}
