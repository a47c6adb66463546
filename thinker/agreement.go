package thinker

import (
	"math"
	"slices"

	"hyt/policy"
)

// still is a displacement below which a chunk counts as not moving: half a
// millimetre, or half a milliradian for joints.
const still = 0.0005

// Agreement says how far two chunks for the same frame go the same way: the cosine
// of the angle between their mean displacements, 1 the same direction, 0 across,
// -1 opposite. Only x, y and z count where a chunk has them, or else every
// dimension but the gripper, whose value is no displacement. Two chunks that do
// not move agree (1); one that moves and one that does not are across (0). A chunk
// without actions agrees with nothing (0).
//
// Low agreement over many frames says that thinking changes what the robot would
// do: the thought sees something that direct mode misses, or the other way round.
func Agreement(a, b policy.Chunk) float64 {
	if len(a.Actions) == 0 || len(b.Actions) == 0 || !slices.Equal(a.Names, b.Names) {
		return 0
	}
	da, db := meanDisplacement(a), meanDisplacement(b)
	na, nb := norm(da), norm(db)
	switch {
	case na < still && nb < still:
		return 1
	case na < still || nb < still:
		return 0
	}
	dot := 0.0
	for i := range da {
		dot += da[i] * db[i]
	}
	return max(-1, min(dot/(na*nb), 1))
}

// meanDisplacement is the mean over the chunk of the dimensions that count.
func meanDisplacement(c policy.Chunk) []float64 {
	cartesian := slices.Contains(c.Names, "x") && slices.Contains(c.Names, "y")
	var mean []float64
	for d, name := range c.Names {
		if name == "gripper" || cartesian && name != "x" && name != "y" && name != "z" {
			continue
		}
		sum := 0.0
		for _, row := range c.Actions {
			sum += row[d]
		}
		mean = append(mean, sum/float64(len(c.Actions)))
	}
	return mean
}

func norm(v []float64) float64 {
	sum := 0.0
	for _, x := range v {
		sum += x * x
	}
	return math.Sqrt(sum)
}
