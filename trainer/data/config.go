package data

import (
	"fmt"
	"time"
)

// Topics names what is read from a bag. Names are fully qualified.
type Topics struct {
	Image       string // sensor_msgs/msg/Image
	Pose        string // geometry_msgs/msg/PoseStamped of the end effector, in the base frame
	Joints      string // sensor_msgs/msg/JointState, for the gripper's opening
	Instruction string // std_msgs/msg/String
	Action      string // geometry_msgs/msg/TwistStamped, in the base frame
	Gripper     string // std_msgs/msg/Float64, target opening
	Thought     string // hyt_msgs/msg/Thought; may be missing from a bag
	Episode     string // hyt_msgs/msg/Episode; may be missing from a bag
}

// Config says how bags become samples.
type Config struct {
	Topics Topics
	// Width and Height are the camera size of the model, pixels. Images of
	// another size are resized by area.
	Width, Height int
	// Crop is left, top, right, bottom as fractions of the recorded image.
	Crop [4]float64
	// Rate is actions a second; Chunk is how many a sample has.
	Rate  float64
	Chunk int
	// BaseFrame is the frame that poses and actions must be in. An empty
	// frame_id is taken for it.
	BaseFrame string
	// GripperJoints are the fingers; GripperTravel is a finger's position, m,
	// when the gripper is fully open.
	GripperJoints []string
	GripperTravel float64
	// Tolerance is how far a pose may be from its image and still count as taken
	// with it. Further away it is interpolated, if the poses before and after are
	// at most MaxGap apart; else the image is left out.
	Tolerance time.Duration
	MaxGap    time.Duration
	// CommandHold is how long a velocity command lasts without a new one: robots
	// stop when their commander falls silent.
	CommandHold time.Duration
	// ThoughtAge is how long a thought stays true.
	ThoughtAge time.Duration
	// EpisodeGap ends an episode without markers when images pause for longer.
	EpisodeGap time.Duration
	// AllowModelThoughts also learns from thoughts that a model wrote. Off, since
	// a policy that learns from its own thoughts drifts.
	AllowModelThoughts bool
	// KeepFailed also uses episodes that their marker calls failed.
	KeepFailed bool
}

// Default is the tabletop robot of this project.
func Default() Config {
	return Config{
		Topics: Topics{
			Image: "/image", Pose: "/ee_pose", Joints: "/joint_states", Instruction: "/instruction",
			Action: "/action", Gripper: "/gripper", Thought: "/thought", Episode: "/episode",
		},
		Width: 64, Height: 64, Crop: [4]float64{0, 0, 1, 1},
		Rate: 10, Chunk: 8, BaseFrame: "base_link",
		GripperJoints: []string{"left_finger_joint", "right_finger_joint"}, GripperTravel: 0.04,
		Tolerance: 20 * time.Millisecond, MaxGap: 200 * time.Millisecond,
		CommandHold: 500 * time.Millisecond, ThoughtAge: 500 * time.Millisecond, EpisodeGap: time.Second,
	}
}

// Validate says what is wrong with c.
func (c Config) Validate() error {
	switch {
	case c.Width < 1 || c.Height < 1:
		return fmt.Errorf("data: image size is %dx%d; both must be at least 1", c.Width, c.Height)
	case !(c.Rate > 0 && c.Rate <= 1000):
		return fmt.Errorf("data: rate is %g Hz; want more than 0, at most 1000", c.Rate)
	case c.Chunk < 1:
		return fmt.Errorf("data: chunk is %d; want at least 1", c.Chunk)
	case len(c.GripperJoints) == 0 || !(c.GripperTravel > 0):
		return fmt.Errorf("data: gripper joints %v with travel %g m; name the fingers and their travel", c.GripperJoints, c.GripperTravel)
	case c.Tolerance < 0 || c.MaxGap < 0 || c.CommandHold <= 0 || c.ThoughtAge < 0 || c.EpisodeGap <= 0:
		return fmt.Errorf("data: times must not be negative, command hold and episode gap must be more than 0")
	}
	return nil
}

// period is the time of one action, ns.
func (c Config) period() int64 { return int64(float64(time.Second) / c.Rate) }

// wanted is one topic that a bag should have.
type wanted struct {
	name     string
	typeName string
	optional bool
	field    string // of Topics, for error messages
}

func (t Topics) wanted() []wanted {
	return []wanted{
		{t.Image, "sensor_msgs/msg/Image", false, "image"},
		{t.Pose, "geometry_msgs/msg/PoseStamped", false, "pose"},
		{t.Joints, "sensor_msgs/msg/JointState", false, "joints"},
		{t.Instruction, "std_msgs/msg/String", false, "instruction"},
		{t.Action, "geometry_msgs/msg/TwistStamped", false, "action"},
		{t.Gripper, "std_msgs/msg/Float64", false, "gripper"},
		{t.Thought, "hyt_msgs/msg/Thought", true, "thought"},
		{t.Episode, "hyt_msgs/msg/Episode", true, "episode"},
	}
}
