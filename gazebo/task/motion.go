package task

import (
	"math"

	"hyt/gazebo/sim"
)

// How the oracles move. Commands are proportional to what is left, capped: a
// policy that imitates them sees smooth functions of the state.
const (
	maxSpeed   = 0.25  // m/s, below the robot's limit of 0.30
	maxYawRate = 1.5   // rad/s
	gain       = 4.0   // 1/s; commands are held for 0.1 s, so 0.4 of what is left goes with each
	safeZ      = 0.12  // m; above everything that stands on the table, with a thing in hand
	highest    = 0.25  // m; the arm's own limit
	coneFlat   = 0.016 // m; how far beside the goal the hand may be as low as it
	coneSlope  = 1.8
)

// travel returns the velocity towards goal on a safe path: up to the height safe,
// across, and down inside a cone over the goal, so that neither the fingers nor
// what they hold meet another object on the way. The cone ends in a circle of
// radius flat around the goal.
func travel(arm, goal sim.Pose, safe, flat float64) [3]float64 {
	dx, dy := goal.X-arm.X, goal.Y-arm.Y
	h := math.Hypot(dx, dy)
	// The cone's height over this place; outside it, the travelling height.
	wantZ := min(goal.Z+coneSlope*max(0, h-flat), max(safe, goal.Z))
	vz := gain * (wantZ - arm.Z)

	// Low and outside the cone: go up before going across.
	outside := wantZ - arm.Z
	across := 1 - clamp((outside-0.02)/0.04, 0, 1)
	scale := gain * across
	return limit([3]float64{dx * scale, dy * scale, vz}, maxSpeed)
}

// safeHeight is where the hand, with what it holds, passes above everything.
func safeHeight(s sim.State) float64 {
	tallest, below := 0.0, 0.0
	for _, o := range s.Objects {
		if o.Held {
			below = max(below, s.Arm.Z-bottom(o))
		} else {
			tallest = max(tallest, top(o))
		}
	}
	return clamp(tallest+below+0.02, safeZ, highest)
}

// rise goes straight up to a height and stays there.
func rise(arm sim.Pose, to float64) [3]float64 {
	return limit([3]float64{0, 0, gain * max(0, to-arm.Z)}, maxSpeed)
}

// turn returns the yaw rate towards want.
func turn(yaw, want float64) float64 {
	return clamp(gain*angle(want-yaw), -maxYawRate, maxYawRate)
}

// angle brings a into [-pi, pi).
func angle(a float64) float64 {
	return a - 2*math.Pi*math.Floor((a+math.Pi)/(2*math.Pi))
}

func clamp(v, lo, hi float64) float64 { return max(lo, min(hi, v)) }

// limit shortens v to length at most m.
func limit(v [3]float64, m float64) [3]float64 {
	if n := norm(v); n > m {
		for i := range v {
			v[i] *= m / n
		}
	}
	return v
}

func norm(v [3]float64) float64 {
	return math.Sqrt(v[0]*v[0] + v[1]*v[1] + v[2]*v[2])
}
