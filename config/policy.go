package config

import (
	"fmt"
	"slices"
)

// Policy configures the node that turns images and an instruction into actions.
type Policy struct {
	Common
	Camera
	Monitor

	Model    string // directory
	Threads  int64  // of ONNX Runtime
	Provider string // of ONNX Runtime
	Mode     string // see the parameter

	GuideMaxAge   float64 // s
	AutoThreshold float64 // 0..1
	AutoRate      float64 // Hz

	ReplanRate    float64 // Hz; at most, the newest image each time
	ControlRate   float64 // Hz, of commands
	ArmOnActivate bool
	ImageTimeout  float64 // s, on the node's clock
	PoseTimeout   float64 // s, on the node's clock

	Chunking
	ExecuteTimeout     float64 // s, of one ~/execute goal
	DoneAfter          int64   // times that the model says so
	InstructionTimeout float64 // s; 0: none
	DeadmanTimeout     float64 // s; 0: none
	RealtimePriority   int64   // of SCHED_FIFO; 0: none
	LockMemory         bool
	Thresholds

	ActionType string   // message on topic action
	Axes       []string // "dimension joint scale", where ActionType speaks of joints
	Outputs
	TrajectoryAhead float64 // s
	BaseFrame       string  // frame_id of commands

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
	return slices.Concat(c.Common.params(1), c.modelParams(), c.Camera.params(), c.Monitor.params(), c.Chunking.params(), c.controlParams(), c.Outputs.params(), c.safetyParams(), c.Thresholds.params())
}

func (c *Policy) modelParams() []Param {
	return []Param{
		text(&c.Model, "model", "policy/models/tabletop",
			"Model directory, as hyt train writes it (spec.yaml, *.onnx, tokenizer.json)."),
		integer(&c.Threads, "threads", 1, "", 1, 64,
			"Threads of ONNX Runtime. More make one inference faster and disturb the control loop more."),
		text(&c.Provider, "provider", "cpu",
			"Execution provider of ONNX Runtime. All but cpu need a library that was built with them (ONNXRUNTIME_SHARED_LIBRARY_PATH).",
			"cpu", "cuda", "tensorrt", "openvino"),
		text(&c.Mode, "mode", "act",
			"act: the instruction, no thoughts. think: a thought before each chunk, slower. follow: the text on topic follow instead of the instruction. guided: the thinker's latest thought, as fast as act; without one, act. auto: think where the model's gate says that it pays, else act.",
			"act", "think", "follow", "guided", "auto").live(),
		float(&c.GuideMaxAge, "guide_max_age", 1.5, "s", 0.05, 60,
			"In mode guided: a thought about a frame older than this is not followed any more."),
		float(&c.AutoThreshold, "auto_threshold", 0.5, "probability", 0, 1,
			"In mode auto: think where the gate's probability that it pays is at least this."),
		float(&c.AutoRate, "auto_rate", 1, "Hz", 0.01, 50,
			"In mode auto: thoughts a second at most."),
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

func (c *Policy) safetyParams() []Param {
	return []Param{
		float(&c.ExecuteTimeout, "execute_timeout", 60, "s", 0.1, 86400,
			"A goal of the action ~/execute that nobody called done (topic task_done) by then has failed."),
		integer(&c.DoneAfter, "done_after", 2, "times", 0, 1000,
			"So often in a row the model has to say that the task is done, by a thought (\"sub done;\") or by a dimension of its action (see dimensions), before the node says it on task_done. 0: the model's word does not count."),
		float(&c.InstructionTimeout, "instruction_timeout", 0, "s", 0, 86400,
			"An instruction that was given longer ago than this makes the robot hold, until it is given again. 0: it holds for ever."),
		float(&c.DeadmanTimeout, "deadman_timeout", 0, "s", 0, 60,
			"Without a message on topic alive (std_msgs/Empty) for this long the robot holds. 0: nobody has to stay there."),
		integer(&c.RealtimePriority, "realtime_priority", 0, "", 0, 99,
			"Priority of SCHED_FIFO for the control loop's thread. 0: an ordinary thread. Without the right to it the loop runs without, and diagnostics say what gives it."),
		boolean(&c.LockMemory, "lock_memory", false,
			"Keep the process in memory, so that no page fault waits for a disk."),
	}
}

func (c *Policy) Validate() error {
	if err := checkAll(c); err != nil {
		return err
	}
	if err := c.Outputs.check(); err != nil {
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
