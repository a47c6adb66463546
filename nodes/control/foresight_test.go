package control

import (
	"testing"
	"time"
)

const ms = time.Millisecond

func TestTheNextChunkIsAskedForInTime(t *testing.T) {
	// Images every 50 ms, chunks of 800 ms from the image at 0, 150 ms latency: the last
	// image whose chunk comes by 600 ms, so that 200 ms are left to blend, is that of 450.
	var f Foresight
	for k := range 20 {
		f.Saw(epoch.Add(time.Duration(k-20) * 50 * ms))
		f.Took(150 * ms)
	}
	end := epoch.Add(800 * ms)
	for at := time.Duration(0); at <= 800*ms; at += 50 * ms {
		if got, want := f.Due(epoch.Add(at), end, 200*ms), at >= 450*ms; got != want {
			t.Errorf("image at %v: due %v, want %v", at, got, want)
		}
	}
}

func TestLatencyIsThe95thPercentileOfTheLast(t *testing.T) {
	var f Foresight
	if f.Latency() != 0 {
		t.Error("knows the latency of nothing")
	}
	for range 1000 { // forgotten: out of the window
		f.Took(time.Hour)
	}
	for k := range 64 {
		f.Took(time.Duration(k+1) * ms)
	}
	if got := f.Latency(); got != 61*ms {
		t.Errorf("got %v", got)
	}
	f.Took(-time.Hour) // the clock jumped: counts as nothing
	if got := f.Latency(); got != 61*ms {
		t.Errorf("got %v", got)
	}
}

func TestSlowerInferenceAsksEarlier(t *testing.T) {
	var f Foresight
	end, at := epoch.Add(800*ms), epoch.Add(400*ms)
	if f.Due(at, end, 0) {
		t.Error("due without a reason")
	}
	for range 64 {
		f.Took(450 * ms)
	}
	if !f.Due(at, end, 0) {
		t.Error("the chunk would come 50 ms too late")
	}
}

func TestWithoutAPlanAChunkIsDue(t *testing.T) {
	c := NewController(settings())
	if end, ok := c.PlanEnds(); ok || !new(Foresight).Due(epoch, end, 0) {
		t.Errorf("%v, %v", end, ok)
	}
	_ = c.Offer(Chunk{Stamp: epoch, Period: action, Rows: rows(8)})
	for _, when := range []string{"offered", "taken"} {
		if end, ok := c.PlanEnds(); !ok || !end.Equal(epoch.Add(800*ms)) {
			t.Errorf("%s: ends at %v, %v", when, end, ok)
		}
		c.Tick(epoch)
	}
}
