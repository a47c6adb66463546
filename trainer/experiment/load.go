package experiment

import (
	"bytes"
	"cmp"
	"embed"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"

	"hyt/gazebo/scenario"
	"hyt/gazebo/task"
	"hyt/trainer/experiment/actors"
	"hyt/trainer/traincmd"
)

// shipped are the plans that a name stands for.
//
//go:embed plans/*.yaml
var shipped embed.FS

// Load reads a plan: one of the shipped ones by its name, or a file.
func Load(name string) (*Plan, error) {
	raw, err := shipped.ReadFile(path.Join("plans", name+".yaml"))
	if errors.Is(err, fs.ErrNotExist) {
		raw, err = os.ReadFile(name)
	}
	if err != nil {
		return nil, fmt.Errorf("no plan %q: name a YAML file, or one of %s", name, strings.Join(names(), ", "))
	}
	p, err := Parse(raw)
	if err != nil {
		return nil, fmt.Errorf("plan %s: %w", name, err)
	}
	return p, nil
}

// names are those of the shipped plans.
func names() (list []string) {
	files, _ := fs.Glob(shipped, "plans/*.yaml") // the pattern is sound
	for _, f := range files {
		list = append(list, strings.TrimSuffix(path.Base(f), ".yaml"))
	}
	return list
}

// Parse reads and checks a plan. The error lists every fault.
func Parse(raw []byte) (*Plan, error) {
	var p Plan
	d := yaml.NewDecoder(bytes.NewReader(raw))
	d.KnownFields(true)
	if err := d.Decode(&p); err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	if err := p.check(); err != nil {
		return nil, err
	}
	return &p, nil
}

// faults collects what is wrong.
type faults []error

func (f *faults) add(format string, args ...any) { *f = append(*f, fmt.Errorf(format, args...)) }

// known refuses a name that the plan does not have.
func known[T any](f *faults, where, kind, name string, in map[string]T) bool {
	_, ok := in[name]
	if !ok {
		f.add("%s: no %s %q; there are %s", where, kind, name, strings.Join(slices.Sorted(maps.Keys(in)), ", "))
	}
	return ok
}

// filed refuses names that cannot be parts of files' names.
func filed[T any](f *faults, kind string, in map[string]T) {
	for _, name := range slices.Sorted(maps.Keys(in)) {
		if name == "" || strings.Contains(name, "/") {
			f.add("%s %q: want a name without a slash, since it names files", kind, name)
		}
	}
}

// once refuses what a list names again: its results would count as those of other seeds.
func once[T comparable](f *faults, where, what string, list []T) {
	for i, v := range list {
		if slices.Contains(list[:i], v) {
			f.add("%s: %s has %v twice", where, what, v)
		}
	}
}

func (p *Plan) check() error {
	var f faults
	if p.Name == "" || strings.ContainsAny(p.Name, "/ ") {
		f.add("name is %q: want a word, which names files", p.Name)
	}
	if !(p.Pace.Step > 0 && p.Pace.Episode > 0 && p.Pace.Demo > 0) {
		f.add("pace: step, episode and demo are seconds, more than 0")
	}
	filed(&f, "demos", p.Demos)
	filed(&f, "start", p.Starts)
	filed(&f, "arm", p.Arms)
	filed(&f, "eval", p.Evals)
	for _, name := range slices.Sorted(maps.Keys(p.Demos)) {
		p.Demos[name].check(&f, "demos "+name)
	}
	for _, name := range slices.Sorted(maps.Keys(p.Starts)) {
		s := p.Starts[name]
		if s.Model != "" && s.Train != nil {
			f.add("start %s: model and train are both given: it is one or the other", name)
		}
		if _, err := traincmd.Parse(marshal(merged(p.Ground, s.Train))); err != nil {
			f.add("start %s: train: %w", name, err)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(p.Evals)) {
		p.checkEval(&f, name)
	}
	if len(p.Blocks) == 0 {
		f.add("blocks is empty: nothing would be run")
	}
	seen := map[string]bool{}
	for _, b := range p.Blocks {
		if b.Name == "" || seen[b.Name] {
			f.add("block %q: each block has a name of its own", b.Name)
		}
		seen[b.Name] = true
		p.checkBlock(&f, b)
	}
	for _, c := range p.Claims {
		p.checkClaim(&f, c)
	}
	return errors.Join(f...)
}

func (d Demos) check(f *faults, where string) {
	if len(d.Tasks) == 0 || d.Episodes < 1 || d.Seed < 0 {
		f.add("%s: give tasks, and episodes of at least 1", where)
	}
	if d.Seed+int64(d.Episodes) > task.EvalSeed {
		f.add("%s: seeds %d to %d: those from %d are for evaluation", where, d.Seed, d.Seed+int64(d.Episodes)-1, task.EvalSeed)
	}
	naming, err := task.ParseNaming(d.Naming)
	if err != nil {
		f.add("%s: %w", where, err)
	}
	for _, name := range d.Tasks {
		t, err := task.ByName(name)
		if err == nil && naming != task.AnyNaming {
			_, err = task.Seeds(t, task.ID, naming, d.Seed, task.EvalSeed, d.Episodes)
		}
		if err != nil {
			f.add("%s: %w", where, err)
		}
	}
}

func (p *Plan) checkEval(f *faults, name string) {
	e, where := p.Evals[name], "eval "+name
	if e.Mode == "" {
		f.add("%s: mode is missing", where)
		return
	}
	if !(e.Share >= 0 && e.Share <= 1) {
		f.add("%s: share is %g, must be 0 to 1", where, e.Share)
	}
	switch {
	case e.Gate != "":
		known(f, where, "demos", e.Gate, p.Demos)
	case e.Mode == actors.Auto && e.Share > 0:
		f.add("%s: a share in mode auto needs a gate: name the demos that it is learned from", where)
	}
	if _, err := scenario.Parse(marshal(p.scenario(e))); err != nil {
		f.add("%s: scenario: %w", where, err)
	}
}

// mostSeeds is more than anyone will train, and few enough for a slip to be seen.
const mostSeeds = 100

func (p *Plan) checkBlock(f *faults, b Block) {
	where := "block " + b.Name
	if b.Seeds < 1 || b.Seeds > mostSeeds || len(b.Demos) == 0 || len(b.Steps) == 0 || len(b.Arms) == 0 {
		f.add("%s: give seeds of 1 to %d, and lists of demos, steps and arms", where, mostSeeds)
	}
	if !slices.Contains([]string{"", plotDemos, plotSteps, plotEvals}, b.Plot) {
		f.add("%s: no plot over %q: choose %s, %s or %s", where, b.Plot, plotDemos, plotSteps, plotEvals)
	}
	if b.Plot != "" && strings.ContainsAny(b.Name, "/ ") {
		f.add("%s: want a word as name, since it names the plot's file", where)
	}
	once(f, where, "demos", b.Demos)
	once(f, where, "steps", b.Steps)
	once(f, where, "arms", b.Arms)
	once(f, where, "evals", b.Evals)
	known(f, where, "start", b.Start, p.Starts)
	for _, name := range b.Demos {
		known(f, where, "demos", name, p.Demos)
	}
	for _, name := range b.Evals {
		known(f, where, "eval", name, p.Evals)
	}
	for _, steps := range b.Steps {
		if steps < 1 {
			f.add("%s: %d steps: want at least 1", where, steps)
		}
	}
	for _, name := range b.Arms {
		if !known(f, where, "arm", name, p.Arms) {
			continue
		}
		arm := p.Arms[name]
		if _, err := traincmd.Parse(marshal(merged(p.Train, arm.Train, b.Train))); err != nil {
			f.add("%s, arm %s: train: %w", where, name, err)
		}
		if arm.Planner != nil {
			if _, err := traincmd.Parse(marshal(merged(p.Train, arm.Planner, b.Train))); err != nil {
				f.add("%s, arm %s: planner: %w", where, name, err)
			}
		} else if slices.Contains(arm.Plays, actors.Hierarchy) {
			f.add("%s: arm %s plays hierarchy and has no planner", where, name)
		}
		if len(b.Evals) > 0 && len(p.played(arm, b)) == 0 {
			f.add("%s: arm %s plays none of its evals: it plays %s", where, name, strings.Join(arm.Plays, ", "))
		}
	}
}

func (p *Plan) checkClaim(f *faults, c Claim) {
	where := "claim " + c.Name
	for _, s := range []Side{c.Of, c.To} {
		b, s, ok := p.side(c, s)
		switch {
		case !ok:
			f.add("%s: no block %q", where, s.Block)
		case !slices.Contains(b.Arms, s.Arm):
			f.add("%s: block %s has no arm %q", where, b.Name, s.Arm)
		case !slices.Contains(p.played(p.Arms[s.Arm], b), s.Eval):
			f.add("%s: arm %s plays no eval %q in block %s", where, s.Arm, s.Eval, b.Name)
		case !slices.Contains(b.Demos, s.Demos) || !slices.Contains(b.Steps, s.Steps):
			f.add("%s: block %s has no training of %d steps on %s", where, b.Name, s.Steps, s.Demos)
		}
	}
}

// side fills in what the claim and the side's block say; ok is whether there is one.
func (p *Plan) side(c Claim, s Side) (b Block, full Side, ok bool) {
	s.Block = cmp.Or(s.Block, c.Block)
	at := slices.IndexFunc(p.Blocks, func(b Block) bool { return b.Name == s.Block })
	if at < 0 {
		return b, s, false
	}
	b = p.Blocks[at]
	if s.Demos == "" && len(b.Demos) > 0 {
		s.Demos = b.Demos[len(b.Demos)-1]
	}
	if s.Steps == 0 && len(b.Steps) > 0 {
		s.Steps = b.Steps[len(b.Steps)-1]
	}
	return b, s, true
}

// What a block's plot runs over.
const (
	plotDemos = "demos"
	plotSteps = "steps"
	plotEvals = "evals"
)

// played are the block's evaluations that the arm plays.
func (p *Plan) played(a Arm, b Block) (evals []string) {
	for _, name := range b.Evals {
		if slices.Contains(a.Plays, p.Evals[name].Mode) {
			evals = append(evals, name)
		}
	}
	return evals
}
