package sdf

import (
	"math"
	"strings"
)

// readJoint reads <joint>; its links must be links of m.
func readJoint(n *node, m *Model) (Joint, error) {
	j := Joint{Type: JointType(n.attrs["type"]), Effort: math.Inf(1), Velocity: math.Inf(1)}
	if err := n.only("pose parent child axis"); err != nil {
		return j, err
	}
	var err error
	if j.Name, err = n.name(); err != nil {
		return j, err
	}
	if _, taken := m.Joint(j.Name); taken {
		return j, n.errorf("a second joint of this name")
	}
	if j.Type != Fixed && j.Type != Prismatic && j.Type != Revolute {
		return j, n.errorf("joint type %q is not supported (supported: fixed, prismatic, revolute)", j.Type)
	}
	if j.Pose, err = n.pose(); err != nil {
		return j, err
	}
	for _, end := range []struct {
		tag string
		to  *string
	}{{"parent", &j.Parent}, {"child", &j.Child}} {
		c, err := n.need(end.tag)
		if err != nil {
			return j, err
		}
		*end.to = strings.TrimSpace(c.text)
		_, known := m.Link(*end.to)
		if !known && !(end.tag == "parent" && *end.to == WorldLink) {
			return j, c.errorf("the model has no link %q", *end.to)
		}
	}
	if j.Type == Fixed {
		return j, nil
	}
	axis, err := n.need("axis")
	if err != nil {
		return j, err
	}
	return j, readAxis(axis, &j)
}

func readAxis(n *node, j *Joint) error {
	if err := n.only("xyz limit dynamics"); err != nil {
		return err
	}
	xyz, err := n.need("xyz")
	if err != nil {
		return err
	}
	if len(xyz.attrs) > 0 {
		return xyz.errorf("attributes are not supported: the axis is in the joint's frame")
	}
	if j.Axis, err = xyz.unit(); err != nil {
		return err
	}
	j.Lower, j.Upper = math.Inf(-1), math.Inf(1)
	limit, err := n.child("limit")
	if err != nil || limit == nil {
		return err
	}
	if err := limit.only("lower upper effort velocity"); err != nil {
		return err
	}
	for _, part := range []struct {
		tag string
		to  *float64
	}{{"lower", &j.Lower}, {"upper", &j.Upper}, {"effort", &j.Effort}, {"velocity", &j.Velocity}} {
		if err := limit.number(part.tag, part.to); err != nil {
			return err
		}
	}
	if j.Lower > j.Upper {
		return limit.errorf("lower %g is above upper %g", j.Lower, j.Upper)
	}
	// SDF writes "no limit" as -1.
	for _, v := range []*float64{&j.Effort, &j.Velocity} {
		if *v < 0 {
			*v = math.Inf(1)
		}
	}
	return nil
}

// unit reads three numbers that point somewhere and gives them length 1.
func (n *node) unit() ([3]float64, error) {
	var v [3]float64
	if err := n.numbers(v[:]); err != nil {
		return v, err
	}
	length := math.Hypot(math.Hypot(v[0], v[1]), v[2])
	if length < 1e-9 || math.IsInf(length, 0) {
		return v, n.errorf("%v is no direction", v)
	}
	for i := range v {
		v[i] /= length
	}
	return v, nil
}
