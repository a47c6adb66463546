package experiment

import (
	"fmt"

	"hyt/trainer/experiment/actors"
)

// Condition is what the arms of a comparison have in common.
type Condition struct {
	Block string
	Demos string
	Steps int
}

// Round is the same condition and seed for all arms of a block: what is done as a whole.
type Round struct {
	Condition
	Seed  int
	Cells []Cell
}

// Cell is one arm in a round: a training and what it is judged by.
type Cell struct {
	Arm   string
	Seed  int
	Train *Stage // of the model that drives
	Plays []Play
}

// Play is one evaluation of a cell's model.
type Play struct {
	Eval  string
	Stage *Stage
}

// Rounds lists the plan's work in the order in which it is to be done: blocks as
// declared; in each, seed after seed, so that one that is cut has equal seeds.
func (p *Plan) Rounds() ([]Round, error) {
	var rounds []Round
	b := builder{plan: p, made: map[string]*Stage{}}
	for _, block := range p.Blocks {
		for seed := 1; seed <= block.Seeds; seed++ {
			for _, demos := range block.Demos {
				for _, steps := range block.Steps {
					r, err := b.round(block, Condition{block.Name, demos, steps}, seed)
					if err != nil {
						return nil, err
					}
					rounds = append(rounds, r)
				}
			}
		}
	}
	return rounds, nil
}

// builder makes stages, each once.
type builder struct {
	plan *Plan
	made map[string]*Stage // by key
}

func (b *builder) round(block Block, c Condition, seed int) (Round, error) {
	r := Round{Condition: c, Seed: seed}
	start, err := b.start(block.Start, seed)
	if err != nil {
		return r, err
	}
	for _, name := range block.Arms {
		arm := b.plan.Arms[name]
		cell := Cell{Arm: name, Seed: seed}
		train := func(label string, own Settings) *Stage {
			told := merged(b.plan.Train, own, block.Train).with("seed", seed)
			told["train"] = map[string]any(merged(asMap(told["train"]), Settings{"steps": c.Steps}))
			return b.once(&Stage{
				Kind: Train, Label: fmt.Sprintf("%s-%s-%d-%s-%d", label, c.Demos, c.Steps, block.Start, seed), Told: told,
				Units: c.Steps, Needs: []Need{{"demos", b.demos(c.Demos)}, {"start", start}},
			})
		}
		cell.Train = train(name, arm.Train)
		needs := []Need{{"model", cell.Train}}
		if arm.Planner != nil {
			needs = append(needs, Need{"planner", train(name+"-planner", arm.Planner)})
		}
		for _, eval := range b.plan.played(arm, block) {
			cell.Plays = append(cell.Plays, Play{eval, b.eval(eval, needs)})
		}
		r.Cells = append(r.Cells, cell)
	}
	return r, nil
}

// once gives the stage of this key that was made before, if there is one.
func (b *builder) once(s *Stage) *Stage {
	key := s.Key()
	if made, ok := b.made[key]; ok {
		return made
	}
	b.made[key] = s
	return s
}

func (b *builder) demos(name string) *Stage {
	d := b.plan.Demos[name]
	told := Settings{"tasks": d.Tasks, "episodes": d.Episodes, "seed": d.Seed}
	if d.Sim != "" {
		told["simulator"] = d.Sim
	}
	if d.See {
		told["see"] = true
	}
	if d.Naming != "" {
		told["naming"] = d.Naming
	}
	return b.once(&Stage{Kind: Record, Label: name, Told: told, Units: d.Episodes * len(d.Tasks)})
}

func (b *builder) start(name string, seed int) (*Stage, error) {
	s := b.plan.Starts[name]
	if s.Model != "" {
		return given(s.Model)
	}
	told := merged(b.plan.Ground, s.Train).with("seed", seed)
	return b.once(&Stage{Kind: Ground, Label: fmt.Sprintf("%s-%d", name, seed), Told: told, Units: steps(told)}), nil
}

// steps are those that settings of a training name; 0: its default.
func steps(told Settings) int {
	n, _ := asMap(told["train"])["steps"].(int)
	return n
}

func (b *builder) eval(name string, needs []Need) *Stage {
	e, model := b.plan.Evals[name], needs[0].Stage
	if e.Gate != "" {
		model = b.once(&Stage{Kind: Gate, Label: model.Label, Units: 1, Needs: []Need{{"model", model}, {"demos", b.demos(e.Gate)}}})
		needs = append([]Need{{"model", model}}, needs[1:]...)
	}
	told := b.plan.scenario(e)
	if e.played() {
		told = told.with("mode", e.Mode).with("share", e.Share)
	}
	if e.Order > 0 {
		told["name"] = fmt.Sprintf("%s %d", name, e.Order)
	}
	return b.once(&Stage{Kind: Judge, Label: name + "-" + model.Label, Told: told, Units: episodes(told), Needs: needs})
}

// scenario is what `hyt eval` is told.
func (p *Plan) scenario(e Eval) Settings {
	told := merged(p.Eval, e.Eval)
	if !e.played() {
		told["modes"] = []string{e.Mode}
	}
	return told
}

// played says whether `hyt experiment play` judges it, since `hyt eval` cannot.
func (e Eval) played() bool {
	return e.Mode == actors.Hierarchy || e.Mode == actors.Coin || e.Mode == actors.Auto && e.Share > 0
}

// episodes is how many the scenario plays, about.
func episodes(told Settings) int {
	n, ok := told["episodes"].(int)
	if !ok {
		n = 100 // the scenario's default
	}
	count := func(key string) int {
		list, _ := told[key].([]any)
		return max(1, len(list))
	}
	return n * count("tasks") * count("splits")
}
