package control

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
	Margin   float64 // braking starts this far from a face
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
		v = v.scaled(l.Workspace.brake(v, position, l.LinearSpeed))
	}
	return v
}

// brake is the factor that keeps a motion inside: the speed towards a face may be
// at most top times the share of the margin that is left, and nothing outside it.
func (b *Box) brake(v Vector, position [3]float64, top float64) float64 {
	factor := 1.0
	for i := range position {
		room := b.Max[i] - position[i]
		speed := v[i]
		if speed < 0 {
			room, speed = position[i]-b.Min[i], -speed
		}
		allowed := top * min(1, max(0, room/b.Margin))
		factor = min(factor, ratio(allowed, speed))
	}
	return factor
}

// ratio is limit/value, and 1 where there is nothing to limit.
func ratio(limit, value float64) float64 {
	if value <= limit {
		return 1
	}
	return limit / value
}
