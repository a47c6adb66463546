package data

import (
	"math"
	"time"

	"hyt/trainer/contract"
)

// commands is what the robot did, or was told to do, during an episode.
type commands struct {
	parts  []part // in the contract's order
	period int64  // of one action, ns
	count  int    // actions of a chunk
	end    int64  // of the episode: nothing moves from here on
}

// part is one topic of actions.
type part struct {
	*contract.Topic
	values series[[]float64]
}

func (m *maker) commands(d *demo) commands {
	c := commands{period: int64(m.plan.contract.Period()), count: m.plan.contract.Chunk}
	for i := range m.plan.contract.Topics {
		t := &m.plan.contract.Topics[i]
		if t.Role != contract.Action {
			continue
		}
		c.parts = append(c.parts, part{t, d.numbers[i]})
		// The last command still counts for its period, also where the marker bears
		// the same stamp.
		if n := len(d.numbers[i]); n > 0 && t.Kind == contract.Velocity {
			c.end = max(c.end, d.numbers[i][n-1].at+c.period)
		}
	}
	if d.ended && d.end != math.MaxInt64 {
		c.end = max(c.end, d.end)
	}
	for i, p := range c.parts {
		if p.Kind == contract.Velocity && len(p.values) > 0 {
			values := append(series[[]float64]{}, p.values...)
			values.add(c.end, make([]float64, len(p.Features)))
			c.parts[i].values = values
		}
	}
	return c
}

// chunk is the actions from a time on, row by row. missing names the topic that
// says nothing about the first one.
func (c *commands) chunk(from int64) (actions []float32, missing string) {
	for k := range c.count {
		start := from + int64(k)*c.period
		for i := range c.parts {
			p := &c.parts[i]
			row, ok := p.row(start, c.period)
			if k == 0 && (!ok || p.Kind == contract.Velocity && from >= c.end) && !p.Optional {
				return nil, p.Topic.Topic
			}
			for _, v := range row {
				actions = append(actions, float32(v))
			}
		}
	}
	return actions, ""
}

// row is one action of a part. ok is false where nothing says it; row is what a
// robot does then: it stays.
func (p *part) row(start, period int64) (row []float64, ok bool) {
	row = make([]float64, len(p.Features))
	switch p.Kind {
	case contract.Velocity:
		seconds := float64(period) / float64(time.Second)
		p.values.holds(start, start+period, int64(p.Hold), func(h hold[[]float64]) {
			ok = true
			for i, v := range h.value {
				row[i] += v * h.share // the mean velocity
			}
		})
		for i := range row {
			row[i] *= seconds
		}
		return row, ok
	case contract.Target:
		return p.target(start, period, row)
	}
	return p.measured(start, period, row)
}

// target is the mean of the commanded values during a period. Before the first
// command it is that command's.
func (p *part) target(start, period int64, row []float64) ([]float64, bool) {
	if len(p.values) == 0 {
		return row, false
	}
	if start+period <= p.values[0].at {
		copy(row, p.values[0].value)
		return row, true
	}
	share := 0.0
	p.values.holds(start, start+period, math.MaxInt64, func(h hold[[]float64]) {
		share += h.share
		for i, v := range h.value {
			row[i] += v * h.share
		}
	})
	for i := range row {
		row[i] /= share
	}
	return row, true
}

// measured is what a state is at the end of a period, or what it changed in it.
// Beyond the recording it stays.
func (p *part) measured(start, period int64, row []float64) ([]float64, bool) {
	if len(p.values) == 0 || start < p.values[0].at-period || start > p.values[len(p.values)-1].at {
		if n := len(p.values); n > 0 && p.Kind == contract.State {
			copy(row, p.values[n-1].value)
		}
		return row, false
	}
	before, after := p.at(start), p.at(start+period)
	for i, f := range p.Features {
		switch {
		case p.Kind == contract.State:
			row[i] = after[i]
		case f.Angular():
			row[i] = math.Remainder(after[i]-before[i], 2*math.Pi)
		default:
			row[i] = after[i] - before[i]
		}
	}
	return row, true
}

// at is the state at a time, between the ones measured.
func (p *part) at(t int64) []float64 {
	first, last := p.values[0], p.values[len(p.values)-1]
	switch {
	case t <= first.at:
		return first.value
	case t >= last.at:
		return last.value
	}
	v, _ := p.values.near(t, 0, math.MaxInt64, mixer(p.Features))
	return v
}
