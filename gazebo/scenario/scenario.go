// Package scenario says as YAML what an evaluation plays and what has to come of it: the
// file that a CI job names. The files under gazebo/scenarios are examples; default.yaml
// beside this one documents every key with its default.
package scenario

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"time"

	"hyt/gazebo/eval"
	"hyt/gazebo/task"
	"hyt/policy"
)

// Scenario is one evaluation.
type Scenario struct {
	Name     string   `yaml:"name"`
	World    string   `yaml:"world"`
	Sim      string   `yaml:"simulator"` // embedded, classic or ros
	Model    string   `yaml:"model"`     // directory
	Tasks    []string `yaml:"tasks"`     // empty: all
	Splits   []string `yaml:"splits"`
	Naming   string   `yaml:"naming"` // full, look or relation: only scenes that name things so; "": all
	Modes    []string `yaml:"modes"`
	Controls []string `yaml:"controls"` // that play beside the policy itself
	Episodes int      `yaml:"episodes"` // of each task, split, mode and control
	Seed     int64    `yaml:"seed"`     // of the first episode; the others follow
	Workers  int      `yaml:"workers"`  // episodes at a time
	Bus      string   `yaml:"bus"`      // mem, dds or direct

	Replan   time.Duration `yaml:"replan"`   // simulated time between observations
	Blending string        `yaml:"blending"` // of chunks; "": as the policy node does
	Thinker  Thinker       `yaml:"thinker"`
	Inject   Inject        `yaml:"inject"`

	Thresholds []Threshold `yaml:"thresholds"`
	MaxLost    int         `yaml:"max_lost"` // episodes that may be lost
	Baseline   string      `yaml:"baseline"` // report (a JSON file) or model (a directory) to compare with; "": none
	// WorseAt is the p-value below which a cell that does worse than the baseline's fails;
	// 0: none does.
	WorseAt float64 `yaml:"worse_at"`
}

// Thinker is the pace of who thinks for mode guided.
type Thinker struct {
	Rate    float64       `yaml:"rate"`    // thoughts a second, at most, simulated
	Latency time.Duration `yaml:"latency"` // from a picture's arrival to its thought, simulated
}

// Inject is what makes the robot's life harder.
type Inject struct {
	Latency        time.Duration `yaml:"latency"`         // from a picture to its arrival, simulated
	ImageNoise     float64       `yaml:"image_noise"`     // standard deviation, of values 0..255
	DroppedFrames  float64       `yaml:"dropped_frames"`  // share
	ActuationNoise float64       `yaml:"actuation_noise"` // standard deviation, m/s
}

// Threshold is the least share of episodes that succeed in the cells that it names.
// Names left out mean any, but a control left out means the policy itself.
type Threshold struct {
	Task    string  `yaml:"task" json:"task,omitempty"`
	Split   string  `yaml:"split" json:"split,omitempty"`
	Mode    string  `yaml:"mode" json:"mode,omitempty"`
	Control string  `yaml:"control" json:"control,omitempty"`
	Rate    float64 `yaml:"rate" json:"rate"` // 0..1
}

// Of says whether the threshold is one for the cell.
func (t Threshold) Of(c eval.Cell) bool {
	any := func(want, is string) bool { return want == "" || want == is }
	return any(t.Task, c.Task) && any(t.Split, string(c.Split)) && any(t.Mode, string(c.Mode)) && t.Control == string(c.Control)
}

// Default is what is played when nothing is said.
func Default() Scenario {
	return Scenario{
		World: task.World, Sim: "embedded", Model: "policy/models/tabletop",
		Splits: []string{string(task.ID)}, Modes: []string{string(policy.Act)},
		Episodes: 100, Seed: task.EvalSeed, Workers: 2, Bus: "mem", Replan: eval.DefaultReplan,
		Thinker: Thinker{Rate: eval.DefaultThinkerRate},
	}
}

// Config is what eval.Run is to play; the simulator, the model and where things are
// written are left to fill in.
func (s Scenario) Config() (eval.Config, error) {
	c := eval.Config{
		Tasks: s.Tasks, Naming: task.Naming(s.Naming), Episodes: s.Episodes, Seed: s.Seed, Replan: s.Replan, Workers: s.Workers, SimName: s.Sim,
		Controls: []eval.Control{eval.Plain}, Latency: s.Inject.Latency, Noise: s.Inject.ActuationNoise,
		ImageNoise: s.Inject.ImageNoise, Dropped: s.Inject.DroppedFrames,
		Thinker: eval.ThinkerPace{Rate: s.Thinker.Rate, Latency: s.Thinker.Latency},
	}
	for _, name := range s.Splits {
		split, err := task.ParseSplit(name)
		if err != nil {
			return c, err
		}
		c.Splits = append(c.Splits, split)
	}
	for _, m := range s.Modes {
		c.Modes = append(c.Modes, policy.Mode(m))
	}
	for _, name := range s.Controls {
		c.Controls = append(c.Controls, eval.Control(name))
	}
	var err error
	c.Chunking, err = eval.DefaultChunking(s.Blending)
	return c, err
}

// Key says which episodes may be compared one by one, whoever played them: it is a hash of
// all that decides how an episode of one seed goes, the model by its sha256. Which of the
// episodes are played, by how many workers, and what is wanted of them, is not in it.
func (s Scenario) Key(modelSHA256 string) string {
	decisive := struct {
		World, Sim, Blending, Model string
		Replan                      time.Duration
		Thinker                     Thinker
		Inject                      Inject
	}{s.World, s.Sim, s.Blending, modelSHA256, s.Replan, s.Thinker, s.Inject}
	data, err := json.Marshal(decisive)
	if err != nil {
		panic(err) // NaN, which Load refuses
	}
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}
