package model

import (
	"math"
	"math/rand/v2"
	"testing"

	"hyt/trainer/engine"
)

// sameObservation is three rows of an observation with unlike texts and actions.
func sameObservation(c Config) []Row {
	r := rand.New(rand.NewPCG(3, 4))
	image := make([]byte, ImageSide*ImageSide*Channels)
	for i := range image {
		image[i] = byte(r.IntN(256))
	}
	var rows []Row
	for _, tokens := range [][]int64{{3, 4}, {3, 4, 5, 6, 7, 8}, {9, 8, 7, 6}} {
		row := Row{Images: [][]byte{image}, Proprio: []float32{0.1, 0.2, -0.1, 0, 1}, Tokens: tokens, Predict: len(tokens) / 2,
			TextWeight: 0.5, ActWeight: 0.25, Actions: make([]float32, c.Chunk*c.Dims), PointWeight: 0.75,
			Points: []Point{{Token: 1, At: [PointDims]float32{0.3}}, {Token: -2, At: [PointDims]float32{-0.5}}}}
		for i := range row.Actions {
			row.Actions[i] = r.Float32()*2 - 1
		}
		rows = append(rows, row)
	}
	return rows
}

func stepOf(t *testing.T, e *engine.Engine, w *Weights, c Config, rows ...Row) *Result {
	t.Helper()
	s, err := NewStepper(e, c, 1)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	b, err := NewBatch(e, c, 1)
	if err != nil {
		t.Fatal(err)
	}
	defer b.Free(c)
	if err := b.Set(0, c, rows...); err != nil {
		t.Fatal(err)
	}
	r, err := s.Step(w, b)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// TestTextsSideBySideTeachWhatEachTeachesAlone: loss, errors and gradients are the sums
// over three steps, each with one of the texts and a copy of the observation.
func TestTextsSideBySideTeachWhatEachTeachesAlone(t *testing.T) {
	for _, backbone := range []string{Transformer, LSTM} {
		t.Run(backbone, func(t *testing.T) {
			c := tiny()
			c.Backbone = backbone
			e := open(t, engine.ONNX)
			w, err := NewWeights(e, c, 5)
			if err != nil {
				t.Fatal(err)
			}
			rows := sameObservation(c)
			shape := c.SideBySide(2, 6, 5)
			together := stepOf(t, e, w, shape, rows...)
			sum := &Result{Grad: make([][]float32, len(together.Grad))}
			for k, row := range rows {
				alone := stepOf(t, e, w, c, row)
				sum.Loss += alone.Loss
				for i, g := range alone.Grad {
					sum.Grad[i] = added(sum.Grad[i], g)
				}
				was, is := alone.Of(c, 0, 0, row), together.Of(shape, 0, k, row)
				if math.Abs(was.Action-is.Action)+math.Abs(was.Text-is.Text)+math.Abs(was.Point-is.Point) > 1e-5 {
					t.Errorf("text %d: errors %+v side by side, %+v alone", k, is, was)
				}
			}
			agree(t, c, together, sum)
		})
	}
}

func added(sum, g []float32) []float32 {
	if g == nil {
		return nil
	}
	if sum == nil {
		sum = make([]float32, len(g))
	}
	for i, v := range g {
		sum[i] += v
	}
	return sum
}

func TestSideBySideNeedsARowForEachText(t *testing.T) {
	c := tiny().SideBySide(2, 6, 5)
	b, err := NewBatch(open(t, engine.Go), c, 1)
	if err != nil {
		t.Fatal(err)
	}
	if err := b.Set(0, c, sameObservation(c)[:2]...); err == nil {
		t.Error("two rows fill an observation of three texts")
	}
	if c.SideBySide(c.Positions+1).Validate() == nil {
		t.Error("accepts a text longer than the network's positions")
	}
}
