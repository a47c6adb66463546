package loop

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"hyt/trainer/model"
)

// Measure is what was seen over the last few steps.
type Measure struct {
	Step          int                `json:"step"`
	Samples       int                `json:"samples"`         // in all
	SamplesPerSec float64            `json:"samples_per_sec"` // lately
	Left          float64            `json:"left_s"`          // seconds until the run's end at this rate
	Rate          float64            `json:"rate"`
	GradNorm      float64            `json:"grad_norm"`
	Loss          map[string]float64 `json:"loss"`               // by kind: "act.action", "think.text", ...
	HeldOut       map[string]float64 `json:"held_out,omitempty"` // of the averaged weights
}

// String is one line of progress.
func (m Measure) String() string {
	var b strings.Builder
	left := time.Duration(m.Left * float64(time.Second)).Round(time.Second)
	fmt.Fprintf(&b, "step %5d  %4.0f samples/s  %s left ", m.Step, m.SamplesPerSec, left)
	for _, k := range slices.Sorted(maps.Keys(m.Loss)) {
		fmt.Fprintf(&b, " %s %.4f", k, m.Loss[k])
	}
	if len(m.HeldOut) > 0 {
		b.WriteString("  | held out")
		for _, k := range slices.Sorted(maps.Keys(m.HeldOut)) {
			fmt.Fprintf(&b, " %s %.4g", k, m.HeldOut[k])
		}
	}
	return b.String()
}

// Tally sums up between two measures. It is part of a checkpoint, so that a run
// that was continued measures what the uninterrupted one would have.
type Tally struct {
	Steps int
	Norm  float64
	Rate  float64
	Sum   map[string]float64
	N     map[string]int
}

// tally is a Tally and when it began.
type tally struct {
	Tally
	since time.Time
	fresh int // steps since then
}

func newTally() *tally {
	t := &tally{}
	t.reset(time.Now())
	return t
}

func (t *tally) reset(now time.Time) {
	*t = tally{since: now, Tally: Tally{Sum: map[string]float64{}, N: map[string]int{}}}
}

// restore continues a tally from a checkpoint.
func (t *tally) restore(from Tally) {
	t.Steps, t.Norm, t.Rate = from.Steps, from.Norm, from.Rate
	maps.Copy(t.Sum, from.Sum)
	maps.Copy(t.N, from.N)
}

// step counts a step with its gradient's norm and its learning rate.
func (t *tally) step(norm, rate float64) {
	t.Steps++
	t.fresh++
	t.Norm += norm
	t.Rate = rate
}

// add takes the losses of one batch of shape c, each row under its kind. samples is
// how many observations there are in a step, by which the weights were divided.
func (t *tally) add(p prepared, r *model.Result, c model.Config, samples int) {
	put := func(name string, v float64) {
		t.Sum[name] += v
		t.N[name]++
	}
	for at, row := range p.rows {
		i, k := at/p.texts, at%p.texts
		e := r.Of(c, i, k, row)
		if row.ActWeight > 0 {
			put(p.kinds[at]+".action", e.Action)
		}
		if row.PointWeight > 0 {
			put(p.kinds[at]+".point", e.Point*float64(samples))
		}
		if row.CellWeight > 0 && k == 0 {
			put("cells", float64(r.CellError[i])*float64(samples))
		}
		if row.TextWeight > 0 {
			put(p.kinds[at]+".text", e.Text)
		}
	}
}

func (t *tally) measure(step int, c Config) Measure {
	m := Measure{Step: step, Samples: step * c.Samples(), Rate: t.Rate, Loss: map[string]float64{},
		GradNorm:      t.Norm / float64(max(1, t.Steps)),
		SamplesPerSec: float64(t.fresh*c.Samples()) / time.Since(t.since).Seconds()}
	m.Left = float64(c.All()-m.Samples) / m.SamplesPerSec
	for name, sum := range t.Sum {
		m.Loss[name] = sum / float64(t.N[name])
	}
	return m
}
