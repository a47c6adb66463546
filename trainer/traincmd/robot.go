package traincmd

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"hyt/policy/spec"
	"hyt/trainer/contract"
	"hyt/trainer/data"
	"hyt/trainer/export"
	"hyt/trainer/model"
)

// robotOf is what spec.yaml says about a robot whose samples have this shape.
func robotOf(s data.Shape) (export.Robot, error) {
	var r export.Robot
	if len(s.Action) == 0 {
		return r, fmt.Errorf("train: the contract names no action: add topics with role action")
	}
	for _, c := range s.Cameras {
		if c.Width != model.ImageSide || c.Height != model.ImageSide {
			return r, fmt.Errorf("train: the contract's camera %q has %d x %d pixels; models of this version see %d x %d",
				c.Name, c.Width, c.Height, model.ImageSide, model.ImageSide)
		}
		r.Cameras = append(r.Cameras, spec.Camera{Name: c.Name, Width: c.Width, Height: c.Height, Crop: c.Crop})
	}
	for _, n := range s.Proprio {
		r.Proprio = append(r.Proprio, n.Name)
	}
	for _, n := range s.Action {
		r.Action.Names = append(r.Action.Names, n.Name)
		r.Action.Units = append(r.Action.Units, unitOf(n))
	}
	r.Action.Rate = s.Rate
	var err error
	r.Action.Kind, err = kindOf(s.Action)
	return r, err
}

// samplesFor makes samples of bags for a model directory, by the contract that it was
// trained with: a file, or "" for the default.
func samplesFor(ctx context.Context, dir string, bags []string, file, cache string) (*data.Set, data.Report, *spec.Spec, error) {
	s, err := spec.Load(dir)
	if err != nil {
		return nil, data.Report{}, nil, err
	}
	c := contract.Default()
	if file != "" {
		if c, err = contract.Read(file); err != nil {
			return nil, data.Report{}, nil, err
		}
	}
	set, found, err := data.Open(ctx, bags, data.Options{Contract: c, Cache: cache})
	if err != nil {
		return nil, found, nil, err
	}
	robot, err := robotOf(set.Shape())
	if err == nil && (!slices.Equal(robot.Action.Names, s.Action.Names) || !slices.Equal(robot.Proprio, s.Proprio) || len(robot.Cameras) != len(s.Cameras)) {
		err = fmt.Errorf("train: the bags' samples are of another robot than %s: give the contract that it was trained with", dir)
	}
	if err != nil {
		return nil, found, nil, errors.Join(err, set.Close())
	}
	return set, found, s, nil
}

// unitOf is the unit as spec.yaml writes it.
func unitOf(n data.Number) string {
	if n.Unit == "" || n.Unit == "opening" {
		return "1"
	}
	return n.Unit
}

// kindOf is what the action vector as a whole is: the gripper is absolute in all
// of them.
func kindOf(action []data.Number) (string, error) {
	hand := []string{"x", "y", "z", "roll", "pitch", "yaw"}
	joints, moves, absolutes := 0, 0, 0
	for _, n := range action {
		if n.Name == "gripper" {
			continue
		}
		if !slices.Contains(hand, n.Name) {
			joints++
		}
		if n.Kind == contract.Velocity || n.Kind == contract.Difference {
			moves++
		} else {
			absolutes++
		}
	}
	switch {
	case joints == 0 && absolutes == 0:
		return spec.EEDelta, nil
	case joints > 0 && absolutes == 0:
		return spec.JointDelta, nil
	case joints > 0 && moves == 0:
		return spec.JointPosition, nil
	}
	return "", fmt.Errorf("train: the contract's actions are neither displacements of the hand (x, y, z, roll, pitch, yaw), nor displacements or positions of joints: give all of them one kind")
}
