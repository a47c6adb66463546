package output

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
)

// Axis maps a dimension of the model's motion to a joint.
type Axis struct {
	Dimension string  // "x", "y", "z", "roll", "pitch" or "yaw", in base_link
	Joint     string  // of joint_states and of the controller
	Scale     float64 // joint units per metre or radian; negative turns the direction round
	index     int     // of the dimension in a control.Vector
}

var dimensions = []string{"x", "y", "z", "roll", "pitch", "yaw"}

// ParseAxes reads axes, each "DIMENSION JOINT" or "DIMENSION JOINT SCALE". moved are
// the dimensions that the model moves: each of them needs an axis, or the robot would
// do only part of what the policy chose.
func ParseAxes(texts, moved []string) ([]Axis, error) {
	var axes []Axis
	for _, text := range texts {
		a, err := parseAxis(text)
		if err != nil {
			return nil, fmt.Errorf("parameter \"axes\": %q: %w", text, err)
		}
		for _, b := range axes {
			if a.Joint == b.Joint || a.Dimension == b.Dimension {
				return nil, fmt.Errorf("parameter \"axes\": %q: its joint or dimension is there twice", text)
			}
		}
		axes = append(axes, a)
	}
	for _, d := range moved {
		known := slices.Contains(dimensions, d)
		if known && !slices.ContainsFunc(axes, func(a Axis) bool { return a.Dimension == d }) {
			return nil, fmt.Errorf("parameter \"axes\": no joint for %s, which the model moves; add \"%s JOINT\"", d, d)
		}
	}
	if len(axes) == 0 {
		return nil, errors.New(`parameter "axes" is empty`)
	}
	return axes, nil
}

func parseAxis(text string) (Axis, error) {
	words := strings.Fields(text)
	if len(words) < 2 || len(words) > 3 {
		return Axis{}, errors.New("expected a dimension, a joint, and perhaps a scale")
	}
	a := Axis{Dimension: words[0], Joint: words[1], Scale: 1, index: slices.Index(dimensions, words[0])}
	if a.index < 0 {
		return Axis{}, fmt.Errorf("no dimension %s; there are %s", a.Dimension, strings.Join(dimensions, ", "))
	}
	if len(words) == 3 {
		scale, err := strconv.ParseFloat(words[2], 64)
		if err != nil || scale == 0 || math.IsInf(scale, 0) || math.IsNaN(scale) {
			return Axis{}, fmt.Errorf("the scale %s is no number that can move a joint", words[2])
		}
		a.Scale = scale
	}
	return a, nil
}
