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

// Validate says what is wrong with the weights.
func (w Weights) Validate() error {
	if w.Act < 0 || w.Think < 0 || w.Follow < 0 || w.Act+w.Think+w.Follow <= 0 {
		return fmt.Errorf("mode weights act %g, think %g, follow %g: none may be negative and one must be positive", w.Act, w.Think, w.Follow)
	}
	return nil
}

// Regime names what the weights train: "hyt", "vla" (act only), "ecot" (think
// only) or "mixed" for the rest.
func (w Weights) Regime() string {
	switch {
	case w.Act > 0 && w.Think > 0 && w.Follow > 0:
		return "hyt"
	case w.Act > 0 && w.Think == 0 && w.Follow == 0:
		return "vla"
	case w.Act == 0 && w.Think > 0 && w.Follow == 0:
		return "ecot"
	default:
		return "mixed"
	}
}

// draw picks a mode. A sample without a thought can only act.
func (w Weights) draw(r *rand.Rand, thought bool) policy.Mode {
	u := r.Float64() * (w.Act + w.Think + w.Follow) // drawn in any case: what follows must not shift
	switch {
	case !thought || u < w.Act:
		return policy.Act
	case u < w.Act+w.Think:
		return policy.Think
	default:
		return policy.Follow
	}
}

// Trained lists the modes with a positive weight, as spec.yaml names them.
func (w Weights) Trained() []string {
	var modes []string
	for _, m := range []struct {
		mode   policy.Mode
		weight float64
	}{{policy.Act, w.Act}, {policy.Think, w.Think}, {policy.Follow, w.Follow}} {
		if m.weight > 0 {
			modes = append(modes, string(m.mode))
		}
	}
	return modes
}
