package meter

import (
	"testing"
	"testing/synctest"
	"time"
)

const ms = time.Millisecond

func TestPercentile(t *testing.T) {
	tests := []struct {
		sorted []time.Duration
		share  float64
		want   time.Duration
	}{
		{nil, 0.5, 0},
		{[]time.Duration{ms}, 0.99, ms},
		{[]time.Duration{ms, 2 * ms, 3 * ms, 4 * ms}, 0.5, 3 * ms},
		{[]time.Duration{ms, 2 * ms, 3 * ms, 4 * ms}, 1, 4 * ms},
	}
	for _, tt := range tests {
		if got := Percentile(tt.sorted, tt.share); got != tt.want {
			t.Errorf("%v of %v: %v, want %v", tt.share, tt.sorted, got, tt.want)
		}
	}
}

func TestRateIsOfTheLastSeconds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var m Meter
		if f := m.Figures(); f != (Figures{}) {
			t.Errorf("figures of nothing: %+v", f)
		}
		for range 30 { // 3 s at 10 Hz
			time.Sleep(100 * ms)
			m.Add(7 * ms)
		}
		if f := m.Figures(); f.Rate < 9.999 || f.Rate > 10.001 || f.P50 != 7*ms || f.P99 != 7*ms || f.Count != 30 {
			t.Errorf("%+v", f)
		}
		time.Sleep(time.Minute)
		if f := m.Figures(); f.Rate != 0 {
			t.Errorf("rate %v a minute after the last event", f.Rate)
		}
	})
}
