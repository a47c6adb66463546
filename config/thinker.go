package config

import "slices"

// Thinker configures the node that says what the policy's model thinks.
type Thinker struct {
	Common
	Camera

	Model         string  // directory
	Threads       int64   // of ONNX Runtime
	Provider      string  // of ONNX Runtime
	ThoughtRate   float64 // Hz, at most
	MaxTokens     int64   // 0: what the model's spec says
	Temperature   float64
	Seed          int64
	TokenRate     float64 // Hz; 0: as they come
	MaxDifference float64 // quantile ranges
	ImageTimeout  float64 // s, on the node's clock
	PoseTimeout   float64 // s, on the node's clock

	GripperJoints []string // as in Policy
	GripperTravel float64  // m

	BaseFrame   string  // of places in metres
	TableHeight float64 // m, in BaseFrame
}

// DefaultThinker is what runs when nothing is set.
func DefaultThinker() Thinker {
	var c Thinker
	setDefaults(&c)
	return c
}

func (*Thinker) Kind() string { return "thinker" }

func (c *Thinker) Params() []Param {
	return slices.Concat(c.Common.params(2), c.Camera.params(), []Param{
		text(&c.Model, "model", "policy/models/tabletop",
			"Model directory. Composed with a policy that runs the same one, the thinker shares its engine and frames."),
		integer(&c.Threads, "threads", 1, "", 1, 64,
			"Threads of ONNX Runtime, where the engine is the thinker's own."),
		text(&c.Provider, "provider", "cpu",
			"Execution provider of ONNX Runtime, where the engine is the thinker's own. All but cpu need a library that was built with them (ONNXRUNTIME_SHARED_LIBRARY_PATH).",
			"cpu", "cuda", "tensorrt", "openvino"),
		float(&c.ThoughtRate, "thought_rate", 2, "Hz", 0.01, 50,
			"Thoughts a second at most, each decoded from a frame of its own.").live(),
		integer(&c.MaxTokens, "max_tokens", 0, "tokens", 0, 4096,
			"Longest thought. 0: what the model's spec says."),
		float(&c.Temperature, "temperature", 0, "ratio", 0, 10,
			"0 takes the likeliest token each time; 1 draws as the model believes."),
		integer(&c.Seed, "seed", 1, "", 0, 1<<31-1,
			"Of the draws."),
		float(&c.TokenRate, "token_rate", 0, "Hz", 0, 100000,
			"Tokens a second at most, spread evenly: what the thinker may take of the processor. 0: as they come, between the policy's runs."),
		float(&c.MaxDifference, "max_difference", 0.25, "ranges", 0.001, 100,
			"How far the actions after a thought may be from the direct ones, in quantile ranges of the model's actions, before diagnostics warn."),
		float(&c.ImageTimeout, "image_timeout", 0.3, "s", 0.01, 10,
			"No thought from an image older than this.").live(),
		float(&c.PoseTimeout, "pose_timeout", 0.3, "s", 0.01, 10,
			"No thought with an ee_pose older than this, for models that take the pose."),
		texts(&c.GripperJoints, "gripper_joints", []string{"left_finger_joint", "right_finger_joint"},
			"Joints of joint_states whose mean position is the gripper's opening."),
		float(&c.GripperTravel, "gripper_travel", 0.04, "m", 0.0001, 1,
			"Position of each gripper joint when fully open."),
		text(&c.BaseFrame, "base_frame", "base_link",
			"Frame of the places in metres that the thinker adds where camera_info_url and camera_transform_url are given."),
		float(&c.TableHeight, "table_height", 0, "m", -10, 10,
			"Height z in base_frame of the plane on which a place in the image is sought: the table's top, or half the height of what stands on it."),
	})
}

func (c *Thinker) Validate() error { return checkAll(c) }
