package policy

import (
	"fmt"
	"math"
)

// checkObservation says what of obs does not fit the model.
func (e *Engine) checkObservation(obs Observation) error {
	cameras := e.spec.Cameras
	if len(obs.Images) != len(cameras) {
		return fmt.Errorf("%w: it has %d images, the model has %d cameras", ErrObservation, len(obs.Images), len(cameras))
	}
	for i, c := range cameras {
		if want := c.Width * c.Height * 3; len(obs.Images[i]) != want {
			return fmt.Errorf("%w: image %q has %d bytes; %d x %d pixels RGB8 are %d",
				ErrObservation, c.Name, len(obs.Images[i]), c.Width, c.Height, want)
		}
	}
	names := e.spec.Proprio
	if len(obs.Proprio) != len(names) {
		return fmt.Errorf("%w: it has %d proprioceptive values, the model wants %d (%v)", ErrObservation, len(obs.Proprio), len(names), names)
	}
	for i, v := range obs.Proprio {
		if f := float64(v); math.IsNaN(f) || math.IsInf(f, 0) {
			return fmt.Errorf("%w: proprio %q is %v", ErrObservation, names[i], v)
		}
	}
	return nil
}
