package control

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
)

// Layout maps the named dimensions of a model's action vector to a Row.
type Layout struct {
	to []target // by dimension of the model
}

// target is what a dimension moves.
type target struct {
	index int     // of Vector, or gripperIndex
	scale float64 // a Row's units per unit of the model
}

const (
	gripperIndex = 6
	doneIndex    = 7
)

// canonical are the names of an action in Cartesian space, in a Row's order. "done" moves
// nothing: it is the model's belief, 0..1, that the task is carried out.
var canonical = []string{"x", "y", "z", "roll", "pitch", "yaw", "gripper", "done"}

// NewLayout reads the names of an action vector that has the canonical ones.
func NewLayout(names []string) (Layout, error) { return MapLayout(names, nil) }

// MapLayout reads the names of an action vector. mapping says what they move where it
// is not what they are called: entries "NAME AXIS" or "NAME AXIS SCALE", of a dimension
// of the model, one of x y z roll pitch yaw gripper done, and what to multiply by. A negative
// scale of the gripper counts from 1: the model's 1 is then closed.
func MapLayout(names, mapping []string) (Layout, error) {
	moves := map[string]target{}
	for _, entry := range mapping {
		name, to, err := parseTarget(entry)
		if err == nil && !slices.Contains(names, name) && name != canonical[to.index] {
			err = fmt.Errorf("the model's action has no dimension %q, but %s", name, strings.Join(names, " "))
		}
		if _, twice := moves[name]; err == nil && twice {
			err = fmt.Errorf("dimension %q is there twice", name)
		}
		if err != nil {
			return Layout{}, fmt.Errorf("parameter \"dimensions\": %q: %w", entry, err)
		}
		moves[name] = to
	}
	l := Layout{to: make([]target, len(names))}
	for i, name := range names {
		to, mapped := moves[name]
		if !mapped {
			to = target{slices.Index(canonical, name), 1}
		}
		if to.index < 0 {
			return Layout{}, fmt.Errorf("action dimension %q is not one of %s: say in parameter \"dimensions\" what it moves (\"%s x\")",
				name, strings.Join(canonical, " "), name)
		}
		for k, other := range l.to[:i] {
			if other.index == to.index {
				return Layout{}, fmt.Errorf("action dimensions %q and %q both move %s", names[k], name, canonical[to.index])
			}
		}
		l.to[i] = to
	}
	return l, nil
}

func parseTarget(entry string) (name string, to target, err error) {
	words := strings.Fields(entry)
	if len(words) < 2 || len(words) > 3 {
		return "", target{}, errors.New("expected a dimension of the model, what it moves, and perhaps a scale")
	}
	to = target{slices.Index(canonical, words[1]), 1}
	if to.index < 0 {
		return "", target{}, fmt.Errorf("nothing is called %s; there are %s", words[1], strings.Join(canonical, " "))
	}
	if len(words) == 3 {
		to.scale, err = strconv.ParseFloat(words[2], 64)
		if err != nil || to.scale == 0 || math.IsInf(to.scale, 0) || math.IsNaN(to.scale) {
			return "", target{}, fmt.Errorf("the scale %s is no number that can move anything", words[2])
		}
	}
	return words[0], to, nil
}

// HasGripper says whether the action moves a gripper.
func (l Layout) HasGripper() bool {
	return slices.ContainsFunc(l.to, func(t target) bool { return t.index == gripperIndex })
}

// Moves are the names of what the action moves, out of x y z roll pitch yaw gripper done.
func (l Layout) Moves() (names []string) {
	for _, to := range l.to {
		names = append(names, canonical[to.index])
	}
	return names
}

// Rows converts actions (chunk x dims, in the spec's units).
func (l Layout) Rows(actions [][]float64) ([]Row, error) {
	rows := make([]Row, len(actions))
	for k, action := range actions {
		if len(action) != len(l.to) {
			return nil, fmt.Errorf("row %d of the chunk has %d values, the action has %d dimensions", k, len(action), len(l.to))
		}
		for i, x := range action {
			switch to := l.to[i]; {
			case to.index == doneIndex:
			case to.index != gripperIndex:
				rows[k].Motion[to.index] = to.scale * x
			case to.scale < 0:
				rows[k].Gripper = 1 + to.scale*x
			default:
				rows[k].Gripper = to.scale * x
			}
		}
	}
	return rows, nil
}

// Done says whether the model believes, at the beginning of the chunk, that the task is
// carried out; ok is false where its action says nothing of that.
func (l Layout) Done(actions [][]float64) (done, ok bool) {
	for i, to := range l.to {
		if to.index == doneIndex && len(actions) > 0 && len(actions[0]) == len(l.to) {
			return to.scale*actions[0][i] >= 0.5, true
		}
	}
	return false, false
}

// Largest is how large a Row's values get, where those of the model are at most so
// large (one for each dimension, not negative).
func (l Layout) Largest(most []float64) (r Row) {
	for i, to := range l.to {
		size := math.Abs(to.scale) * most[i]
		switch {
		case to.index == doneIndex:
		case to.index != gripperIndex:
			r.Motion[to.index] = size
		case to.scale < 0:
			r.Gripper = 1 + size
		default:
			r.Gripper = size
		}
	}
	return r
}
