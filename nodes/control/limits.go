package control

import "math"

// Limits bound what is sent. Each of them scales the whole vector, translation and
// rotation together, so that the hand stays on the line that the policy chose.
type Limits struct {
	LinearSpeed         float64 // m/s
	AngularSpeed        float64 // rad/s
	LinearAcceleration  float64 // m/s²
	AngularAcceleration float64 // rad/s²
	Workspace           *Box    // nil: none
}

// Box is where the end effector may be, in base_link, metres.
type Box struct {
	Min, Max [3]float64
	// Margin is where braking before a face starts at the latest: from there on the
	// speed goes down in proportion to what is left.
	Margin float64
}

// apply limits the step from the velocity prev to target within dt seconds.
// position is the measured one; it is read only with a workspace.
func (l *Limits) apply(prev, target Vector, dt float64, position [3]float64) Vector {
	target = target.scaled(min(1,
		ratio(l.LinearSpeed, target.linear()),
		ratio(l.AngularSpeed, target.angular())))

	var step Vector
	for i := range step {
		step[i] = target[i] - prev[i]
	}
	share := min(1,
		ratio(l.LinearAcceleration*dt, step.linear()),
		ratio(l.AngularAcceleration*dt, step.angular()))
	v := prev
	for i := range v {
		v[i] += share * step[i]
	}
	// Last, because a wall matters more than a smooth start.
	if l.Workspace != nil {
		v = v.scaled(l.brake(v, position, dt))
	}
	return v
}

// brake is the factor that keeps a motion inside: towards each face at most the
// speed from which there is room to stop, and nothing beyond it.
func (l *Limits) brake(v Vector, position [3]float64, dt float64) float64 {
	factor := 1.0
	for i := range position {
		room, speed := l.Workspace.Max[i]-position[i], v[i]
		if speed < 0 {
			room, speed = position[i]-l.Workspace.Min[i], -speed
		}
		factor = min(factor, ratio(l.approach(room, dt), speed))
	}
	return factor
}

// approach is the speed allowed with so much room before a face, for one tick. Near
// the face it is in proportion to the room, so that the robot comes to rest there
// softly. Where the margin is short for the speed, that alone would brake harder than
// the acceleration limit; farther out it is therefore the speed from which, losing
// acceleration*dt a tick, the robot comes to that line.
func (l *Limits) approach(room, dt float64) float64 {
	if room <= 0 {
		return 0
	}
	gain := min(1/dt, l.LinearSpeed/l.Workspace.Margin) // 1/s
	knee := l.LinearAcceleration / (gain * gain)        // m, where both laws meet
	if room < knee {
		return min(l.LinearSpeed, gain*room)
	}
	half := l.LinearAcceleration * dt / 2
	beyond := room - knee/2 + half/gain
	return min(l.LinearSpeed, math.Sqrt(half*half+2*l.LinearAcceleration*beyond)-half)
}

// ratio is limit/value, and 1 where there is nothing to limit.
func ratio(limit, value float64) float64 {
	if value <= limit {
		return 1
	}
	return limit / value
}
