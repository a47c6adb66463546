package config

import "fmt"

// Policy configures the node that turns images and an instruction into actions.
type Policy struct {
	Common

	Model   string // directory
	Threads int64  // of ONNX Runtime
	Mode    string // "act", "think" or "follow"

	ReplanRate    float64 // Hz; at most, the newest image each time
	ControlRate   float64 // Hz, of commands
	ArmOnActivate bool
	ImageTimeout  float64 // s, on the node's clock
	PoseTimeout   float64 // s, on the node's clock

	ExecuteTimeout float64 // s, of one ~/execute goal

	ActionType      string   // message on topic action
	Axes            []string // "dimension joint scale", where ActionType speaks of joints
	TrajectoryAhead float64  // s
	BaseFrame       string   // frame_id of commands

	MaxLinearSpeed         float64 // m/s, length of the vector
	MaxAngularSpeed        float64 // rad/s, length of the vector
	MaxLinearAcceleration  float64 // m/s²
	MaxAngularAcceleration float64 // rad/s²

	// The box that the measured ee_pose may not leave, m, in BaseFrame. Both empty:
	// no workspace limits, and no pose needed.
	WorkspaceMin    []float64
	WorkspaceMax    []float64
	WorkspaceMargin float64 // m

	GripperJoints []string // of joint_states; their mean position is the opening
	GripperTravel float64  // m, position of each of them when fully open
}

// DefaultPolicy is what runs when nothing is set.
func DefaultPolicy() Policy {
	var c Policy
	setDefaults(&c)
	return c
}

func (*Policy) Kind() string { return "policy" }

func (c *Policy) Params() []Param {
	return append(c.Common.params(1), append(c.modelParams(), c.controlParams()...)...)
}

func (c *Policy) modelParams() []Param {
	return []Param{
		text(&c.Model, "model", "policy/models/tabletop",
			"Model directory, as hyt train writes it (spec.yaml, *.onnx, tokenizer.json)."),
		integer(&c.Threads, "threads", 1, "", 1, 64,
			"Threads of ONNX Runtime. More make one inference faster and disturb the control loop more."),
		text(&c.Mode, "mode", "act",
			"act: the instruction, no thoughts. think: a thought before each chunk, slower. follow: the text on topic follow instead of the instruction.",
			"act", "think", "follow").live(),
		float(&c.ReplanRate, "replan_rate", 2.5, "Hz", 0.1, 200,
			"Chunks a second at most. A chunk always comes from the newest image; a higher rate reacts sooner and leaves the thinker less time.").live(),
	}
}

func (c *Policy) controlParams() []Param {
	return []Param{
		float(&c.ControlRate, "control_rate", 50, "Hz", 1, 1000,
			"Commands a second, at absolute deadlines."),
		boolean(&c.ArmOnActivate, "arm_on_activate", false,
			"Arm as soon as the node runs. Off: the robot does not move until ~/arm is called."),
		float(&c.ImageTimeout, "image_timeout", 0.3, "s", 0.01, 10,
			"An image older than this makes the robot hold. Longer bridges lost frames, and moves on what was seen longer ago.").live(),
		float(&c.PoseTimeout, "pose_timeout", 0.3, "s", 0.01, 10,
			"An ee_pose older than this makes the robot hold (with workspace limits) and stops inference for models that take the pose."),
		float(&c.ExecuteTimeout, "execute_timeout", 60, "s", 0.1, 86400,
			"A goal of the action ~/execute that nobody called done (topic task_done) by then has failed."),
		text(&c.ActionType, "action_type", "twist",
			"Message on topic action. twist: geometry_msgs/TwistStamped, the end effector's velocity. joint_trajectory: trajectory_msgs/JointTrajectory, one point ahead of the measured joints. float64_multi_array: std_msgs/Float64MultiArray, a velocity for each of axes.",
			"twist", "joint_trajectory", "float64_multi_array"),
		texts(&c.Axes, "axes", []string{"x x_joint", "y y_joint", "z z_joint", "yaw yaw_joint"},
			"For messages that speak of joints: which joint moves which dimension, each a dimension (x y z roll pitch yaw in base_frame), a joint, and a scale (joint units per m or rad) where it is not 1."),
		float(&c.TrajectoryAhead, "trajectory_ahead", 0.1, "s", 0.005, 2,
			"How far ahead of the measured joints the point of a joint_trajectory lies, in time."),
		text(&c.BaseFrame, "base_frame", "base_link",
			"Frame in which commands and workspace limits are meant."),
		float(&c.MaxLinearSpeed, "max_linear_speed", 0.35, "m/s", 0.001, 10,
			"Above it the whole command is scaled down; its direction stays.").live(),
		float(&c.MaxAngularSpeed, "max_angular_speed", 3, "rad/s", 0.001, 50,
			"As max_linear_speed, for rotation.").live(),
		float(&c.MaxLinearAcceleration, "max_linear_acceleration", 6, "m/s²", 0.01, 100,
			"Limits the change from one command to the next, the whole vector. Lower is smoother at chunk changes and lags more.").live(),
		float(&c.MaxAngularAcceleration, "max_angular_acceleration", 60, "rad/s²", 0.01, 1000,
			"As max_linear_acceleration, for rotation.").live(),
		floats(&c.WorkspaceMin, "workspace_min", []float64{-0.28, -0.28, 0}, "m", -100, 100,
			"Lower corner (x, y, z) of the box that the end effector stays in. Needs ee_pose. Empty, with workspace_max: no limits."),
		floats(&c.WorkspaceMax, "workspace_max", []float64{0.28, 0.28, 0.3}, "m", -100, 100,
			"Upper corner of that box."),
		float(&c.WorkspaceMargin, "workspace_margin", 0.03, "m", 0.001, 1,
			"Braking starts this far from the box's faces, in proportion to what is left."),
		texts(&c.GripperJoints, "gripper_joints", []string{"left_finger_joint", "right_finger_joint"},
			"Joints of joint_states whose mean position is the gripper's opening."),
		float(&c.GripperTravel, "gripper_travel", 0.04, "m", 0.0001, 1,
			"Position of each gripper joint when fully open."),
	}
}

func (c *Policy) Validate() error {
	if err := checkAll(c); err != nil {
		return err
	}
	if len(c.WorkspaceMin) == 0 && len(c.WorkspaceMax) == 0 {
		return nil
	}
	if err := wantLength("workspace_min", c.WorkspaceMin, 3); err != nil {
		return err
	}
	if err := wantLength("workspace_max", c.WorkspaceMax, 3); err != nil {
		return err
	}
	for i, axis := range []string{"x", "y", "z"} {
		if c.WorkspaceMin[i] >= c.WorkspaceMax[i] {
			return fmt.Errorf("workspace_min is not below workspace_max in %s (%s and %s)",
				axis, number(c.WorkspaceMin[i]), number(c.WorkspaceMax[i]))
		}
	}
	return nil
}

// HasWorkspace says whether workspace limits are set.
func (c *Policy) HasWorkspace() bool { return len(c.WorkspaceMin) > 0 }
