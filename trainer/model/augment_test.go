package model

import (
	"math/rand/v2"
	"testing"
)

// pixel reads back from unfolded windows what the network sees at (x, y), channel 0.
func pixel(patches []float32, x, y int) float32 {
	wx, wy := x/Stride, y/Stride
	inX, inY := x-wx*Stride+Border, y-wy*Stride+Border
	return patches[(wy*stemSide+wx)*patchLen+(inY*Window+inX)*Channels]
}

func unfolded(image []byte, look Look) []float32 {
	patches := make([]float32, stemTokens*patchLen)
	Unfold(patches, image, look)
	return patches
}

func TestAShiftedPictureMovesRightAndDown(t *testing.T) {
	image := make([]byte, ImageSide*ImageSide*Channels)
	image[(20*ImageSide+10)*Channels] = 255 // a red dot at x 10, y 20
	image[(30*ImageSide+0)*Channels] = 255  // and one at the left edge
	p := unfolded(image, Look{Shift: [2]int{3, -2}})
	if got := pixel(p, 13, 18); got != 1 {
		t.Errorf("the dot is not at 13, 18: %v there", got)
	}
	if got := pixel(p, 10, 20); got != -1 {
		t.Errorf("a dot stayed at 10, 20: %v", got)
	}
	for x := range 4 {
		if got := pixel(p, x, 28); got != 1 {
			t.Errorf("the edge is not repeated at x %d: %v", x, got)
		}
	}
}

func TestACutIsGreyAndNothingElse(t *testing.T) {
	image := make([]byte, ImageSide*ImageSide*Channels)
	p := unfolded(image, Look{Cut: [4]int{8, 16, 12, 20}})
	for y := range ImageSide {
		for x := range ImageSide {
			want := float32(-1)
			if x >= 8 && x < 12 && y >= 16 && y < 20 {
				want = 0
			}
			if got := pixel(p, x, y); got != want {
				t.Fatalf("%v at %d, %d, want %v", got, x, y, want)
			}
		}
	}
}

func TestAugmentationStaysInItsBounds(t *testing.T) {
	a := Augment{Colour: 0.2, Shift: 3, Cut: 0.5}
	if err := a.Validate(); err != nil {
		t.Fatal(err)
	}
	cuts, far := 0, 0
	const n = 500
	for i := range n {
		look := a.Draw(rand.New(rand.NewPCG(1, uint64(i))))
		for _, s := range look.Shift {
			if s < -3 || s > 3 {
				t.Fatalf("shift %v", look.Shift)
			}
			far = max(far, s)
		}
		if look.Cut != [4]int{} {
			cuts++
			if c := look.Cut; c[0] < 0 || c[1] < 0 || c[2] > ImageSide || c[3] > ImageSide || c[0] >= c[2] || c[1] >= c[3] {
				t.Fatalf("cut %v", c)
			}
		}
	}
	if cuts < n*4/10 || cuts > n*6/10 || far != 3 {
		t.Errorf("%d of %d pictures are cut, largest shift %d", cuts, n, far)
	}
	for _, bad := range []Augment{{Colour: 0.6}, {Shift: -1}, {Shift: ImageSide}, {Cut: 1.5}} {
		if bad.Validate() == nil {
			t.Errorf("accepts %+v", bad)
		}
	}
}
