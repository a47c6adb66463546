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
	Rate          float64            `json:"rate"`
	GradNorm      float64            `json:"grad_norm"`
	Loss          map[string]float64 `json:"loss"`               // by kind: "act.action", "think.text", ...
	HeldOut       map[string]float64 `json:"held_out,omitempty"` // of the averaged weights
}

// String is one line of progress.
func (m Measure) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "step %5d  %4.0f samples/s ", m.Step, m.SamplesPerSec)
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

// tally sums up between two measures.
type tally struct {
	since time.Time
	steps int
	norm  float64
	rate  float64
	sum   map[string]float64
	n     map[string]int
}

func newTally() *tally {
	t := &tally{}
	t.reset(time.Now())
	return t
}

func (t *tally) reset(now time.Time) {
	*t = tally{since: now, sum: map[string]float64{}, n: map[string]int{}}
}

// add takes the losses of one step, each sample under its kind.
func (t *tally) add(p prepared, r *model.Result, text int, norm, rate float64) {
	t.steps++
	t.norm += norm
	t.rate = rate
	put := func(name string, v float64) {
		t.sum[name] += v
		t.n[name]++
	}
	for i, row := range p.rows {
		if row.ActWeight > 0 {
			put(p.kinds[i]+".action", float64(r.ActError[i]))
		}
		if row.PointWeight > 0 {
			put(p.kinds[i]+".point", float64(r.PointError[i])*float64(len(p.rows)))
		}
		if row.CellWeight > 0 {
			put("cells", float64(r.CellError[i])*float64(len(p.rows)))
		}
		if row.TextWeight > 0 {
			sum := 0.0
			for at := row.Predict - 1; at < len(row.Tokens)-1; at++ {
				sum += float64(r.TokenLoss[i*text+at])
			}
			put(p.kinds[i]+".text", sum/float64(len(row.Tokens)-row.Predict))
		}
	}
}

func (t *tally) measure(step, batch int) Measure {
	m := Measure{Step: step, Samples: step * batch, Rate: t.rate, Loss: map[string]float64{},
		GradNorm:      t.norm / float64(max(1, t.steps)),
		SamplesPerSec: float64(t.steps*batch) / time.Since(t.since).Seconds()}
	for name, sum := range t.sum {
		m.Loss[name] = sum / float64(t.n[name])
	}
	return m
}
