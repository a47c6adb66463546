// Package hybrid makes the batches of Hybrid Training (arXiv 2510.00600): each
// sample of a demonstration is learned in one of three modes, drawn when the
// batch is built, so that no thought stands twice in a batch.
//
// Everything is a pure function of (seed, index): the index of a sample in the
// whole run says which moment is taken, in which mode, how its thought is
// thinned out and how its picture is recoloured. A run that continues from a
// checkpoint therefore sees exactly the samples it would have seen.
package hybrid

import (
	"fmt"
	"math/rand/v2"

	"hyt/policy"
)

// Weights are the probabilities of the modes. They need not sum to one.
type Weights struct {
	Act    float64 `yaml:"act"`
	Think  float64 `yaml:"think"`
	Follow float64 `yaml:"follow"`
}

// DefaultWeights are the paper's.
func DefaultWeights() Weights { return Weights{Act: 0.25, Think: 0.5, Follow: 0.25} }

// Regimes that have a name.
const (
	HyT      = "hyt"       // all three modes
	VLA      = "vla"       // act only: a plain vision-language-action model
	ECoT     = "ecot"      // think only: embodied chain of thought, arXiv 2407.08693
	ECoTLite = "ecot-lite" // act and think: thoughts dropped from half of the samples, arXiv 2505.08243
)

// Regime gives the weights of a named regime.
func Regime(name string) (Weights, error) {
	switch name {
	case HyT:
		return DefaultWeights(), nil
	case VLA:
		return Weights{Act: 1}, nil
	case ECoT:
		return Weights{Think: 1}, nil
	case ECoTLite:
		return Weights{Act: 0.5, Think: 0.5}, nil
	}
	return Weights{}, fmt.Errorf("no regime %q: want %s, %s, %s or %s, or \"\" and the weights in modes", name, HyT, VLA, ECoT, ECoTLite)
}

// Regime names what the weights train: one of the regimes, or "mixed".
func (w Weights) Regime() string {
	switch {
	case w.Act > 0 && w.Think > 0 && w.Follow > 0:
		return HyT
	case w.Act > 0 && w.Think == 0 && w.Follow == 0:
		return VLA
	case w.Act == 0 && w.Think > 0 && w.Follow == 0:
		return ECoT
	case w.Act > 0 && w.Think > 0:
		return ECoTLite
	default:
		return "mixed"
	}
}

// Validate says what is wrong with the weights.
func (w Weights) Validate() error {
	if !(w.Act >= 0 && w.Think >= 0 && w.Follow >= 0 && w.sum() > 0) {
		return fmt.Errorf("mode weights act %g, think %g, follow %g: none may be negative and one must be positive", w.Act, w.Think, w.Follow)
	}
	return nil
}

func (w Weights) sum() float64 { return w.Act + w.Think + w.Follow }

// of is the mode's share of the weights.
func (w Weights) of(mode policy.Mode) float64 {
	return map[policy.Mode]float64{policy.Act: w.Act, policy.Think: w.Think, policy.Follow: w.Follow}[mode] / w.sum()
}

// draw picks a mode. A sample without a thought can only act.
func (w Weights) draw(r *rand.Rand, thought bool) policy.Mode {
	u := r.Float64() * w.sum() // drawn in any case: what follows must not shift
	switch {
	case !thought || u < w.Act:
		return policy.Act
	case u < w.Act+w.Think:
		return policy.Think
	default:
		return policy.Follow
	}
}

// trained lists the modes with a positive weight.
func (w Weights) trained() []policy.Mode {
	var modes []policy.Mode
	for _, m := range []policy.Mode{policy.Act, policy.Think, policy.Follow} {
		if w.of(m) > 0 {
			modes = append(modes, m)
		}
	}
	return modes
}

// Trained lists the modes with a positive weight, as spec.yaml names them.
func (w Weights) Trained() []string {
	var names []string
	for _, m := range w.trained() {
		names = append(names, string(m))
	}
	return names
}
