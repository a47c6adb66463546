package policynode

import (
	"math"
	"time"

	"hyt/config"
	"hyt/nodes/control"
	"hyt/policy/spec"
)

// settings translates the configuration and the model's spec for the controller.
func settings(c *config.Policy, period time.Duration, layout control.Layout, a *spec.Action) (control.Settings, error) {
	chunking, err := chunking(c)
	if err != nil {
		return control.Settings{}, err
	}
	s := control.Settings{
		Period: period, Range: widest(layout, a), HasGripper: layout.HasGripper(), Limits: limits(c), Chunking: chunking,
		ImageTimeout: config.Seconds(c.ImageTimeout), PoseTimeout: config.Seconds(c.PoseTimeout),
		InstructionTimeout: config.Seconds(c.InstructionTimeout), DeadmanTimeout: config.Seconds(c.DeadmanTimeout),
	}
	if c.HasWorkspace() {
		s.Limits.Workspace = &control.Box{
			Min: [3]float64(c.WorkspaceMin), Max: [3]float64(c.WorkspaceMax), Margin: c.WorkspaceMargin,
		}
	}
	return s, nil
}

// widest is the largest action that the model may ask for: twice what its
// demonstrators did. More is a fault, not a plan.
func widest(layout control.Layout, a *spec.Action) control.Row {
	if len(a.Q01) != len(a.Names) || len(a.Q99) != len(a.Names) {
		return control.Row{}
	}
	most := make([]float64, len(a.Names))
	for i := range most {
		most[i] = 2 * max(math.Abs(a.Q01[i]), math.Abs(a.Q99[i]))
	}
	return layout.Largest(most)
}

func chunking(c *config.Policy) (control.Chunking, error) {
	return control.ParseChunking(c.Blending, c.Resampling, c.Overlap, c.Decay, c.CatchUp)
}

func limits(c *config.Policy) control.Limits {
	return control.Limits{
		LinearSpeed: c.MaxLinearSpeed, AngularSpeed: c.MaxAngularSpeed,
		LinearAcceleration: c.MaxLinearAcceleration, AngularAcceleration: c.MaxAngularAcceleration,
	}
}
