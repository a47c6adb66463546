package gate

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"time"

	"hyt/policy"
	"hyt/policy/prompt"
	"hyt/thinker"
	"hyt/trainer/data"
	"hyt/trainer/engine"
	"hyt/trainer/export"
	"hyt/trainer/hybrid"
	"hyt/trainer/model"
)

// Collector lets an exported model act and think on samples, as it would on a
// robot.
type Collector struct {
	Engine  *policy.Engine // of the model directory
	Trainer *engine.Engine
	Weights *model.Weights // of the same model
	Set     hybrid.Set
	// Progress, where it is not nil, hears how many outcomes there are.
	Progress func(done, of int)
}

// batch is how many samples' features are computed together.
const batch = 16

// Collect takes up to n samples, drawn by seed, and returns what became of each.
func (c *Collector) Collect(ctx context.Context, n int, seed uint64) ([]Outcome, error) {
	t, err := thinker.NewFor(policy.NewPolicy(c.Engine), thinker.Options{})
	if err != nil {
		return nil, err
	}
	order := rand.New(rand.NewPCG(seed, 0)).Perm(c.Set.Len())
	order = order[:min(n, len(order))]
	var outcomes []Outcome
	for i, index := range order {
		o, err := c.try(ctx, t, c.Set.At(index))
		if err != nil {
			return nil, fmt.Errorf("gate: sample %d: %w", index, err)
		}
		outcomes = append(outcomes, o)
		if c.Progress != nil {
			c.Progress(i+1, len(order))
		}
	}
	return outcomes, c.features(order, outcomes)
}

// Check asks the gate that the engine runs about up to n of the set's samples and
// returns the largest difference from what was learned.
func (c *Collector) Check(ctx context.Context, learned export.Gate, n int, seed uint64) (float64, error) {
	order := rand.New(rand.NewPCG(seed, 0)).Perm(c.Set.Len())
	order = order[:min(n, len(order))]
	outcomes := make([]Outcome, len(order))
	if err := c.features(order, outcomes); err != nil {
		return 0, err
	}
	worst := 0.0
	for i, index := range order {
		p, err := c.exported(ctx, c.Set.At(index))
		if err != nil {
			return 0, fmt.Errorf("gate: sample %d: %w", index, err)
		}
		worst = max(worst, math.Abs(p-ask(learned, outcomes[i].Features)))
	}
	return worst, nil
}

// exported is what the engine's gate says about a sample.
func (c *Collector) exported(ctx context.Context, s data.Sample) (float64, error) {
	f, err := c.Engine.Prefill(ctx, observation(s))
	if err != nil {
		return 0, err
	}
	defer f.Release()
	d := c.Engine.Decode(f)
	defer d.Close()
	if _, err := d.Read(ctx, prompt.Instruction(c.Engine.Tokenizer(), s.Instruction)...); err != nil {
		return 0, err
	}
	return d.Gate(ctx)
}

func observation(s data.Sample) policy.Observation {
	return policy.Observation{Stamp: time.Unix(0, s.Time), Images: s.Images, Proprio: s.Proprio}
}

// try acts and thinks on one sample.
func (c *Collector) try(ctx context.Context, t *thinker.Thinker, s data.Sample) (Outcome, error) {
	f, err := c.Engine.Prefill(ctx, observation(s))
	if err != nil {
		return Outcome{}, err
	}
	defer f.Release()
	r, err := t.Think(ctx, f, s.Instruction)
	if err != nil {
		return Outcome{}, err
	}
	return Outcome{Episode: s.Episode, Act: c.off(r.Direct, s.Actions), Think: c.off(r.Chunk, s.Actions)}, nil
}

// off is the mean |error| of a chunk, in quantile ranges of the model: -1..1.
func (c *Collector) off(chunk policy.Chunk, want []float32) float64 {
	a := c.Engine.Spec().Action
	sum, i := 0.0, 0
	for _, row := range chunk.Actions {
		for d, v := range row {
			sum += 2 * math.Abs(v-float64(want[i])) / (a.Q99[d] - a.Q01[d])
			i++
		}
	}
	return sum / float64(i)
}

// features computes what the action head reads when image and instruction are
// known, and fills it in.
func (c *Collector) features(order []int, outcomes []Outcome) error {
	w := c.Weights
	config := w.Config
	config.Text = config.Positions
	p, err := model.NewPredictor(c.Trainer, config, batch)
	if err != nil {
		return err
	}
	defer p.Close()
	b, err := model.NewBatch(c.Trainer, config, batch)
	if err != nil {
		return err
	}
	defer b.Free(config)
	for first := 0; first < len(order); first += batch {
		some := order[first:min(first+batch, len(order))]
		for i := range batch { // the last batch is filled up with its first samples
			s := c.Set.At(some[i%len(some)])
			row := model.Row{Images: s.Images, Proprio: s.Proprio, Predict: 1, Tokens: prompt.Instruction(c.Engine.Tokenizer(), s.Instruction)}
			if err := b.Set(i, config, row); err != nil {
				return fmt.Errorf("gate: sample %d: %w", some[i%len(some)], err)
			}
		}
		out, err := p.Predict(w, b)
		if err != nil {
			return err
		}
		for i := range some {
			outcomes[first+i].Features = append([]float32(nil), out.Pooled[i*config.Width:][:config.Width]...)
		}
	}
	return nil
}
