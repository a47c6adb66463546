// Package spec is the contract between the trainer, which writes a model
// directory, and everything that runs one: spec.yaml, format "hyt/1".
package spec

// Format is the value of Spec.Format that this version reads and writes.
const Format = "hyt/1"

// Names of the graphs' state tensors. A graph reads "state.k" and leaves
// "state.k.out", because names within an ONNX graph are unique; the two are one
// tensor of the model's state. All graphs name their state outputs so.
const (
	StatePrefix    = "state."
	StateOutSuffix = ".out"
)

// FileName is the spec's name inside a model directory.
const FileName = "spec.yaml"

// Spec describes one model directory.
type Spec struct {
	Format    string            `yaml:"format"`
	Name      string            `yaml:"name"`
	Files     map[string]string `yaml:"files"` // file name -> sha256, hex; every file but spec.yaml
	Cameras   []Camera          `yaml:"cameras"`
	Proprio   []string          `yaml:"proprio"` // names: x y z (m), yaw (rad), gripper (0..1)
	Action    Action            `yaml:"action"`
	Modes     []string          `yaml:"modes"`
	MaxState  int               `yaml:"max_state"` // positions that state.* may grow to
	Graphs    Graphs            `yaml:"graphs"`
	Tokenizer string            `yaml:"tokenizer"` // file name
	Thought   Thought           `yaml:"thought"`
	Training  Training          `yaml:"training"`
}

// Camera is one image input. Crop is left, top, right, bottom as fractions 0..1
// of the incoming image; the crop is resized to Width x Height.
type Camera struct {
	Name   string     `yaml:"name"`
	Width  int        `yaml:"width"`
	Height int        `yaml:"height"`
	Crop   [4]float64 `yaml:"crop,flow"`
}

// Action describes the action vector (see Chunk in hyt/policy).
type Action struct {
	Names []string  `yaml:"names,flow"`
	Units []string  `yaml:"units,flow"`
	Kind  string    `yaml:"kind"`  // "ee_delta": displacement of the end effector over one period in base_link
	Rate  float64   `yaml:"rate"`  // Hz
	Chunk int       `yaml:"chunk"` // actions
	Q01   []float64 `yaml:"q01,flow"`
	Q99   []float64 `yaml:"q99,flow"` // q01..q99 maps to -1..1
	Head  string    `yaml:"head"`     // "continuous" or "bins"
	Bins  int       `yaml:"bins,omitempty"`
}

// Graphs names the ONNX files.
type Graphs struct {
	Image  string `yaml:"image"`  // images, proprio -> state.*.out
	Extend string `yaml:"extend"` // tokens, state.* -> logits, state.*.out
	Act    string `yaml:"act"`    // state.* -> actions
	Gate   string `yaml:"gate,omitempty"`
}

// Thought says what the model's thoughts look like.
type Thought struct {
	Grammar   string `yaml:"grammar"` // "hyt/1"
	MaxTokens int    `yaml:"max_tokens"`
}

// Training says how the model came to be, so that it can be made again.
type Training struct {
	Command string             `yaml:"command"`
	Regime  string             `yaml:"regime"` // "hyt", "vla", "ecot"
	Weights map[string]float64 `yaml:"weights"`
	Loss    map[string]float64 `yaml:"loss"` // last smoothed, by mode
	Seed    int64              `yaml:"seed"`
	Steps   int                `yaml:"steps"`
	Samples int                `yaml:"samples"`
	Data    map[string]string  `yaml:"data"` // bag or generator -> sha256 or seed range
	Scores  []Score            `yaml:"scores,omitempty"`
}

// Score is one cell of an evaluation of this model.
type Score struct {
	Task     string     `yaml:"task"`
	Mode     string     `yaml:"mode"`
	Split    string     `yaml:"split"`
	Episodes int        `yaml:"episodes"`
	Rate     float64    `yaml:"rate"`
	CI95     [2]float64 `yaml:"ci95,flow"` // Wilson
}
