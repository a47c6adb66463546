package data

import (
	"fmt"
	"math"

	"hyt/trainer/contract"
)

// Reasons for which an episode is left out as a whole.
const (
	failed        = "failed (its marker says success: false)"
	notEnded      = "not ended (no END marker)"
	noImages      = "no usable images"
	noInstruction = "no instruction"
	noActions     = "no actions"
	noneUsable    = "none of its images is usable"
	nothingMoves  = "nothing moves in it"
)

// unusable says why the whole episode must be left out before samples are made of
// it, "" if it need not.
func (d *demo) unusable(c *contract.Contract, held told) string {
	switch {
	case d.marked && !d.ended:
		return notEnded
	case d.marked && !d.success && !c.Episodes.KeepFailed:
		return failed
	case len(d.images) == 0:
		return noImages
	case d.tooLong || d.lasts() > int64(c.Episodes.Longest):
		return fmt.Sprintf("longer than %v", c.Episodes.Longest)
	case !d.acts(c):
		return noActions
	}
	if idle(held.text) && c.Episodes.Instruction == "" && c.Thoughts.Annotations == "" {
		for _, e := range d.instructions {
			if !idle(e.text) {
				return ""
			}
		}
		return noInstruction
	}
	return ""
}

// lasts is the time between the first and the last image, ns.
func (d *demo) lasts() int64 {
	first, last := d.images[0].stamp, d.images[0].stamp
	for _, i := range d.images {
		first, last = min(first, i.stamp), max(last, i.stamp)
	}
	return last - first
}

// acts tells whether there is anything for each of the topics that actions are made
// of.
func (d *demo) acts(c *contract.Contract) bool {
	for i, t := range c.Topics {
		if t.Role == contract.Action && !t.Optional && len(d.numbers[i]) == 0 {
			return false
		}
	}
	return true
}

// bad says why the samples of an episode teach nothing, or nothing good; "": they
// may be used.
func (m *maker) bad(d *demo, samples []sample) string {
	c := m.plan.contract
	if share := float64(m.misaligned) / float64(len(d.images)); m.misaligned > 0 && share > c.Episodes.Misaligned {
		return fmt.Sprintf("more than %g %% of its images lack something (%s)", 100*c.Episodes.Misaligned, m.why)
	}
	if len(samples) == 0 {
		return noneUsable
	}
	if c.Episodes.Still > 0 && !m.moves(samples) {
		return nothingMoves
	}
	return m.frozen(samples)
}

// moves tells whether any action of the episode goes beyond the contract's threshold:
// displacements by their sum along the way, targets and states by their range.
func (m *maker) moves(samples []sample) bool {
	i, still := 0, m.plan.contract.Episodes.Still
	for _, t := range m.plan.contract.Of(contract.Action) {
		for range t.Features {
			lo, hi, way := math.Inf(1), math.Inf(-1), 0.0
			for _, s := range samples {
				v := float64(s.actions[i])
				lo, hi, way = min(lo, v), max(hi, v), way+math.Abs(v)
			}
			displaces := t.Kind == contract.Velocity || t.Kind == contract.Difference
			if displaces && way > still || !displaces && hi-lo > still {
				return true
			}
			i++
		}
	}
	return false
}

// frozen says which camera showed one and the same picture for too long while the
// robot moved.
func (m *maker) frozen(samples []sample) string {
	limit := int64(m.plan.contract.Episodes.Frozen)
	if limit == 0 {
		return ""
	}
	for camera := range samples[0].frames {
		if samples[0].frames[camera] == nil {
			continue // the bag lacks it
		}
		first := 0 // sample of the picture that is looked at
		for i := 1; i <= len(samples); i++ {
			if i < len(samples) && samples[i].frames[camera].same(samples[first].frames[camera]) {
				continue
			}
			if samples[i-1].time-samples[first].time > limit && m.moves(samples[first:i]) {
				name := m.plan.contract.Of(contract.Image)[camera].Name
				return fmt.Sprintf("camera %s is frozen for more than %v while the robot moves", name, m.plan.contract.Episodes.Frozen)
			}
			first = i
		}
	}
	return ""
}
