// Package experiment compares ways of training: it reads a plan of trainings and
// evaluations, runs what has no result yet by the commands that a user has (`hyt demos`,
// `hyt train`, `hyt eval`), and keeps every result.
//
// Key properties
//
//   - A plan says all: what differs between arms, under which conditions, how often, and
//     which differences will be looked at. It is checked whole before anything runs.
//   - A [Stage] (a recording, a training, an evaluation, …) has a key: the hash of what
//     it is told and of the keys of what it needs. A result is looked up by that key, so
//     nothing runs twice, whatever plan asks, and a change runs again only what depends
//     on it.
//   - A killed run goes on: what is done is found by its result, a training continues
//     from its checkpoint, an evaluation from its episodes.
//   - Work is done in rounds: the same condition and seed for all arms. A round is begun
//     only if the budget lets it end, so that whatever stops a run leaves balanced arms.
//
// Nothing here runs concurrently: each command uses the whole machine.
package experiment

import (
	"time"
)

// Settings are keys of another command's YAML file, as deep as they go. They are laid
// one over the other; what is left out has that command's default.
type Settings map[string]any

// Plan is an experiment, declared before it is run.
type Plan struct {
	Name   string        `yaml:"name"`
	About  string        `yaml:"about"`  // for the report
	Budget time.Duration `yaml:"budget"` // of one run of the command; 0: none
	Pace   Pace          `yaml:"pace"`   // until there are measured ones

	Train  Settings         `yaml:"train"` // `hyt train --config`, of every arm
	Ground Settings         `yaml:"ground"`
	Eval   Settings         `yaml:"eval"` // `hyt eval --scenario`, of every evaluation
	Demos  map[string]Demos `yaml:"demos"`
	Starts map[string]Start `yaml:"starts"`
	Arms   map[string]Arm   `yaml:"arms"`
	Evals  map[string]Eval  `yaml:"evals"`
	Blocks []Block          `yaml:"blocks"` // first things first
	Claims []Claim          `yaml:"claims"` // the first is the primary one
}

// Pace is how long things take, in seconds, before any was measured on this machine.
type Pace struct {
	Step    float64 `yaml:"step"`    // of training
	Episode float64 `yaml:"episode"` // of evaluation
	Demo    float64 `yaml:"demo"`    // of one recorded episode
}

// Demos is a set of demonstrations.
type Demos struct {
	Tasks    []string `yaml:"tasks"`
	Episodes int      `yaml:"episodes"` // of each task
	Naming   string   `yaml:"naming"`   // only scenes that name things so: full, look or relation; "": all
	Seed     int64    `yaml:"seed"`     // of the first; sets that share seeds share scenes
	Sim      string   `yaml:"simulator"`
	See      bool     `yaml:"see"` // thoughts begin with what matters in the image
}

// Start is what the arms of a seed begin from, all the same.
type Start struct {
	Model string   `yaml:"model"` // directory, the same for all seeds; or
	Train Settings `yaml:"train"` // `hyt train --pretrain` over Plan.Ground, once for each seed
}

// Arm is one way of training.
type Arm struct {
	About string   `yaml:"about"`
	Train Settings `yaml:"train"` // over Plan.Train
	// Planner is of a second model, which thinks for the first to follow; nil: there is
	// one model.
	Planner Settings `yaml:"planner"`
	Plays   []string `yaml:"plays"` // modes; an arm with a planner plays hierarchy
}

// Eval is one way of judging a trained model.
type Eval struct {
	About string   `yaml:"about"`
	Mode  string   `yaml:"mode"`     // arms that play it are judged so
	Eval  Settings `yaml:"scenario"` // over Plan.Eval
	// Gate is a set of fresh demonstrations that a gate is first learned from, for mode
	// auto; "": the model stays as it was trained.
	Gate string `yaml:"gate"`
	// Share of the frames that mode auto or coin thinks about; for auto 0 is the node's
	// own way, by its threshold and rate.
	Share float64 `yaml:"share"`
	// Order is a name among equal evaluations that are to be repeated; it changes the
	// key, and nothing else.
	Order int `yaml:"order"`
	// At is where a plot over evaluations has it, such as a latency in milliseconds.
	At float64 `yaml:"at"`
}

// Block asks one question: arms under conditions.
type Block struct {
	Name  string   `yaml:"name"`
	Asks  string   `yaml:"asks"`
	Seeds int      `yaml:"seeds"` // training seeds 1 to Seeds
	Start string   `yaml:"start"`
	Demos []string `yaml:"demos"`
	Steps []int    `yaml:"steps"`
	Train Settings `yaml:"train"` // over the arm's
	Arms  []string `yaml:"arms"`
	Evals []string `yaml:"evals"` // each arm plays those of its modes
	// Plot is what a line of the block's plot runs over: demos, steps, evals; "": no plot.
	Plot string `yaml:"plot"`
	Over string `yaml:"over"` // what Eval.At is, for the plot's axis
}

// Claim is a difference that is looked at: Of minus To, over the seeds that both have.
type Claim struct {
	Name  string  `yaml:"name"`
	Says  string  `yaml:"says"`  // the hypothesis
	Block string  `yaml:"block"` // of the sides that name none
	Of    Side    `yaml:"of"`
	To    Side    `yaml:"to"`
	Goal  float64 `yaml:"goal"`  // least difference that the project wants, 0..1; or
	Ratio float64 `yaml:"ratio"` // least ratio of Of to To
}

// Side is one side of a claim.
type Side struct {
	Block string `yaml:"block"` // "": the claim's
	Arm   string `yaml:"arm"`
	Eval  string `yaml:"eval"`
	Demos string `yaml:"demos"` // "": the block's last
	Steps int    `yaml:"steps"` // 0: the block's last
}
