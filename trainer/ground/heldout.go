package ground

import (
	"math"

	"hyt/trainer/engine"
	"hyt/trainer/model"
)

// HeldOutTest measures grounding on scenes that training never shows.
type HeldOutTest struct {
	config    model.Config
	predictor *model.Predictor
	batch     *model.Batch
	rows      []model.Row
}

// NewHeldOutTest prepares n held-out samples of m.
func NewHeldOutTest(e *engine.Engine, c model.Config, m *Maker, n int) (*HeldOutTest, error) {
	t := &HeldOutTest{config: c}
	for i := range n {
		row, _, err := m.HeldOutRow(i)
		if err != nil {
			return nil, err
		}
		t.rows = append(t.rows, row)
	}
	var err error
	if t.predictor, err = model.NewPredictor(e, c, testBatch); err != nil {
		return nil, err
	}
	t.batch, err = model.NewBatch(e, c, testBatch)
	return t, err
}

// testBatch is how many samples are looked at together.
const testBatch = 32

// Scores of a held-out measurement.
const (
	PlaceScore = "place" // share of place tokens that are at most one bin off
	WordScore  = "word"  // share of the other tokens that are right
	PointScore = "point" // share of the action queries that point, without a thought, to within 2 cm of the right thing
)

// near is how close a good point is, metres, horizontally.
const near = 0.02

// Measure scores the weights. Tokens are predicted from the true text before
// them.
func (t *HeldOutTest) Measure(w *model.Weights) (map[string]float64, error) {
	var place, word, point mean
	for first := 0; first+testBatch <= len(t.rows); first += testBatch {
		rows := t.rows[first : first+testBatch]
		for i, row := range rows {
			if err := t.batch.Set(i, t.config, row); err != nil {
				return nil, err
			}
		}
		out, err := t.predictor.Predict(w, t.batch)
		if err != nil {
			return nil, err
		}
		for i, row := range rows {
			t.scoreText(row, out.BestTokens(t.config, i), &place, &word)
			t.scorePoints(row, out.Points[i*t.config.Suffix()*model.PointDims:], &point)
		}
	}
	return map[string]float64{PlaceScore: place.value(), WordScore: word.value(), PointScore: point.value()}, nil
}

func (t *HeldOutTest) scoreText(row model.Row, best []int64, place, word *mean) {
	if row.TextWeight == 0 {
		return
	}
	for at := row.Predict; at < len(row.Tokens); at++ {
		said, want := best[at-1], row.Tokens[at]
		if t.config.IsPlace(want) {
			place.add(truth(max(said-want, want-said) <= 1))
		} else {
			word.add(truth(said == want))
		}
	}
}

// scorePoints looks at the action queries, where there is no thought to read the
// place from.
func (t *HeldOutTest) scorePoints(row model.Row, points []float32, point *mean) {
	if row.TextWeight > 0 {
		return
	}
	for _, p := range row.Points {
		if p.Token < 0 {
			got := points[p.Row(t.config)*model.PointDims:]
			point.add(truth(math.Hypot(float64(got[0]-p.At[0]), float64(got[1]-p.At[1]))*PointScale < near))
		}
	}
}

type mean struct {
	sum float64
	n   int
}

func (m *mean) add(v float64) { m.sum += v; m.n++ }

func (m *mean) value() float64 { return m.sum / float64(max(1, m.n)) }

func truth(b bool) float64 {
	if b {
		return 1
	}
	return 0
}
