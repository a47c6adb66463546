package eval

import (
	"errors"
	"fmt"
	"math"

	"hyt/gazebo/sim"
	"hyt/gazebo/task"
	"hyt/policy"
)

// jobs lists all episodes, cell by cell, in the order of the report.
func (c *Config) jobs() ([]job, error) {
	type scenes struct {
		task  string
		split task.Split
	}
	seeds := map[scenes][]int64{} // the same for all modes and controls; to seek a naming takes time
	var jobs []job
	for _, control := range c.Controls {
		for _, mode := range c.modesOf(control) {
			for _, name := range c.Tasks {
				t, err := task.ByName(name)
				if err != nil {
					return nil, err
				}
				for _, split := range c.Splits {
					these := scenes{name, split}
					if seeds[these] == nil {
						if seeds[these], err = task.Seeds(t, split, c.Naming, c.Seed, math.MaxInt64, c.Episodes); err != nil {
							return nil, err
						}
					}
					for _, seed := range seeds[these] {
						jobs = append(jobs, job{task: t, Episode: Episode{Task: name, Split: split, Mode: mode, Control: control, Seed: seed}})
					}
				}
			}
		}
	}
	return jobs, nil
}

// Planned lists the cells that a run has, in the order of its report, without results.
func (c Config) Planned() ([]Cell, error) {
	c.Episodes = 1
	if c.NewSim == nil {
		c.NewSim = func() (sim.Sim, error) { return nil, errors.New("no simulator was named") }
	}
	c, err := c.complete()
	if err != nil {
		return nil, err
	}
	jobs, err := c.jobs()
	if err != nil {
		return nil, err
	}
	var cells []Cell
	for _, j := range jobs {
		cells = append(cells, Cell{Task: j.Task, Split: j.Split, Mode: j.Mode, Control: j.Control})
	}
	return cells, nil
}

// modesOf returns the modes to play: a reference policy has none.
func (c *Config) modesOf(control Control) []policy.Mode {
	if control.reference() {
		return []policy.Mode{""}
	}
	return c.Modes
}

// draw draws the scene, and what is said in it. Only who plays it does: scenes of some
// tasks take time to draw.
func (j *job) draw() (err error) {
	if j.scene, err = j.task.Episode(j.Split, j.Seed); err != nil {
		return err
	}
	j.Instruction = j.scene.Instruction
	if j.Control == Shuffled {
		j.Instruction, err = otherInstruction(j.scene)
	}
	return err
}

// shuffleReach is how many later scenes are looked through for an instruction.
const shuffleReach = 500

// otherInstruction is that of the first later scene that asks for another object,
// one that stands in this scene too: a policy that listens then goes wrong here.
// Where this scene's other objects are never asked for, it is that of the first
// later scene that asks for another object, or otherwise for something else, at
// all. It calls things by their full names, which mean the same in every scene.
func otherInstruction(e task.Episode) (string, error) {
	fallback := ""
	for k := int64(1); k <= shuffleReach; k++ {
		other, err := e.Task.Episode(e.Split, e.Seed+k)
		if err != nil {
			return "", err
		}
		if other.Goal == e.Goal || (other.Goal.Object == e.Goal.Object && e.Goal.Object != task.Thing{}) {
			continue
		}
		if fallback == "" {
			fallback = other.Plain
		}
		for _, o := range e.Scene.Objects {
			if (task.Thing{Color: o.Color, Shape: o.Shape}) == other.Goal.Object {
				return other.Plain, nil
			}
		}
	}
	if fallback == "" {
		return "", fmt.Errorf("%s, split %s, seed %d: no later scene asks for another object", e.Task.Name(), e.Split, e.Seed)
	}
	return fallback, nil
}
