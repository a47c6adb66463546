package demo

import (
	"testing"
	"time"
)

func TestPausesBetweenEpisodesAreNoPeriods(t *testing.T) {
	p := newPeriods(time.Second)
	now := time.Unix(100, 0)
	for range 51 {
		p.mark(now)
		now = now.Add(20 * time.Millisecond)
	}
	now = now.Add(10 * time.Second)
	for range 51 {
		p.mark(now)
		now = now.Add(20 * time.Millisecond)
	}
	if got := p.rate(); got != 50 {
		t.Errorf("rate = %v Hz, want 50", got)
	}
	if got := p.count(); got != 100 {
		t.Errorf("count = %d, want 100", got)
	}
}

func TestQuantileShowsTheTail(t *testing.T) {
	p := newPeriods(time.Second)
	now := time.Unix(100, 0)
	p.mark(now)
	for i := range 100 {
		d := 20 * time.Millisecond
		if i == 40 || i == 70 {
			d = 35 * time.Millisecond
		}
		now = now.Add(d)
		p.mark(now)
	}
	if p50, p99 := p.quantile(0.5), p.quantile(0.99); p50 != 20 || p99 != 35 {
		t.Errorf("p50 %v ms, p99 %v ms; want 20 and 35", p50, p99)
	}
}
