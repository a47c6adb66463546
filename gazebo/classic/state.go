package classic

import (
	"fmt"
	"math"

	"hyt/gazebo/sdf"
	"hyt/gazebo/sdf/stage"
	"hyt/gazebo/sim"
)

const (
	// touching is the gap at which gripper and object count as in contact, metres;
	// the embedded simulator has the same.
	touching = 0.003
	// gripped is the gap at which a finger counts as pressing on an object.
	gripped = 0.001
)

// look works the present state out of what Gazebo told.
func (s *Sim) look() (state sim.State, err error) {
	state.Time = s.session.at - settling
	state.Objects = make([]sim.Object, len(s.things))
	state.Touched = make([]bool, len(s.things))
	e := s.session.inbox.look(func() { err = s.read(s.session.inbox.places, &state) })
	if e != nil {
		err = e
	}
	return state, err
}

func (s *Sim) read(places map[string]placement, state *sim.State) error {
	links, err := s.armLinks(places)
	if err != nil {
		return err
	}
	state.Arm = s.readArm(links)
	pads := [2]solid{s.pad(links, stage.LeftFinger), s.pad(links, stage.RightFinger)}
	for i, t := range s.things {
		at, ok := places[t.Name]
		if !ok {
			return fmt.Errorf("gazebo does not tell where %q is", t.Name)
		}
		f := at.frame()
		o := t.Object
		o.Pose = sim.Pose{X: f.P[0], Y: f.P[1], Z: f.P[2], Yaw: math.Atan2(f.R[1][0], f.R[0][0])}
		o.Tilt = math.Acos(max(-1, min(1, f.R[2][2])))
		body := solid{t.geometry, f}
		left, right := distance(&pads[0], &body), distance(&pads[1], &body)
		o.Held = left < gripped && right < gripped && s.hand.squeezing(state.Arm.Gripper*s.hand.fullOpening())
		state.Objects[i] = o
		state.Touched[i] = min(left, right) <= touching
	}
	return nil
}

// armLinks returns where the arm's links are in the world, by the joint that moves
// each of them.
func (s *Sim) armLinks(places map[string]placement) (links [stage.NumJoints]sdf.Frame, err error) {
	arm := &s.stage.Arm
	base, ok := places[arm.Model.Name]
	if !ok {
		return links, fmt.Errorf("gazebo does not tell where the arm is")
	}
	for i, j := range arm.Joints {
		name := arm.Model.Name + "::" + j.Child
		at, ok := places[name]
		if !ok {
			return links, fmt.Errorf("gazebo does not tell where %s is", name)
		}
		links[i] = base.frame().Mul(at.frame())
	}
	return links, nil
}

// readArm is the fingertips' pose: the hand's, for its origin is between them.
func (s *Sim) readArm(links [stage.NumJoints]sdf.Frame) sim.Arm {
	h := links[stage.Yaw]
	yaw := math.Atan2(h.R[1][0], h.R[0][0])
	// The joint turns by more than half a turn either way.
	yaw += 2 * math.Pi * math.Round((s.state.Arm.Yaw-yaw)/(2*math.Pi))
	back := h.Inverse()
	left, right := back.Point(links[stage.LeftFinger].P), back.Point(links[stage.RightFinger].P)
	opening := (left[1] - right[1]) / 2 / s.hand.fullOpening()
	return sim.Arm{
		Pose:    sim.Pose{X: h.P[0], Y: h.P[1], Z: h.P[2], Yaw: yaw},
		Gripper: max(0, min(1, opening)),
	}
}

// pad is the solid of a finger.
func (s *Sim) pad(links [stage.NumJoints]sdf.Frame, joint int) solid {
	link, _ := s.stage.Arm.Model.Link(s.stage.Arm.Joints[joint].Child)
	c := link.Collisions[0]
	return solid{c.Geometry, links[joint].Mul(c.Pose.Frame())}
}
