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
	Text(i int) (instruction, thought string) // of At(i)
}

// Maker turns samples into the network's rows.
type Maker struct {
	Set       Set
	Shape     data.Shape // of the set's samples
	Tokenizer *tokenizer.Tokenizer
	Norm      Norm
	Mix       Mix
	Thoughts  Thoughts
	Seed      uint64
	Total     int // moments of the whole run, for what changes over it
	Augment   model.Augment

	// Target is the weight of an auxiliary task without language: each action
	// query also points at the place, in the image, of the thought's target. 0: none.
	Target float64

	// GripJitter is the largest error that is added to the gripper's opening. A
	// gripper is where it was last told to go, so a policy that may trust the
	// opening copies it instead of looking: it believes what its own first guess
	// made of the hand. An unsure opening has to be checked against the image.
	GripJitter float64

	epoch int   // of order
	order []int // the epoch's permutation of Set
}

// Row is the index-th row of the run and its mode. Each moment has one row, or one in
// each mode, whose observations are equal. Errors name the sample.
func (m *Maker) Row(index int) (model.Row, policy.Mode, error) {
	texts := m.Mix.texts()
	moment, k := index/texts, index%texts
	progress := float64(moment) / float64(max(1, m.Total))
	r := rand.New(rand.NewPCG(m.Seed, uint64(moment)))
	i := m.pick(moment)
	s := m.Set.At(i)
	look, jitter := m.Augment.Draw(r), 2*r.Float64()-1 // first, so that they are the same in all modes
	mode, weight := m.Mix.lesson(k, progress, r, s.Thought != "")
	row, err := m.inMode(s, mode, view{progress: progress, shift: look.Shift, chance: r})
	if err != nil {
		return row, mode, fmt.Errorf("sample %d of episode %d: %w", i, s.Episode, err)
	}
	row.ActWeight *= weight
	row.TextWeight *= weight
	row.PointWeight *= weight
	row.Look = look
	if m.GripJitter > 0 {
		off := float32(jitter * m.GripJitter)
		row.Proprio = slices.Clone(row.Proprio) // the sample's own is shared
		for d, n := range m.Shape.Proprio {
			if n.Name == "gripper" {
				row.Proprio[d] += off
			}
		}
	}
	return row, mode, nil
}

// pick runs through a new permutation of the set each epoch.
func (m *Maker) pick(moment int) int {
	n := m.Set.Len()
	if epoch := moment / n; m.order == nil || epoch != m.epoch {
		m.epoch = epoch
		m.order = rand.New(rand.NewPCG(m.Seed^0x9e3779b97f4a7c15, uint64(epoch))).Perm(n)
	}
	return m.order[moment%n]
}

// view is when and how a sample is looked at.
type view struct {
	progress float64    // share of the run
	shift    [2]int     // of the picture, pixels: places move with it
	chance   *rand.Rand // nil: nothing is left to chance
}

// InMode lays a sample out as one mode sees it at the end of the run, whole.
func (m *Maker) InMode(s data.Sample, mode policy.Mode) (model.Row, error) {
	return m.inMode(s, mode, view{progress: 1})
}

// inMode lays a sample out as one mode sees it, with the loss of that mode:
//
//	act:    instruction <act>                    mean over action terms
//	think:  instruction <think> thought <eot>    mean over thought tokens + mean over action terms
//	follow: <follow> thinned thought <eot>       mean over action terms
func (m *Maker) inMode(s data.Sample, mode policy.Mode, v view) (model.Row, error) {
	row := model.Row{Images: s.Images, Proprio: s.Proprio, Predict: 1, ActWeight: 1, Actions: m.Norm.To(s.Actions)}
	var t thought.Thought
	if mode != policy.Act || m.Target > 0 {
		var err error
		if t, err = thought.Parse(s.Thought); err != nil {
			return row, err
		}
		t.TargetAt, t.EE = moved(t.TargetAt, v.shift), moved(t.EE, v.shift)
		for i := range t.See {
			t.See[i].At = *moved(&t.See[i].At, v.shift)
		}
	}
	switch mode {
	case policy.Act:
		row.Tokens = prompt.Act(m.Tokenizer, s.Instruction)
	case policy.Think:
		row.Tokens = prompt.Think(m.Tokenizer, s.Instruction)
		row.Predict = len(row.Tokens)
		row.TextWeight = float32(m.Thoughts.Weight)
		row.Tokens = append(row.Tokens, prompt.Thought(m.Tokenizer, m.Thoughts.said(t, v).String())...)
	case policy.Follow:
		row.Tokens = prompt.Follow(m.Tokenizer, m.Thoughts.given(t, v.chance).String())
		if m.Thoughts.Instruction > 0 && v.chance != nil && v.chance.Float64() < m.Thoughts.Instruction {
			row.Tokens = append(prompt.Instruction(m.Tokenizer, s.Instruction), row.Tokens...)
		}
	default:
		return row, fmt.Errorf("no mode %q", mode)
	}
	if m.Target > 0 && t.TargetAt != nil {
		m.pointAt(&row, *t.TargetAt)
	}
	return row, nil
}

// moved is a place in a picture that was moved by some pixels.
func moved(at *thought.Place, pixels [2]int) *thought.Place {
	if at == nil || pixels == [2]int{} {
		return at
	}
	u, v := at.Centre()
	to := thought.At(u+float64(pixels[0])/model.ImageSide, v+float64(pixels[1])/model.ImageSide)
	return &to
}

// pointAt lets the action queries point at a place of the image, -1..1.
func (m *Maker) pointAt(row *model.Row, at thought.Place) {
	u, v := at.Centre()
	row.PointWeight = float32(m.Target)
	for k := range len(row.Actions) / len(m.Norm.Q01) {
		row.Points = append(row.Points, model.Point{Token: -1 - k, At: [model.PointDims]float32{float32(2*u - 1), float32(2*v - 1)}})
	}
}
