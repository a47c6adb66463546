package hybrid

import (
	"fmt"
	"math/rand/v2"

	"hyt/policy"
	"hyt/trainer/engine"
	"hyt/trainer/model"
)

// HeldOutTest measures actions and thoughts, by mode, on samples of episodes that
// training does not see.
type HeldOutTest struct {
	maker     *Maker
	config    model.Config
	predictor *model.Predictor
	batch     *model.Batch
	rows      map[policy.Mode][]model.Row
}

// testBatch is how many samples are looked at together.
const testBatch = 32

// NewHeldOutTest prepares up to n samples of m's set in each of the modes. Think
// and follow are given the recorded thought, whole.
func NewHeldOutTest(e *engine.Engine, c model.Config, m *Maker, n int) (*HeldOutTest, error) {
	t := &HeldOutTest{maker: m, config: c, rows: map[policy.Mode][]model.Row{}}
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

// Measure returns for each mode the mean error of its actions, MODE_mm, MODE_rad
// and MODE_NAME_error (see Errors), and what it makes of thoughts: think_words and
// think_places, the shares of tokens that are right, places to within one bin,
// each predicted from the true text before it. With a head of bins,
// act_calibration_error is how far its certainty is from its hit rate.
func (t *HeldOutTest) Measure(w *model.Weights) (map[string]float64, error) {
	scores := map[string]float64{}
	for mode, rows := range t.rows {
		errors := NewErrors(t.maker.Shape.Action)
		var words, places share
		var sure calibration
		for first := 0; first < len(rows); first += testBatch {
			some := rows[first:min(first+testBatch, len(rows))]
			out, err := t.predict(w, some)
			if err != nil {
				return nil, err
			}
			for i, row := range some {
				size := len(row.Actions)
				errors.Add(t.maker.Norm.From(out.Actions[i*size:][:size]), t.maker.Norm.From(row.Actions))
				t.scoreText(row, out.BestTokens(t.config, i), &words, &places)
				if t.config.Bins > 0 {
					sure.add(t.config, out.Bins[i*size*t.config.Bins:], row.Actions)
				}
			}
		}
		for name, v := range errors.Mean() {
			scores[string(mode)+"_"+name] = v
		}
		words.put(scores, string(mode)+"_words")
		places.put(scores, string(mode)+"_places")
		if sure.n > 0 {
			scores[string(mode)+"_calibration_error"] = sure.error()
		}
	}
	return scores, nil
}

// predict runs up to testBatch rows; the batch is filled up with the first ones.
func (t *HeldOutTest) predict(w *model.Weights, rows []model.Row) (*model.Prediction, error) {
	for i := range testBatch {
		if err := t.batch.Set(i, t.config, rows[i%len(rows)]); err != nil {
			return nil, err
		}
	}
	return t.predictor.Predict(w, t.batch)
}

// scoreText counts the predicted tokens that are right.
func (t *HeldOutTest) scoreText(row model.Row, best []int64, words, places *share) {
	if row.TextWeight == 0 {
		return
	}
	for at := row.Predict; at < len(row.Tokens); at++ {
		said, want := best[at-1], row.Tokens[at]
		if t.config.IsPlace(want) {
			places.add(max(said-want, want-said) <= 1)
		} else {
			words.add(said == want)
		}
	}
}

// share is how many of some are right.
type share struct{ right, n int }

func (s *share) add(right bool) {
	s.n++
	if right {
		s.right++
	}
}

func (s *share) put(scores map[string]float64, name string) {
	if s.n > 0 {
		scores[name] = float64(s.right) / float64(s.n)
	}
}
