package experiment

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"
)

// Order is what of a plan is to be done now.
type Order struct {
	Plan   *Plan
	Budget time.Duration // wall time; 0: none
	Blocks []string      // only these; empty: all
	Seeds  int           // only the first of each block; 0: all
}

// Summary is what a run did.
type Summary struct {
	Rounds, Done, Before int           // planned; done by now; of them before this run
	Left                 []string      // rounds that did not fit the budget
	Needed               time.Duration // for what is left, estimated
}

// String is a few lines for people.
func (s Summary) String() string {
	text := fmt.Sprintf("%d of %d rounds are done, %d of them before this run", s.Done, s.Rounds, s.Before)
	if len(s.Left) > 0 {
		text += fmt.Sprintf("; %d did not fit the budget and need about %s more; the first is %s", len(s.Left), s.Needed.Round(time.Minute), s.Left[0])
	}
	return text
}

// Failures are the stages that failed in this run, each once, by what failed first.
func (l *Lab) Failures() []error { return slices.Clip(l.failures) }

// Run does the rounds in their order. Failures are noted, and the rest goes on; the error
// is for what ends a run: ctx, or results that cannot be read or written.
func (l *Lab) Run(ctx context.Context, o Order) (Summary, error) {
	var sum Summary
	rounds, err := o.rounds()
	if err != nil {
		return sum, err
	}
	sum.Rounds = len(rounds)
	pace, err := l.pace(o.Plan.Pace)
	if err != nil {
		return sum, err
	}
	began := l.Now()
	if o.Budget > 0 { // what was estimated too short is stopped, and goes on another time
		var stop context.CancelFunc
		ctx, stop = context.WithTimeoutCause(ctx, o.Budget, errBudget)
		defer stop()
	}
	for i, r := range rounds {
		todo, err := l.todo(r)
		if err != nil {
			return sum, err
		}
		if len(todo) == 0 {
			sum.Done++
			sum.Before++
			continue
		}
		need := pace.of(todo)
		if o.Budget > 0 && l.Now().Sub(began)+need > o.Budget {
			sum.Left, sum.Needed = append(sum.Left, r.String()), sum.Needed+need
			continue
		}
		l.Say("round %d of %d: %s, about %s", i+1, len(rounds), r, need.Round(time.Second))
		ok, err := l.do(ctx, r)
		switch {
		case errors.Is(context.Cause(ctx), errBudget):
			sum.Left, sum.Needed = append(sum.Left, r.String()), sum.Needed+need
			continue
		case err != nil:
			return sum, err
		case ok:
			sum.Done++
		}
		if pace, err = l.pace(o.Plan.Pace); err != nil {
			return sum, err
		}
	}
	return sum, nil
}

// List says for each round whether it is done, or how long it would take.
func (l *Lab) List(o Order) (lines []string, err error) {
	rounds, err := o.rounds()
	if err != nil {
		return nil, err
	}
	pace, err := l.pace(o.Plan.Pace)
	if err != nil {
		return nil, err
	}
	var sum time.Duration
	counted := map[string]bool{}
	for _, r := range rounds {
		todo, err := l.todo(r)
		if err != nil {
			return nil, err
		}
		if len(todo) == 0 {
			lines = append(lines, fmt.Sprintf("%-60s done", r))
			continue
		}
		todo = slices.DeleteFunc(todo, func(s *Stage) bool { return counted[s.Key()] }) // by a round above
		for _, s := range todo {
			counted[s.Key()] = true
		}
		need := pace.of(todo)
		sum += need
		lines = append(lines, fmt.Sprintf("%-60s %7s  %d runs", r, need.Round(time.Second), len(todo)))
	}
	return append(lines, fmt.Sprintf("%d rounds, about %s to go", len(rounds), sum.Round(time.Minute))), nil
}

var errBudget = errors.New("the budget is used up")

func (o Order) rounds() ([]Round, error) {
	if o.Seeds < 0 {
		return nil, fmt.Errorf("experiment: %d seeds were asked for: give 1 or more, or 0 for all", o.Seeds)
	}
	all, err := o.Plan.Rounds()
	if err != nil {
		return nil, err
	}
	named := map[string]Block{}
	for _, b := range o.Plan.Blocks {
		named[b.Name] = b
	}
	var f faults
	for _, name := range o.Blocks {
		known(&f, "plan "+o.Plan.Name, "block", name, named)
	}
	return slices.DeleteFunc(all, func(r Round) bool {
		return o.Seeds > 0 && r.Seed > o.Seeds || len(o.Blocks) > 0 && !slices.Contains(o.Blocks, r.Block)
	}), errors.Join(f...)
}

// String names the round.
func (r Round) String() string {
	return fmt.Sprintf("%s, seed %d, %d steps on %s", r.Block, r.Seed, r.Steps, r.Demos)
}

// do makes every result of the round, as far as nothing that it needs has failed: ok
// says whether nothing has. The error is for what ends a run.
func (l *Lab) do(ctx context.Context, r Round) (ok bool, err error) {
	ok = true
	for _, s := range r.stages() {
		_, err := l.Get(ctx, s)
		switch {
		case ctx.Err() != nil:
			return false, ctx.Err()
		case err == nil:
		case !l.failed(s):
			return false, err
		default:
			ok = false
		}
	}
	return ok, nil
}

// failed says whether the stage, or something that it needs, failed in this run.
func (l *Lab) failed(s *Stage) bool {
	return l.broken[s.Key()] != nil || slices.ContainsFunc(s.Needs, func(n Need) bool { return l.failed(n.Stage) })
}

// stages are those whose results the round is about.
func (r Round) stages() (list []*Stage) {
	for _, c := range r.Cells {
		list = append(list, c.stages()...)
	}
	return list
}

func (c Cell) stages() []*Stage {
	list := []*Stage{c.Train}
	for _, p := range c.Plays {
		list = append(list, p.Stage)
	}
	return list
}

// todo lists what has to be run for the round, each stage once.
func (l *Lab) todo(r Round) (list []*Stage, err error) {
	seen := map[string]bool{}
	var visit func(s *Stage, product bool) error
	visit = func(s *Stage, product bool) error {
		if s.Kind == Given || seen[s.Key()] {
			return nil
		}
		stored, err := l.Results.Get(s.Key())
		if err != nil {
			return err
		}
		if ok := stored != nil && stored.Error == ""; ok && (!product || l.made(s)) {
			return nil
		}
		seen[s.Key()] = true
		for _, n := range s.Needs {
			if err := visit(n.Stage, true); err != nil {
				return err
			}
		}
		list = append(list, s)
		return nil
	}
	for _, s := range r.stages() {
		if err := visit(s, false); err != nil {
			return nil, err
		}
	}
	return list, nil
}

// pace is how long things take: as measured on this machine, where they were.
func (l *Lab) pace(p Pace) (paces, error) {
	all, err := l.Results.All()
	if err != nil {
		return nil, err
	}
	var seconds, units = map[Kind]float64{}, map[Kind]float64{}
	for _, r := range all {
		if r.Machine != l.Machine || r.Error != "" {
			continue
		}
		n := 0
		if r.Trained != nil {
			n = r.Trained.Steps
		}
		for _, p := range r.Played {
			n += len(p.Outcomes)
		}
		seconds[r.Kind], units[r.Kind] = seconds[r.Kind]+r.Seconds, units[r.Kind]+float64(n)
	}
	out := paces{Record: p.Demo, Ground: p.Step, Train: p.Step, Judge: p.Episode, Gate: 30}
	for kind, n := range units {
		if n > 0 {
			out[kind] = seconds[kind] / n
		}
	}
	return out, nil
}

// paces are seconds for a unit.
type paces map[Kind]float64

func (p paces) of(todo []*Stage) time.Duration {
	sum := 0.0
	for _, s := range todo {
		sum += startUp.Seconds() + p[s.Kind]*float64(s.Units)
	}
	return time.Duration(sum * float64(time.Second))
}

// startUp is what each command needs before its first step or episode.
const startUp = 3 * time.Second
