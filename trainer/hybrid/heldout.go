package hybrid

import (
	"fmt"
	"math"
	"math/rand/v2"

	"hyt/policy"
	"hyt/trainer/engine"
	"hyt/trainer/model"
)

// HeldOutTest measures action errors, by mode, on samples of episodes that
// training does not see.
type HeldOutTest struct {
	config    model.Config
	norm      Norm
	predictor *model.Predictor
	batch     *model.Batch
	rows      map[policy.Mode][]model.Row
}

// testBatch is how many samples are looked at together.
const testBatch = 32

// NewHeldOutTest prepares up to n samples of m's set in each of the modes. Think
// and follow are given the recorded thought, whole.
func NewHeldOutTest(e *engine.Engine, c model.Config, m *Maker, n int) (*HeldOutTest, error) {
	t := &HeldOutTest{config: c, norm: m.Norm, rows: map[policy.Mode][]model.Row{}}
	r := rand.New(rand.NewPCG(m.Seed, 0))
	order := r.Perm(m.Set.Len())
	for _, i := range order[:min(n, len(order))] {
		s := m.Set.At(i)
		for _, mode := range []policy.Mode{policy.Act, policy.Think, policy.Follow} {
			if mode != policy.Act && s.Thought == "" {
				continue
			}
			row, err := m.InMode(s, mode)
			if err != nil {
				return nil, fmt.Errorf("held-out sample %d: %w", i, err)
			}
			t.rows[mode] = append(t.rows[mode], row)
		}
	}
	var err error
	if t.predictor, err = model.NewPredictor(e, c, testBatch); err != nil {
		return nil, err
	}
	t.batch, err = model.NewBatch(e, c, testBatch)
	return t, err
}

// Measure returns, for each mode, "<mode>_mm": the mean distance, millimetres,
// between the displacement that a row of the chunk orders and the recorded one.
func (t *HeldOutTest) Measure(w *model.Weights) (map[string]float64, error) {
	scores := map[string]float64{}
	for mode, rows := range t.rows {
		sum, n := 0.0, 0
		for first := 0; first < len(rows); first += testBatch {
			some := rows[first:min(first+testBatch, len(rows))]
			for i := range testBatch { // the last batch is filled up with its first sample
				if err := t.batch.Set(i, t.config, some[i%len(some)]); err != nil {
					return nil, err
				}
			}
			out, err := t.predictor.Predict(w, t.batch)
			if err != nil {
				return nil, err
			}
			for i, row := range some {
				size := len(row.Actions)
				s, k := t.distance(t.norm.From(out.Actions[i*size:][:size]), t.norm.From(row.Actions))
				sum, n = sum+s, n+k
			}
		}
		if n > 0 {
			scores[string(mode)+"_mm"] = 1000 * sum / float64(n)
		}
	}
	return scores, nil
}

// distance sums the distances between rows of two chunks, metres.
func (t *HeldOutTest) distance(a, b []float32) (sum float64, n int) {
	for i := 0; i < len(a); i += t.config.Dims {
		d := 0.0
		for axis := range 3 {
			d += math.Pow(float64(a[i+axis]-b[i+axis]), 2)
		}
		sum, n = sum+math.Sqrt(d), n+1
	}
	return sum, n
}
