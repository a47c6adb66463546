package model

import (
	"slices"
	"strings"
	"testing"

	"hyt/trainer/engine"
)

func validRow(c Config) Row {
	return Row{
		Images: [][]byte{make([]byte, ImageSide*ImageSide*Channels)}, Proprio: make([]float32, 5),
		Tokens: []int64{3, 4, 5, 6}, Predict: 2, TextWeight: 1,
		Actions: make([]float32, c.Chunk*c.Dims), ActWeight: 0.5,
	}
}

func TestTextTargetsAreTheNextTokensOfTheThoughtOnly(t *testing.T) {
	c := tiny()
	b, err := NewBatch(open(t, engine.Go), c, 1)
	if err != nil {
		t.Fatal(err)
	}
	b.Tokens.I64[5], b.Targets.I64[5], b.TextWeight.F32[5] = 9, 9, 9 // what an earlier batch left
	if err := b.Set(0, c, validRow(c)); err != nil {
		t.Fatal(err)
	}
	if got, want := b.Tokens.I64, []int64{3, 4, 5, 6, 0, 0}; !slices.Equal(got, want) {
		t.Errorf("tokens  %v, want %v", got, want)
	}
	if got, want := b.Targets.I64, []int64{0, 5, 6, 0, 0, 0}; !slices.Equal(got, want) {
		t.Errorf("targets %v, want %v", got, want)
	}
	if got, want := b.TextWeight.F32, []float32{0, 0.5, 0.5, 0, 0, 0}; !slices.Equal(got, want) {
		t.Errorf("weights %v, want %v: the mean over two predicted tokens", got, want)
	}
}

func TestSetRejects(t *testing.T) {
	c := tiny()
	b, err := NewBatch(open(t, engine.Go), c, 1)
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		name   string
		change func(*Row)
		want   string
	}{
		{"a text that does not fit", func(r *Row) { r.Tokens = make([]int64, c.Text+1) }, "does not fit"},
		{"no text", func(r *Row) { r.Tokens = nil }, "does not fit"},
		{"a first token to predict", func(r *Row) { r.Predict = 0 }, "nothing before it"},
		{"a small image", func(r *Row) { r.Images = [][]byte{r.Images[0][:10]} }, "image of 10 bytes"},
		{"missing proprioception", func(r *Row) { r.Proprio = nil }, "0 proprioception numbers"},
		{"a short chunk", func(r *Row) { r.Actions = r.Actions[1:] }, "action numbers"},
	} {
		t.Run(test.name, func(t *testing.T) {
			row := validRow(c)
			test.change(&row)
			err := b.Set(0, c, row)
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("error %v, want one with %q", err, test.want)
			}
		})
	}
}

func TestCellsShareTheirWeightWithEmptyOnes(t *testing.T) {
	c := tiny()
	b, err := NewBatch(open(t, engine.Go), c, 1)
	if err != nil {
		t.Fatal(err)
	}
	row := validRow(c)
	row.CellWeight = 1
	row.Cells = []Cell{{Token: 9, Thing: 4, Offset: [2]float32{0.5, -0.5}}, {Token: 63, Thing: 0}}
	if err := b.Set(0, c, row); err != nil {
		t.Fatal(err)
	}
	if b.Things.I64[9] != 5 || b.Things.I64[63] != 1 || b.Things.I64[0] != 0 {
		t.Errorf("things %v", b.Things.I64)
	}
	sum := float32(0)
	for _, v := range b.ThingWeight.F32 {
		sum += v
	}
	if b.ThingWeight.F32[9] != 0.25 || sum < 0.999 || sum > 1.001 {
		t.Errorf("weight %v of a full cell, %v in all; want 0.25 and 1", b.ThingWeight.F32[9], sum)
	}
}

func TestUnfoldCentresWindowsOnEverySecondPixel(t *testing.T) {
	image := make([]byte, ImageSide*ImageSide*Channels)
	for i := range image {
		image[i] = 255
	}
	at := (10*ImageSide + 20) * Channels // row 10, column 20
	image[at] = 0
	dst := make([]float32, stemTokens*patchLen)
	Unfold(dst, image, Look{})
	centre := dst[(5*stemSide+10)*patchLen:][:patchLen] // the window of row 5, column 10
	if got := centre[(Border*Window+Border)*Channels]; got != -1 {
		t.Errorf("the window's centre is %v, want the black pixel, -1", got)
	}
	if corner := dst[0]; corner != 0 {
		t.Errorf("outside the image there is %v, want 0", corner)
	}
	dark := make([]float32, len(dst))
	Unfold(dark, image, Look{Gain: [3]float32{-0.5, 0, 0}})
	if got := dark[len(dark)/2/patchLen*patchLen+(Border*Window+Border)*Channels]; got != 0.5 {
		t.Errorf("half the gain makes white %v, want 0.5", got)
	}
}
