package sdf

import "fmt"

// JointType says how a joint moves.
type JointType string

// The joints of the subset.
const (
	Fixed     JointType = "fixed"
	Prismatic JointType = "prismatic"
	Revolute  JointType = "revolute"
)

// WorldLink is the name that a joint gives to the world as its parent.
const WorldLink = "world"

// Joint ties a child link to its parent. At position 0 the links stand as their
// poses say.
type Joint struct {
	Name          string
	Type          JointType
	Parent, Child string
	Pose          Pose       // relative to the child link
	Axis          [3]float64 // unit length, in the joint's frame
	Lower, Upper  float64    // m or rad
	Effort        float64    // N or Nm; +Inf when the document does not say
	Velocity      float64    // m/s or rad/s; +Inf when the document does not say
}

// motion is what position q does to the child, in the child link's frame.
func (j *Joint) motion(q float64) Frame {
	at := j.Pose.Frame()
	switch j.Type {
	case Prismatic:
		d := at.Vector(j.Axis)
		return Translation(d[0]*q, d[1]*q, d[2]*q)
	case Revolute:
		return at.Mul(Rotation(j.Axis, q)).Mul(at.Inverse())
	}
	return Identity()
}

// Chain computes where a model's links are for given joint positions. It keeps
// its own buffers: one goroutine at a time.
type Chain struct {
	model  *Model
	order  []chainLink // parents before children
	frames []Frame     // by link, in the model's order
}

type chainLink struct {
	link   int
	parent int   // index of a link, or -1 for the model's own frame
	joint  int   // index of a joint, or -1
	offset Frame // the link in its parent's frame at position 0
}

// NewChain prepares the model's links. It fails when the joints do not form trees.
func NewChain(m *Model) (*Chain, error) {
	c := &Chain{model: m, frames: make([]Frame, len(m.Links))}
	links := make(map[string]int, len(m.Links))
	for i := range m.Links {
		links[m.Links[i].Name] = i
	}
	byChild := make(map[int]int, len(m.Joints))
	for i := range m.Joints {
		child := links[m.Joints[i].Child]
		if other, taken := byChild[child]; taken {
			return nil, fmt.Errorf("model %q: link %q is the child of two joints, %q and %q",
				m.Name, m.Joints[i].Child, m.Joints[other].Name, m.Joints[i].Name)
		}
		byChild[child] = i
	}
	placed := make([]bool, len(m.Links))
	for len(c.order) < len(m.Links) {
		before := len(c.order)
		for i := range m.Links {
			if placed[i] {
				continue
			}
			step := chainLink{link: i, parent: -1, joint: -1, offset: m.Links[i].Pose.Frame()}
			if j, ok := byChild[i]; ok {
				step.joint = j
				if parent := m.Joints[j].Parent; parent != WorldLink {
					step.parent = links[parent]
					if !placed[step.parent] {
						continue
					}
					step.offset = m.Links[step.parent].Pose.Frame().Inverse().Mul(step.offset)
				}
			}
			placed[i] = true
			c.order = append(c.order, step)
		}
		if len(c.order) == before {
			return nil, fmt.Errorf("model %q: its joints form a loop; only trees of links are supported", m.Name)
		}
	}
	return c, nil
}

// Links returns where each link is in the world, by the model's order of links,
// for a model at base and joint positions by the model's order of joints. The
// slice is valid until the next call.
func (c *Chain) Links(base Frame, positions []float64) []Frame {
	for i := range c.order {
		s := &c.order[i]
		parent := base
		if s.parent >= 0 {
			parent = c.frames[s.parent]
		}
		f := parent.Mul(s.offset)
		if s.joint >= 0 {
			f = f.Mul(c.model.Joints[s.joint].motion(positions[s.joint]))
		}
		c.frames[s.link] = f
	}
	return c.frames
}
