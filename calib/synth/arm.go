package synth

import (
	"math"
	"math/rand/v2"

	"hyt/calib/camera"
	"hyt/calib/geom"
	"hyt/calib/view"
)

// Rig is an arm with a camera and a board: one moves with the hand, the other
// stands in the base frame.
type Rig struct {
	Camera camera.Camera
	Points []view.Point3
	InHand bool
	Eye    geom.Pose // handTcamera when InHand, else baseTcamera
	Board  geom.Pose // baseTboard when InHand, else handTboard
}

// Mounted returns a random rig with the camera's mount within 0.15 m of the hand
// (in hand) or about 1 m from the base (beside it).
func Mounted(r *rand.Rand, inHand bool) Rig {
	rig := Rig{Camera: Lens(r, camera.PlumbBob), Points: Board(9, 6, 0.03), InHand: inHand}
	anyTurn := func() geom.Mat {
		v := geom.Vec{r.NormFloat64(), r.NormFloat64(), r.NormFloat64()}
		return geom.Exp(v.Scale(math.Pi * r.Float64() / v.Norm()))
	}
	at := func(size float64) geom.Vec { return geom.Vec{size * spread(r), size * spread(r), size * spread(r)} }
	rig.Eye = geom.Pose{R: anyTurn(), T: at(0.15)}
	rig.Board = geom.Pose{R: anyTurn(), T: at(0.6)}
	if !inHand {
		rig.Eye.T, rig.Board.T = at(1), at(0.15)
	}
	return rig
}

// Stops returns n true poses baseThand at which the camera sees the board as
// Poses has it.
func (g Rig) Stops(r *rand.Rand, n int) []geom.Pose {
	var hs []geom.Pose
	for _, c := range Poses(r, g.Camera, g.Points, n) {
		h := g.Eye.Mul(c).Mul(g.Board.Inv())
		if g.InHand { // board = hand · eye · c
			h = g.Board.Mul(c.Inv()).Mul(g.Eye.Inv())
		}
		hs = append(hs, h)
	}
	return hs
}

// Look returns what the camera sees at the stop, with sigma pixels of noise.
func (g Rig) Look(r *rand.Rand, hand geom.Pose, sigma float64) view.View {
	c := g.Eye.Inv().Mul(hand).Mul(g.Board)
	if g.InHand {
		c = g.Eye.Inv().Mul(hand.Inv()).Mul(g.Board)
	}
	return See(r, g.Camera, g.Points, c, sigma)
}

// Report returns hand as an arm with noise t (m) and a (rad) on each axis says it.
func Report(r *rand.Rand, hand geom.Pose, t, a float64) geom.Pose {
	return hand.Moved([]float64{a * r.NormFloat64(), a * r.NormFloat64(), a * r.NormFloat64(),
		t * r.NormFloat64(), t * r.NormFloat64(), t * r.NormFloat64()})
}
