package model

import "fmt"

// Row is one training sample as the network sees it: an observation and one text.
// Slices are only read.
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

// Set writes the rows of one observation, one for each of its texts, into place i of
// the batch. Images, proprioception and cells are the first row's. Texts must fit: a
// cut thought would teach half a sentence.
func (b *Batch) Set(i int, c Config, rows ...Row) error {
	spans := c.spans()
	if len(rows) != len(spans) {
		return fmt.Errorf("model: %d rows for an observation of %d texts", len(rows), len(spans))
	}
	if err := b.setSeen(i, c, rows[0]); err != nil {
		return err
	}
	var valid []int
	for k, row := range rows {
		if err := b.setText(i, c, spans[k], row); err != nil {
			return err
		}
		b.setPoints(i, c, spans[k], row)
		if err := b.setActions(i*len(rows)+k, c, row); err != nil {
			return err
		}
		valid = append(valid, len(row.Tokens))
	}
	FillMask(b.Mask.F32[i*c.maskSize():], c, valid...)
	return nil
}

// setSeen writes what texts have in common.
func (b *Batch) setSeen(i int, c Config, row Row) error {
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
	b.setCells(i, row)
	return nil
}

// setActions writes those of the i-th text of the batch.
func (b *Batch) setActions(i int, c Config, row Row) error {
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
func (b *Batch) setPoints(i int, c Config, s span, row Row) {
	first := i*c.Suffix() + s.suffix
	points, weights := b.Points.F32[first*PointDims:][:s.rows*PointDims], b.PointWeight.F32[first:][:s.rows]
	clear(points)
	clear(weights)
	for _, p := range row.Points {
		at := s.row(p)
		copy(points[at*PointDims:], p.At[:])
		weights[at] += row.PointWeight / float32(len(row.Points))
	}
}

// Row is the point's row of the suffix, of an observation's first text.
func (p Point) Row(c Config) int { return c.spans()[0].row(p) }

// row is the point's, from the text's first on.
func (s span) row(p Point) int {
	if p.Token < 0 {
		return s.length - 1 - p.Token
	}
	return p.Token
}

func (b *Batch) setText(i int, c Config, s span, row Row) error {
	if n := len(row.Tokens); n > s.length || n == 0 {
		return fmt.Errorf("model: a text of %d tokens does not fit into %d positions", n, s.length)
	}
	if row.Predict < 1 {
		return fmt.Errorf("model: the first token has nothing before it to be predicted from")
	}
	first := i*c.Text + s.text
	tokens, targets := b.Tokens.I64[first:][:s.length], b.Targets.I64[first:][:s.length]
	weights := b.TextWeight.F32[first:][:s.length]
	clear(tokens)
	clear(targets)
	clear(weights)
	copy(tokens, row.Tokens)
	predicted := len(row.Tokens) - row.Predict
	for at := row.Predict; at < len(row.Tokens); at++ {
		targets[at-1] = row.Tokens[at]
		weights[at-1] = row.TextWeight / float32(predicted)
	}
	return nil
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
