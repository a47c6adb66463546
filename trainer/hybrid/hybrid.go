package hybrid

import (
	"fmt"
	"math/rand/v2"
	"slices"

	"hyt/policy"
	"hyt/policy/prompt"
	"hyt/policy/thought"
	"hyt/policy/tokenizer"
	"hyt/trainer/data"
	"hyt/trainer/model"
)

// Set is a set of samples with random access.
type Set interface {
	Len() int
	At(i int) data.Sample
}

// Maker turns samples into the network's rows.
type Maker struct {
	Set       Set
	Tokenizer *tokenizer.Tokenizer
	Norm      Norm
	Weights   Weights
	Seed      uint64
	Jitter    float64 // colour augmentation: channels are scaled and moved by up to this share; 0: none

	// GripJitter is the largest error that is added to the gripper's opening. A
	// gripper is where it was last told to go, so a policy that may trust the
	// opening copies it instead of looking: it believes what its own first guess
	// made of the hand. An unsure opening has to be checked against the image.
	GripJitter float64

	epoch int   // of order
	order []int // the epoch's permutation of Set
}

// Row is the index-th sample of the run and its mode. Errors name the sample.
func (m *Maker) Row(index int) (model.Row, policy.Mode, error) {
	i := m.pick(index)
	r := rand.New(rand.NewPCG(m.Seed, uint64(index)))
	s := m.Set.At(i)
	mode := m.Weights.draw(r, s.Thought != "")
	row, err := m.InMode(s, mode, r)
	if err != nil {
		return row, mode, fmt.Errorf("sample %d of episode %d: %w", i, s.Episode, err)
	}
	row.Look = recolour(r, m.Jitter)
	if m.GripJitter > 0 {
		row.Proprio = slices.Clone(row.Proprio) // the sample's own is shared
		row.Proprio[gripperDim] += float32((2*r.Float64() - 1) * m.GripJitter)
	}
	return row, mode, nil
}

// pick runs through a new permutation of the set each epoch.
func (m *Maker) pick(index int) int {
	n := m.Set.Len()
	if epoch := index / n; m.order == nil || epoch != m.epoch {
		m.epoch = epoch
		m.order = rand.New(rand.NewPCG(m.Seed^0x9e3779b97f4a7c15, uint64(epoch))).Perm(n)
	}
	return m.order[index%n]
}

// InMode lays a sample out as one mode sees it, with the loss of that mode:
//
//	act:    instruction <act>                    mean over action terms
//	think:  instruction <think> thought <eot>    mean over thought tokens + mean over action terms
//	follow: <follow> thinned thought <eot>       mean over action terms
//
// Without r the thought stays whole.
func (m *Maker) InMode(s data.Sample, mode policy.Mode, r *rand.Rand) (model.Row, error) {
	row := model.Row{Image: s.Image, Proprio: s.Proprio, Predict: 1, ActWeight: 1, Actions: m.Norm.To(s.Actions)}
	switch mode {
	case policy.Act:
		row.Tokens = prompt.Act(m.Tokenizer, s.Instruction)
	case policy.Think:
		row.Tokens = prompt.Think(m.Tokenizer, s.Instruction)
		row.Predict = len(row.Tokens)
		row.TextWeight = 1
		row.Tokens = append(row.Tokens, prompt.Thought(m.Tokenizer, s.Thought)...)
	case policy.Follow:
		t, err := thought.Parse(s.Thought)
		if err != nil {
			return row, err
		}
		if r != nil {
			t = thin(t, r)
		}
		row.Tokens = prompt.Follow(m.Tokenizer, t.String())
	default:
		return row, fmt.Errorf("no mode %q", mode)
	}
	return row, nil
}

// thin drops fields at random, so that the half thoughts that people type are in
// distribution: one in four thoughts stays whole, of the others each field stays
// with probability one half, but one that names the task or the target stays.
func thin(t thought.Thought, r *rand.Rand) thought.Thought {
	if r.Float64() < 0.25 {
		return t
	}
	var naming []string
	for _, f := range t.Fields() {
		if f == thought.Plan || f == thought.Sub || f == thought.Target {
			naming = append(naming, f)
		}
	}
	must := ""
	if len(naming) > 0 {
		must = naming[r.IntN(len(naming))]
	}
	return t.Keep(func(field string) bool { return r.Float64() < 0.5 || field == must })
}

// recolour draws a Look: one change for all channels and a smaller one for each.
func recolour(r *rand.Rand, share float64) model.Look {
	var look model.Look
	if share == 0 {
		return look
	}
	draw := func(s float64) float32 { return float32((2*r.Float64() - 1) * s) }
	gain, bias := draw(share), draw(share)
	for ch := range model.Channels {
		look.Gain[ch] = gain + draw(share/3)
		look.Bias[ch] = bias + draw(share/3)
	}
	return look
}

// TextLength is how many text positions batches of the set need, in any mode.
// Shorter batches train faster.
func (m *Maker) TextLength() int {
	longest := 0
	seen := map[string]bool{} // many samples share their words
	for i := range m.Set.Len() {
		s := m.Set.At(i)
		if key := s.Instruction + "\n" + s.Thought; !seen[key] {
			seen[key] = true
			n := len(prompt.Think(m.Tokenizer, s.Instruction))
			if s.Thought != "" {
				n += len(prompt.Thought(m.Tokenizer, s.Thought))
			}
			longest = max(longest, n)
		}
	}
	return (longest + 3) / 4 * 4
}
