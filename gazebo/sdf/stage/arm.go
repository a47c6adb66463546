package stage

import (
	"fmt"

	"hyt/gazebo/sdf"
)

// The arm's joints, in the order of JointNames.
const (
	X = iota
	Y
	Z
	Yaw
	LeftFinger
	RightFinger
	NumJoints
)

// jointNames is in the order of the constants above.
var jointNames = [NumJoints]string{
	"x_joint", "y_joint", "z_joint", "yaw_joint", "left_finger_joint", "right_finger_joint",
}

// JointNames returns the names of the joints that every simulated arm has.
func JointNames() []string { return append([]string(nil), jointNames[:]...) }

// Arm is the gantry: limits, and the fingers' geometry. The positions of its
// first four joints are the pose of the point between the fingertips; those of
// the fingers are the distances of their inner faces from that point.
type Arm struct {
	Model  *sdf.Model
	Joints [NumJoints]sdf.Joint
	// Pad is the size of a finger: along the pads, across (its thickness), up.
	Pad [3]float64

	index [NumJoints]int // in Model.Joints
}

func newArm(m *sdf.Model) (Arm, error) {
	a := Arm{Model: m}
	for i, name := range jointNames {
		found := false
		for k := range m.Joints {
			if m.Joints[k].Name == name {
				a.Joints[i], a.index[i], found = m.Joints[k], k, true
			}
		}
		if !found {
			return a, fmt.Errorf("model %q has no joint %q", m.Name, name)
		}
	}
	left, _ := m.Link(a.Joints[LeftFinger].Child)
	right, _ := m.Link(a.Joints[RightFinger].Child)
	for _, l := range []*sdf.Link{left, right} {
		if len(l.Collisions) != 1 || l.Collisions[0].Geometry.Shape != sdf.Box {
			return a, fmt.Errorf("model %q: link %q: one box as collision expected", m.Name, l.Name)
		}
	}
	a.Pad = left.Collisions[0].Geometry.Size
	if a.Pad != right.Collisions[0].Geometry.Size {
		return a, fmt.Errorf("model %q: its two fingers differ in size", m.Name)
	}
	return a, nil
}

// Order writes positions, given in the order of JointNames, into to, which has
// one entry for each joint of the model.
func (a *Arm) Order(positions [NumJoints]float64, to []float64) {
	for i, k := range a.index {
		to[k] = positions[i]
	}
}
