package hybrid

import (
	"fmt"
	"math/rand/v2"
	"slices"

	"hyt/policy"
)

// Mix says how the modes share the samples of a run.
type Mix struct {
	Modes    Weights  // where there is no schedule
	Schedule []Moment // weights that change over the run, in order of At
	// Sum learns every moment in every mode, each loss times its weight, instead of
	// drawing one mode: a weighted sum where the paper samples. The modes' texts
	// share the moment's observation (model.Config.SideBySide), so that a step costs
	// less than two of one mode, and not three.
	Sum bool
}

// Moment is a point of a schedule. Between moments the weights change linearly;
// before the first and after the last they stay.
type Moment struct {
	At      float64 `yaml:"at"` // share of the run, 0..1
	Weights `yaml:",inline"`
}

// Validate says what is wrong with the mix.
func (m Mix) Validate() error {
	if err := m.Modes.Validate(); err != nil {
		return err
	}
	for i, p := range m.Schedule {
		switch err := p.Validate(); {
		case err != nil:
			return fmt.Errorf("schedule[%d]: %w", i, err)
		case !(p.At >= 0 && p.At <= 1):
			return fmt.Errorf("schedule[%d].at is %g, must be 0 to 1, a share of the run", i, p.At)
		case i > 0 && p.At <= m.Schedule[i-1].At:
			return fmt.Errorf("schedule[%d].at is %g, not after the one before, %g", i, p.At, m.Schedule[i-1].At)
		}
	}
	return nil
}

// At is the weights, which sum to one, at a share of the run.
func (m Mix) At(progress float64) Weights {
	if len(m.Schedule) == 0 {
		return m.Modes.normal()
	}
	next := slices.IndexFunc(m.Schedule, func(p Moment) bool { return p.At > progress })
	switch next {
	case -1:
		return m.Schedule[len(m.Schedule)-1].normal()
	case 0:
		return m.Schedule[0].normal()
	}
	from, to := m.Schedule[next-1], m.Schedule[next]
	share := (progress - from.At) / (to.At - from.At)
	a, b := from.normal(), to.normal()
	return Weights{
		Act:    a.Act + share*(b.Act-a.Act),
		Think:  a.Think + share*(b.Think-a.Think),
		Follow: a.Follow + share*(b.Follow-a.Follow),
	}
}

func (w Weights) normal() Weights {
	s := w.sum()
	return Weights{Act: w.Act / s, Think: w.Think / s, Follow: w.Follow / s}
}

// Mean is the weights' mean over the run: what spec.yaml says was learned.
func (m Mix) Mean() Weights {
	const n = 1000
	var sum Weights
	for i := range n {
		w := m.At((float64(i) + 0.5) / n)
		sum.Act, sum.Think, sum.Follow = sum.Act+w.Act/n, sum.Think+w.Think/n, sum.Follow+w.Follow/n
	}
	return sum
}

// texts is how many rows each moment has.
func (m Mix) texts() int {
	if m.Sum {
		return len(m.trained())
	}
	return 1
}

// trained lists the modes that have a weight at some time of the run.
func (m Mix) trained() []policy.Mode {
	all := m.Modes
	if len(m.Schedule) > 0 {
		all = Weights{}
	}
	for _, p := range m.Schedule {
		all = Weights{Act: all.Act + p.Act, Think: all.Think + p.Think, Follow: all.Follow + p.Follow}
	}
	return all.trained()
}

// lesson is the mode of a moment's k-th row, and the weight of its losses. thought
// says whether the moment has one.
func (m Mix) lesson(k int, progress float64, r *rand.Rand, thought bool) (policy.Mode, float32) {
	w := m.At(progress)
	if !m.Sum {
		return w.draw(r, thought), 1
	}
	mode := m.trained()[k]
	weight := float32(w.of(mode))
	if !thought {
		mode = policy.Act
	}
	return mode, weight
}
