package model

import "math"

// Scale is what brings one number of proprioception to about -1..1.
type Scale struct{ Mid, Span float32 }

// KnownScale is the scale of the numbers that the tabletop robot has, by name, so
// that models of it can start from one another. ok is false for other names.
func KnownScale(name string) (s Scale, ok bool) {
	s, ok = map[string]Scale{
		"x": {0, 0.3}, "y": {0, 0.3}, "z": {0.13, 0.13}, "yaw": {0, math.Pi / 2}, "gripper": {0.5, 0.5},
	}[name]
	return s, ok
}

// SetProprio gives the weights the scale of each number of proprioception.
func (w *Weights) SetProprio(scales []Scale) {
	mid, span := w.Get(ProprioMid), w.Get(ProprioSpan)
	for i, s := range scales {
		mid[i], span[i] = s.Mid, s.Span
	}
}
