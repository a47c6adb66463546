package control

import (
	"testing"
	"time"
)

func TestOdometerKnowsWhereTheRobotWas(t *testing.T) {
	var o odometer
	for k := range 3000 { // three times round the ring
		o.advance(epoch.Add(time.Duration(k) * tick))
		o.velocity = Vector{0.1, 5: -1}
	}
	now := 2999 * tick
	for _, before := range []time.Duration{-7 * ms, 0, 3 * ms, 20 * ms, 130 * ms, 1023 * tick} {
		want := (now - before).Seconds()
		if got := o.at(epoch.Add(now - before)); !near(got[0], 0.1*want) || !near(got[5], -want) {
			t.Errorf("%v ago: %v, want 0.1 and -1 times %v", before, got, want)
		}
	}
	oldest := (now - 1023*tick).Seconds()
	if got := o.at(epoch); !near(got[0], 0.1*oldest) {
		t.Errorf("before what it remembers: %v, want the oldest, %v", got[0], 0.1*oldest)
	}
}

func TestOdometerStartsAnewWhenTheClockIsSetBack(t *testing.T) {
	var o odometer
	for k := range 10 {
		o.advance(epoch.Add(time.Duration(k) * tick))
		o.velocity = Vector{0.1}
	}
	o.advance(epoch)
	if got := o.at(epoch.Add(tick)); !near(got[0], 0.1*tick.Seconds()) {
		t.Errorf("a tick after: %v", got)
	}
	if got := o.at(epoch.Add(-time.Hour)); got != (Vector{}) {
		t.Errorf("an hour before: %v", got)
	}
}
