package config

import (
	"fmt"
	"math"
	"slices"
)

// Sim configures the bridge between a simulated robot and the bus.
type Sim struct {
	Common

	Simulator string   // by name
	World     string   // name under gazebo/worlds
	Cameras   []string // topics of images
	Task      string   // of the scene at start
	Split     string   // of the scene at start
	Seed      int64    // of the scene at start; evaluation uses 1,000,000 and up

	StepRate       float64 // Hz, of physics and of ee_pose and joint_states
	ImageRate      float64 // Hz
	CommandTimeout float64 // s
	PublishClock   bool
	CameraFrame    string
	BaseFrame      string

	Calibration
}

// DefaultSim is what runs when nothing is set.
func DefaultSim() Sim {
	var c Sim
	setDefaults(&c)
	return c
}

func (*Sim) Kind() string { return "sim" }

func (c *Sim) Params() []Param {
	return slices.Concat(c.Common.params(1), []Param{
		text(&c.Simulator, "simulator", "embedded",
			"Who simulates. embedded: this program. classic: Gazebo 11, which make gazebo sets up.", "embedded", "classic"),
		text(&c.World, "world", "tabletop", "World to load, by name."),
		texts(&c.Cameras, "cameras", []string{"image"},
			"Cameras, by the topics of their images: image (overhead), image_wrist (on the hand). Each costs time."),
		text(&c.Task, "task", "touch", "Task of the first scene; ~/reset chooses later ones.",
			"touch", "push", "pick", "place", "rotate", "stack", "sort", "swap", "tower"),
		text(&c.Split, "split", "id", "Split of the first scene: which objects, positions, phrases and light.",
			"id", "ood_pair", "ood_position", "ood_distractors", "ood_phrase", "ood_light"),
		integer(&c.Seed, "seed", 1000000, "", 0, math.MaxInt32,
			"Seed of the first scene. Below 1000000: demonstrations and tuning; from there on: evaluation."),
		float(&c.StepRate, "step_rate", 100, "Hz", 50, 500,
			"Simulation steps a second, and ee_pose and joint_states with each of them."),
		float(&c.ImageRate, "image_rate", 20, "Hz", 0.5, 100,
			"Camera images a second."),
		float(&c.CommandTimeout, "command_timeout", 0.25, "s", 0.01, 10,
			"Without a command for this long the simulated robot stops, as a real driver does."),
		boolean(&c.PublishClock, "publish_clock", false,
			"Publish /clock, for nodes with use_sim_time."),
		text(&c.CameraFrame, "camera_frame", "camera_optical_frame", "frame_id of images."),
		text(&c.BaseFrame, "base_frame", "base_link", "frame_id of ee_pose."),
	}, c.Calibration.params())
}

func (c *Sim) Validate() error {
	if err := checkAll(c); err != nil {
		return err
	}
	if ms := 1000 / c.StepRate; math.Abs(ms/2-math.Round(ms/2)) > 1e-9 {
		return fmt.Errorf("parameter %q is %s Hz: a step must be a multiple of 2 ms (50, 62.5, 100, 125, 250 or 500 Hz)", "step_rate", number(c.StepRate))
	}
	if c.ImageRate > c.StepRate {
		return fmt.Errorf("parameter %q (%s Hz) is above step_rate (%s Hz)", "image_rate", number(c.ImageRate), number(c.StepRate))
	}
	return nil
}
