package model

import "fmt"

// Row is one training sample as the network sees it. Slices are only read.
type Row struct {
	Images  [][]byte  // one of each camera: RGB8, ImageSide x ImageSide
	Look    Look      // augmentation of the images; the zero value is none
	Proprio []float32 // Config.Proprio numbers, units
	Tokens  []int64   // instruction | mode token | thought
	Predict int       // Tokens[Predict:] are to be predicted, each from what is before it; at least 1

	TextWeight  float32   // of the mean over predicted tokens
	Actions     []float32 // Chunk*Dims numbers, -1..1; nil where ActWeight is 0
	ActWeight   float32   // of the mean over |action error|
	Points      []Point   // where rows point; none where PointWeight is 0
	PointWeight float32   // of the mean over the points' |error|
	Cells       []Cell    // what is in the image; nil where CellWeight is 0
	CellWeight  float32   // of the mean over cells
}

// Point says where a text or query row should point.
type Point struct {
	Token int // index of the text token; -1-k is action query k
	At    [PointDims]float32
}

// Cell says that a thing has its centre in a token's cell of the image.
type Cell struct {
	Token  int               // row * Grid + column
	Thing  int               // 0..Things-1
	Offset [CellDims]float32 // column and row in the cell, -1..1
}

// Set writes a row into place i of the batch. The text must fit: a cut thought
// would teach half a sentence.
func (b *Batch) Set(i int, c Config, row Row) error {
	if n := len(row.Tokens); n > c.Text || n == 0 {
		return fmt.Errorf("model: a text of %d tokens does not fit into %d positions", n, c.Text)
	}
	if row.Predict < 1 {
		return fmt.Errorf("model: the first token has nothing before it to be predicted from")
	}
	if len(row.Images) != c.Cameras {
		return fmt.Errorf("model: %d images, want one of each of %d cameras", len(row.Images), c.Cameras)
	}
	if len(row.Proprio) != c.Proprio {
		return fmt.Errorf("model: %d proprioception numbers, want %d", len(row.Proprio), c.Proprio)
	}
	for k, image := range row.Images {
		if len(image) != ImageSide*ImageSide*Channels {
			return fmt.Errorf("model: image of %d bytes, want %dx%dx%d", len(image), ImageSide, ImageSide, Channels)
		}
		Unfold(b.Patches.F32[(i*c.Cameras+k)*stemTokens*patchLen:], image, row.Look)
	}
	if c.Proprio > 0 {
		copy(b.Proprio.F32[i*c.Proprio:], row.Proprio)
	}
	FillMask(b.Mask.F32[i*c.Suffix()*c.Keys():], c, len(row.Tokens))
	b.setText(i, c, row)
	b.setPoints(i, c, row)
	b.setCells(i, row)
	actions := b.Actions.F32[i*c.Chunk*c.Dims:][:c.Chunk*c.Dims]
	clear(actions)
	if b.ActWeight.F32[i] = row.ActWeight; row.ActWeight == 0 {
		return nil
	}
	if len(row.Actions) != len(actions) {
		return fmt.Errorf("model: %d action numbers, want %d", len(row.Actions), len(actions))
	}
	copy(actions, row.Actions)
	if c.Bins > 0 {
		bins := b.ActionBins.I64[i*c.Chunk*c.Dims:]
		for k, a := range row.Actions {
			bins[k] = c.Bin(a)
		}
	}
	return nil
}

// setPoints spreads the weight over the points.
func (b *Batch) setPoints(i int, c Config, row Row) {
	points, weights := b.Points.F32[i*c.Suffix()*PointDims:][:c.Suffix()*PointDims], b.PointWeight.F32[i*c.Suffix():][:c.Suffix()]
	clear(points)
	clear(weights)
	for _, p := range row.Points {
		at := p.Row(c)
		copy(points[at*PointDims:], p.At[:])
		weights[at] += row.PointWeight / float32(len(row.Points))
	}
}

// Row is the point's row of the suffix.
func (p Point) Row(c Config) int {
	if p.Token < 0 {
		return c.Text - 1 - p.Token
	}
	return p.Token
}

func (b *Batch) setText(i int, c Config, row Row) {
	tokens, targets := b.Tokens.I64[i*c.Text:][:c.Text], b.Targets.I64[i*c.Text:][:c.Text]
	weights := b.TextWeight.F32[i*c.Text:][:c.Text]
	clear(tokens)
	clear(targets)
	clear(weights)
	copy(tokens, row.Tokens)
	predicted := len(row.Tokens) - row.Predict
	for at := row.Predict; at < len(row.Tokens); at++ {
		targets[at-1] = row.Tokens[at]
		weights[at-1] = row.TextWeight / float32(predicted)
	}
}

// setCells gives the cells that hold something and the empty ones half of the
// weight each: most are empty.
func (b *Batch) setCells(i int, row Row) {
	things, weights := b.Things.I64[i*CameraTokens:][:CameraTokens], b.ThingWeight.F32[i*CameraTokens:][:CameraTokens]
	offsets := b.Offsets.F32[i*CameraTokens*CellDims:][:CameraTokens*CellDims]
	offsetWeights := b.OffsetWeight.F32[i*CameraTokens:][:CameraTokens]
	clear(things)
	clear(offsets)
	clear(offsetWeights)
	n := float32(len(row.Cells))
	for t := range weights {
		weights[t] = row.CellWeight / 2 / (CameraTokens - n)
	}
	for _, cell := range row.Cells {
		things[cell.Token] = int64(1 + cell.Thing)
		weights[cell.Token] = row.CellWeight / 2 / n
		copy(offsets[cell.Token*CellDims:], cell.Offset[:])
		offsetWeights[cell.Token] = row.CellWeight / n
	}
}
