package hybrid

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"hyt/policy/thought"
)

// Thoughts says what becomes of a recorded thought before it is learned.
type Thoughts struct {
	Fields      []string `yaml:"fields,flow"` // only these fields; empty: all
	Weight      float64  `yaml:"weight"`      // of the thought's tokens beside the actions, in think mode
	Whole       float64  `yaml:"whole"`       // share of follow's thoughts that stay whole: people type half thoughts
	Keep        float64  `yaml:"keep"`        // probability that a field of the others stays
	Instruction float64  `yaml:"instruction"` // share of follow's samples that show the instruction, too; the paper hides it
	Drop        float64  `yaml:"drop"`        // probability that a field is left out in think mode
	Shorten     Span     `yaml:"shorten,flow"`
}

// Span is a stretch of the run, shares 0..1. Over it the thoughts of think mode
// lose their fields from the first on, until nothing is left: stepwise
// internalisation (arXiv 2405.14838). From = Until = 0: never.
type Span struct {
	From  float64 `yaml:"from"`
	Until float64 `yaml:"until"`
}

// DefaultThoughts are the paper's, with half thoughts in follow mode.
func DefaultThoughts() Thoughts {
	return Thoughts{Fields: []string{}, Weight: 1, Whole: 0.25, Keep: 0.5}
}

// Validate says which value is impossible.
func (t Thoughts) Validate() error {
	names := []string{thought.See, thought.Plan, thought.Sub, thought.Target, thought.EE, thought.Move, thought.Grip}
	for _, f := range t.Fields {
		if !slices.Contains(names, f) {
			return fmt.Errorf("thoughts.fields has %q: want some of %v", f, names)
		}
	}
	for _, p := range []struct {
		name  string
		value float64
	}{{"whole", t.Whole}, {"keep", t.Keep}, {"instruction", t.Instruction}, {"drop", t.Drop}, {"shorten.from", t.Shorten.From}, {"shorten.until", t.Shorten.Until}} {
		if !(p.value >= 0 && p.value <= 1) {
			return fmt.Errorf("thoughts.%s is %g, must be 0 to 1", p.name, p.value)
		}
	}
	if !(t.Weight >= 0) || math.IsInf(t.Weight, 0) {
		return fmt.Errorf("thoughts.weight is %g, must not be negative", t.Weight)
	}
	if t.Shorten.Until < t.Shorten.From {
		return fmt.Errorf("thoughts.shorten ends at %g, before its start at %g", t.Shorten.Until, t.Shorten.From)
	}
	return nil
}

// choose keeps the fields that are wanted at all.
func (t Thoughts) choose(x thought.Thought) thought.Thought {
	if len(t.Fields) == 0 {
		return x
	}
	return x.Keep(func(field string) bool { return slices.Contains(t.Fields, field) })
}

// said is what think mode learns to write.
func (t Thoughts) said(x thought.Thought, v view) thought.Thought {
	x = t.choose(x)
	if s := t.Shorten; s.Until > 0 && v.progress > s.From {
		fields := x.Fields()
		gone := float64(len(fields))
		if s.Until > s.From {
			gone *= min(1, (v.progress-s.From)/(s.Until-s.From))
		}
		left := fields[min(len(fields), int(gone+fraction(v.chance))):]
		x = x.Keep(func(field string) bool { return slices.Contains(left, field) })
	}
	if t.Drop > 0 && v.chance != nil {
		x = x.Keep(func(string) bool { return v.chance.Float64() >= t.Drop })
	}
	return x
}

// fraction is 0..1, which rounds a number of fields up or down by chance.
func fraction(r *rand.Rand) float64 {
	if r == nil {
		return 0
	}
	return r.Float64()
}

// given is what follow mode is told: some thoughts stay whole, of the others each
// field stays or goes by chance, but one that names the task or the target stays.
func (t Thoughts) given(x thought.Thought, r *rand.Rand) thought.Thought {
	x = t.choose(x)
	if r == nil || r.Float64() < t.Whole {
		return x
	}
	var naming []string
	for _, f := range x.Fields() {
		if f == thought.Plan || f == thought.Sub || f == thought.Target {
			naming = append(naming, f)
		}
	}
	must := ""
	if len(naming) > 0 {
		must = naming[r.IntN(len(naming))]
	}
	return x.Keep(func(field string) bool { return r.Float64() < t.Keep || field == must })
}
