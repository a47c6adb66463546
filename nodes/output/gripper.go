package output

import (
	"fmt"

	"hyt/msgs/bus"
	"hyt/msgs/std_msgs"
	"hyt/nodes/node"
)

// Kinds of telling a gripper, as parameter gripper_type names them.
const (
	GripperFloat64 = "float64" // std_msgs/Float64 on topic gripper, with each command
	GripperCommand = "command" // goals of control_msgs/action/GripperCommand
	GripperNone    = "none"
)

// Gripper says how the gripper is told. The zero value is a Float64 of 0 to 1.
type Gripper struct {
	Kind         string  // "" is GripperFloat64
	Action       string  // name of the action
	Closed, Open float64 // what is sent for an opening of 0 and of 1; both 0: the opening
	Effort       float64 // max_effort of the action, 0: the controller's own
}

// value is what is sent for an opening, 0 closed .. 1 open.
func (g *Gripper) value(opening float64) float64 {
	if g.Closed == g.Open {
		return opening
	}
	return g.Closed + opening*(g.Open-g.Closed)
}

// openGripper makes grip, which tells the gripper an opening.
func (o *Output) openGripper(n *node.Node, g Gripper) error {
	switch g.Kind {
	case GripperNone:
		o.grip = func(float64) error { return nil }
		return nil
	case GripperCommand:
		h, err := newHand(n, g)
		if err != nil {
			return err
		}
		o.hand, o.grip = h, h.want
		n.Diagnose("gripper", h.fill)
		return nil
	case "", GripperFloat64:
		pub, err := node.Advertise[*std_msgs.Float64](n, "gripper", bus.Command())
		if err != nil {
			return err
		}
		m := &std_msgs.Float64{}
		o.grip = func(opening float64) error {
			m.Data = g.value(opening)
			return pub.Publish(m)
		}
		return nil
	}
	return fmt.Errorf("unknown gripper_type %q: use %s, %s or %s", g.Kind, GripperFloat64, GripperCommand, GripperNone)
}
