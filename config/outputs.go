package config

import "fmt"

// Outputs says what the policy's actions move, and how the gripper is told.
type Outputs struct {
	Dimensions []string // "name axis scale"

	GripperType   string
	GripperAction string
	GripperClosed float64 // in the gripper's units
	GripperOpen   float64 // in the gripper's units
	GripperEffort float64 // in the gripper's units
}

func (o *Outputs) params() []Param {
	return []Param{
		texts(&o.Dimensions, "dimensions", []string{"x x", "y y", "z z", "roll roll", "pitch pitch", "yaw yaw", "gripper gripper"},
			"What the dimensions of the model's action move, each its name in the model, one of x y z roll pitch yaw gripper done, and a factor where it is not 1. A negative one of the gripper counts from 1: the model's 1 is closed. done moves nothing: 0.5 or more says that the task is done. What is not listed moves what it is called."),
		text(&o.GripperType, "gripper_type", "float64",
			"How the gripper is told. float64: std_msgs/Float64 on topic gripper with each command. command: a goal of the action control_msgs/action/GripperCommand whenever the target changes (gripper_action_controller). none: not at all.",
			"float64", "command", "none"),
		text(&o.GripperAction, "gripper_action", "gripper_controller/gripper_cmd",
			"Name of that action."),
		float(&o.GripperClosed, "gripper_closed", 0, "gripper units", -1000, 1000,
			"What is sent for a closed gripper."),
		float(&o.GripperOpen, "gripper_open", 1, "gripper units", -1000, 1000,
			"What is sent for an open one; between the two in proportion. It may be the smaller one."),
		float(&o.GripperEffort, "gripper_effort", 0, "gripper units", 0, 10000,
			"Of the action: max_effort. 0 leaves it to the controller."),
	}
}

func (o *Outputs) check() error {
	if o.GripperClosed == o.GripperOpen {
		return fmt.Errorf("gripper_closed and gripper_open are both %s: the gripper could not move", number(o.GripperOpen))
	}
	return nil
}
