package thinker

import (
	"context"
	"time"
)

// pacer spreads tokens evenly over time.
type pacer struct {
	period time.Duration // 0: no pace
	next   time.Time     // that a token may start
	timer  *time.Timer
}

func newPacer(rate float64) pacer {
	if rate == 0 {
		return pacer{}
	}
	return pacer{period: time.Duration(float64(time.Second) / rate)}
}

// wait returns when the next token may start, or with an error when ctx ends first.
// Time that was lost is not made up for: the pace is a ceiling.
func (p *pacer) wait(ctx context.Context) error {
	if p.period == 0 {
		return nil
	}
	now := time.Now()
	if d := p.next.Sub(now); d > 0 {
		if p.timer == nil {
			p.timer = time.NewTimer(d)
		} else {
			p.timer.Reset(d)
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-p.timer.C:
			now = p.next
		}
	}
	p.next = now.Add(p.period)
	return nil
}
