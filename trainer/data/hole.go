package data

import (
	"math"
	"slices"
	"time"

	"hyt/msgs/bag"
	"hyt/trainer/contract"
)

// hole is a stretch of a recording that is damaged: what was said in it is not known,
// and what was said before it need not hold any more.
type hole struct {
	from, to int64    // ns, by the recorder's clock
	topics   []string // that may miss messages; nil: any
}

// holes are those of one bag.
type holes []hole

// findHoles are what is known of a bag before it is read. Where messages are missing
// and nothing says where, it may be anywhere.
func findHoles(r *bag.Reader, p *plan) (h holes) {
	for _, damage := range r.Damages() {
		h.add(damage)
	}
	if len(h) > 0 {
		return h
	}
	for _, s := range p.sources {
		if t, _ := r.Topic(s.recorded); r.Expected(s.recorded) > t.Count {
			switch s.Role {
			case contract.Instruction, contract.Episode:
				h = append(h, hole{math.MinInt64, math.MaxInt64, []string{s.recorded}})
			case contract.Action:
				s.short = true
			}
		}
	}
	return h
}

func (h *holes) add(d bag.Damage) {
	if !d.From.IsZero() || !d.To.IsZero() {
		*h = append(*h, hole{d.From.UnixNano(), d.To.UnixNano(), d.Topics})
	}
}

// hides tells whether messages of a topic may be missing between two times.
func (h holes) hides(topic string, from, to int64) bool {
	return slices.ContainsFunc(h, func(one hole) bool {
		return one.from < to && one.to > from && (one.topics == nil || slices.Contains(one.topics, topic))
	})
}

// stretch is a part of an episode by its stamps, ns.
type stretch struct{ from, to int64 }

// blind are the stretches of an episode whose commands or thoughts may be missing.
func (h holes) blind(d *demo, p *plan) (blind []stretch) {
	from, to := d.published-late, d.lastPublished()+late
	if d.marked {
		from = d.published
	}
	if d.ended {
		to = d.endPublished
	}
	for _, one := range h {
		if one.from > to || one.to < from {
			continue
		}
		acts := slices.ContainsFunc(p.sources, func(s *source) bool {
			return (s.Role == contract.Action || s.Role == contract.Thought) && (one.topics == nil || slices.Contains(one.topics, s.recorded))
		})
		if !acts {
			continue
		}
		s := stretch{math.MinInt64, math.MaxInt64}
		for _, sent := range d.sent {
			if sent.at <= one.from {
				s.from = max(s.from, sent.value)
			}
			if sent.at >= one.to {
				s.to = min(s.to, sent.value)
			}
		}
		blind = append(blind, s)
	}
	for _, s := range p.sources {
		if s.short {
			blind = append(blind, d.numbers[s.index].gaps()...)
		}
	}
	return blind
}

// longGap is how many times as long as usual a pause of commands is, where some of
// them are known to be missing.
const longGap = 1.5

// gaps are the times between points that are longer than usual.
func (s series[T]) gaps() (gaps []stretch) {
	if len(s) < 3 {
		return []stretch{{math.MinInt64, math.MaxInt64}}
	}
	var steps []int64
	for i := range s[1:] {
		steps = append(steps, s[i+1].at-s[i].at)
	}
	usual := slices.Sorted(slices.Values(steps))[len(steps)/2]
	for i, step := range steps {
		if float64(step) > longGap*float64(usual) {
			gaps = append(gaps, stretch{s[i].at, s[i+1].at})
		}
	}
	return gaps
}

func (d *demo) lastPublished() int64 {
	last := d.published
	if n := len(d.sent); n > 0 {
		last = max(last, d.sent[n-1].at)
	}
	return last
}

// holeReason is why an episode with a hole is left out, where its markers may lie in
// there; "": they do not.
func (h holes) holeReason(d *demo, p *plan) string {
	for _, s := range p.sources {
		if s.Role == contract.Episode && d.marked && h.hides(s.recorded, d.published, max(d.endPublished, d.lastPublished())) {
			return "a damaged part of the bag lies in it"
		}
	}
	return ""
}

// in tells whether the commands of a sample at a time may be missing: those before it
// that still hold, and those of its actions.
func in(blind []stretch, at int64, before, after time.Duration) bool {
	return slices.ContainsFunc(blind, func(s stretch) bool { return at+int64(after) > s.from && at-int64(before) < s.to })
}
