package control

import (
	"math"
	"testing"

	"pgregory.net/rapid"
)

var wide = Limits{LinearSpeed: 100, AngularSpeed: 100, LinearAcceleration: 1e6, AngularAcceleration: 1e6}

func box(margin float64) *Box {
	return &Box{Min: [3]float64{-1, -1, 0}, Max: [3]float64{1, 1, 1}, Margin: margin}
}

func TestLimitsScaleTheWholeVector(t *testing.T) {
	tests := []struct {
		name     string
		limits   func(*Limits)
		prev     Vector
		target   Vector
		position [3]float64
		want     Vector
	}{
		{"nothing to limit", func(*Limits) {}, Vector{}, Vector{1, 2, 3, 4, 5, 6}, [3]float64{}, Vector{1, 2, 3, 4, 5, 6}},
		{"linear speed", func(l *Limits) { l.LinearSpeed = 0.5 },
			Vector{}, Vector{0.6, 0.8, 0, 0, 0, 2}, [3]float64{}, Vector{0.3, 0.4, 0, 0, 0, 1}},
		{"angular speed", func(l *Limits) { l.AngularSpeed = 1 },
			Vector{}, Vector{0.6, 0.8, 0, 0, 0, 4}, [3]float64{}, Vector{0.15, 0.2, 0, 0, 0, 1}},
		{"the tighter of both", func(l *Limits) { l.LinearSpeed, l.AngularSpeed = 0.5, 1 },
			Vector{}, Vector{1, 0, 0, 0, 0, 8}, [3]float64{}, Vector{0.125, 0, 0, 0, 0, 1}},
		{"linear acceleration", func(l *Limits) { l.LinearAcceleration = 1 }, // 0.02 m/s a tick
			Vector{0.1}, Vector{0.1, 0.2, 0, 0, 0, 1}, [3]float64{}, Vector{0.1, 0.02, 0, 0, 0, 0.1}},
		{"angular acceleration", func(l *Limits) { l.AngularAcceleration = 5 }, // 0.1 rad/s a tick
			Vector{}, Vector{0.5, 0, 0, 0, 0, 1}, [3]float64{}, Vector{0.05, 0, 0, 0, 0, 0.1}},
		{"no brake away from the faces", func(l *Limits) { l.Workspace = box(0.1) },
			Vector{}, Vector{1, 1, 1, 0, 0, 1}, [3]float64{0, 0, 0.5}, Vector{1, 1, 1, 0, 0, 1}},
		{"half the margin, half the top speed", func(l *Limits) { l.Workspace, l.LinearSpeed = box(0.25), 2 },
			Vector{}, Vector{1, 0.5, 0, 0, 0, 1}, [3]float64{0.9375, 0, 0.5}, Vector{0.5, 0.25, 0, 0, 0, 0.5}},
		{"at the face, outwards", func(l *Limits) { l.Workspace = box(0.1) },
			Vector{}, Vector{0, -1, 0, 0, 0, 1}, [3]float64{0, -1, 0.5}, Vector{}},
		{"outside, inwards", func(l *Limits) { l.Workspace = box(0.1) },
			Vector{}, Vector{0, 1, 0, 0, 0, 1}, [3]float64{0, -1.5, 0.5}, Vector{0, 1, 0, 0, 0, 1}},
		{"a wall matters more than acceleration", func(l *Limits) { l.Workspace, l.LinearAcceleration = box(0.1), 0.001 },
			Vector{1}, Vector{1}, [3]float64{1, 0, 0.5}, Vector{}},
	}
	for _, tt := range tests {
		l := wide
		tt.limits(&l)
		got := l.apply(tt.prev, tt.target, 0.02, tt.position)
		for i := range got {
			if math.Abs(got[i]-tt.want[i]) > 1e-9 {
				t.Errorf("%s: got %v, want %v", tt.name, got, tt.want)
				break
			}
		}
	}
}

func TestLimitsHoldForAnyMotion(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		l := Limits{LinearSpeed: 0.3, AngularSpeed: 2, LinearAcceleration: 5, AngularAcceleration: 40, Workspace: box(0.05)}
		number := rapid.Float64Range(-1e3, 1e3)
		var prev Vector
		position := [3]float64{}
		for range 20 {
			var target Vector
			for i := range target {
				target[i] = number.Draw(t, "target")
			}
			const dt = 0.02
			v := l.apply(prev, target, dt, position)
			if v.linear() > l.LinearSpeed+1e-9 || v.angular() > l.AngularSpeed+1e-9 {
				t.Fatalf("too fast: %v", v)
			}
			for i := range position {
				position[i] += v[i] * dt
				if position[i] < l.Workspace.Min[i]-1e-9 || position[i] > l.Workspace.Max[i]+1e-9 {
					t.Fatalf("left the workspace: %v", position)
				}
			}
			prev = v
		}
	})
}

// stopAt drives at a wall 1 m away as fast as it may, and returns the largest
// deceleration and how near it came.
func stopAt(l Limits, dt float64) (deceleration, left float64) {
	var v Vector
	x := 0.0
	for range int(15 / dt) {
		next := l.apply(v, Vector{10}, dt, [3]float64{x, 0, 0.5})
		deceleration = max(deceleration, (v[0]-next[0])/dt)
		x += next[0] * dt
		v = next
	}
	return deceleration, l.Workspace.Max[0] - x
}

func TestItBrakesBeforeAFaceWithinTheAccelerationLimit(t *testing.T) {
	for _, tt := range []struct{ speed, acceleration, margin float64 }{
		{0.35, 6, 0.03},  // the shipped limits: the margin is long enough
		{0.35, 1, 0.03},  // a margin that would do for 0.17 m/s
		{1, 2, 0.001},    // hardly any margin: 0.25 m to stop
		{1, 2, 0},        // none
		{0.2, 0.5, 0.05}, // slow and weak
	} {
		for _, dt := range []float64{0.02, 0.002} {
			l := Limits{LinearSpeed: tt.speed, AngularSpeed: 1, LinearAcceleration: tt.acceleration, AngularAcceleration: 1, Workspace: box(tt.margin)}
			deceleration, left := stopAt(l, dt)
			if deceleration > tt.acceleration*1.05 { // where both laws meet it is a little more
				t.Errorf("%+v at %v s a tick: brakes with %.2f m/s²", tt, dt, deceleration)
			}
			if left < 0 || left > 0.01 {
				t.Errorf("%+v at %v s a tick: stops %.4f m before the face", tt, dt, left)
			}
		}
	}
}
