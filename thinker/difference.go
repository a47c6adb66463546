package thinker

import (
	"fmt"
	"math"
	"strings"

	"hyt/policy"
	"hyt/policy/spec"
)

// DefaultMaxDifference is a quarter of what demonstrators did between their 1 % and
// their 99 % quantile, on average over a chunk.
const DefaultMaxDifference = 0.25

// Difference says how far two chunks for the same frame are apart.
type Difference struct {
	// Ranges is, for each dimension, the mean over the chunk of the distance between
	// the two, in units of that dimension's quantile range, q99 - q01.
	Ranges []float64
	Worst  string  // the dimension with the greatest of Ranges
	Range  float64 // that one, quantile ranges

	// How far apart the two chunks would leave the robot: the end effector, or for
	// joint-space models its joints (the greatest of them).
	Millimetres float64
	Radians     float64
}

// Differ compares two chunks of a model with these actions. Chunks of different
// dimensions, or of none, are not comparable, and the result is the zero value.
func Differ(a, b policy.Chunk, s *spec.Action) Difference {
	n := min(len(a.Actions), len(b.Actions))
	dims := len(s.Names)
	if n == 0 || len(a.Actions[0]) != dims || len(b.Actions[0]) != dims {
		return Difference{}
	}
	d := Difference{Ranges: make([]float64, dims)}
	left := make([]float64, dims) // where a leaves each dimension, less where b does
	for k := range n {
		for i := range dims {
			delta := a.Actions[k][i] - b.Actions[k][i]
			d.Ranges[i] += math.Abs(delta) / (s.Q99[i] - s.Q01[i]) / float64(n)
			if s.Kind == spec.JointPosition {
				left[i] = delta
			} else {
				left[i] += delta
			}
		}
	}
	for i, r := range d.Ranges {
		if d.Worst == "" || r > d.Range {
			d.Worst, d.Range = s.Names[i], r
		}
	}
	d.Millimetres, d.Radians = apart(left, s)
	return d
}

// apart is the distance by unit: the length of the vector for an end effector, the
// greatest joint for joints.
func apart(left []float64, s *spec.Action) (mm, rad float64) {
	var square [2]float64
	var most [2]float64
	for i, v := range left {
		unit := 0
		switch s.Units[i] {
		case "m":
		case "rad":
			unit = 1
		default:
			continue // an opening is no distance
		}
		square[unit] += v * v
		most[unit] = max(most[unit], math.Abs(v))
	}
	if s.Kind == spec.EEDelta {
		return 1e3 * math.Sqrt(square[0]), math.Sqrt(square[1])
	}
	return 1e3 * most[0], most[1]
}

// over is the sentence for a difference over the threshold, or nil.
func (d Difference) over(threshold float64) error {
	if !(d.Range > threshold) {
		return nil
	}
	var apart []string
	if d.Millimetres > 0 {
		apart = append(apart, fmt.Sprintf("%.1f mm", d.Millimetres))
	}
	if d.Radians > 0 {
		apart = append(apart, fmt.Sprintf("%.3f rad", d.Radians))
	}
	text := ""
	if len(apart) > 0 {
		text = "; the chunks end " + strings.Join(apart, " and ") + " apart"
	}
	return fmt.Errorf("thinking changes the action: %s differs by %.2f of its range from direct mode (at most %.2f)%s",
		d.Worst, d.Range, threshold, text)
}
