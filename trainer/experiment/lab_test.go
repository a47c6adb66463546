package experiment

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"hyt/gazebo/task"
)

func TestEachStageRunsOnceWhateverBlocksAskForIt(t *testing.T) {
	b := newBench(t)
	s := b.run(parse(t, tiny), Order{})
	if s.Done != 5 || s.Rounds != 5 || len(b.Failures()) > 0 {
		t.Errorf("%+v, failures %v", s, b.Failures())
	}
	b.want("all", Record, 2)
	b.want("all", Ground, 2)      // seeds
	b.want("all", Train, 2*2*2+2) // arms, seeds, demos; and a model with its planner
	b.want("all", Judge, 3*2*2+1)
	b.again().run(parse(t, tiny), Order{})
	if len(b.calls) > 0 {
		t.Errorf("a second run ran %v", b.calls)
	}
}

func TestAChangeRunsAgainOnlyWhatDependsOnIt(t *testing.T) {
	for _, test := range []struct {
		name, old, new                string
		demos, grounds, trains, evals int
	}{
		{"an evaluation", "episodes: 3", "episodes: 2", 0, 0, 0, 13},
		{"an arm", "vla: {train: {regime: vla}", "vla: {train: {regime: vla, target: 1}", 0, 0, 4, 4},
		{"all arms", "train: {train: {batch: 4}}", "train: {train: {batch: 8}}", 0, 0, 10, 13},
		{"the grounding", "ground: {train: {steps: 4}}", "ground: {train: {steps: 6}}", 0, 2, 10, 13},
		{"demonstrations", "episodes: 8}", "episodes: 9}", 1, 0, 4, 6},
		{"another seed", "seeds: 2", "seeds: 3", 0, 1, 4, 6},
		{"words", "Which?", "Who?", 0, 0, 0, 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			b := newBench(t)
			b.run(parse(t, tiny), Order{})
			b.again().run(parse(t, strings.Replace(tiny, test.old, test.new, 1)), Order{})
			b.want(test.name, Record, test.demos)
			b.want(test.name, Ground, test.grounds)
			b.want(test.name, Train, test.trains)
			b.want(test.name, Judge, test.evals)
		})
	}
}

func TestAKilledTrainingGoesOnFromItsCheckpoint(t *testing.T) {
	b := newBench(t)
	ctx, stop := context.WithCancel(t.Context())
	var killed string
	b.kill = func(stage string) {
		if strings.HasPrefix(stage, "hyt-") && killed == "" {
			killed = stage
			stop()
		}
	}
	_, err := b.Lab.Run(ctx, Order{Plan: parse(t, tiny)})
	if !errors.Is(err, context.Canceled) {
		t.Fatalf("error %v", err)
	}
	before := len(b.calls)
	if r, _ := b.Results.Get(killed[strings.LastIndexByte(killed, '.')+1:]); r != nil {
		t.Errorf("a killed run has the result %+v", r)
	}
	b.again().run(parse(t, tiny), Order{})
	if b.calls[0] != killed || !slices.Contains(b.args[killed], "--resume") {
		t.Errorf("it went on with %s, %v", b.calls[0], b.args[killed])
	}
	if all := before + len(b.calls); all != 2+2+10+13+1 {
		t.Errorf("%d commands in all", all)
	}
	r, err := b.Results.Get(killed[strings.LastIndexByte(killed, '.')+1:])
	if err != nil || r.Seconds != 2 {
		t.Errorf("both tries took %v s (%v), want 2", r.Seconds, err)
	}
}

func TestAFailureIsKeptAndTheRestGoesOn(t *testing.T) {
	b := newBench(t)
	b.fail = func(stage string) error {
		if strings.HasPrefix(stage, "vla-many") {
			return errors.New("the loss is not a number")
		}
		return nil
	}
	s := b.run(parse(t, tiny), Order{})
	if len(b.Failures()) != 2 || s.Done != 3 {
		t.Errorf("done %d, failures %v", s.Done, b.Failures())
	}
	b.want("with failures", Train, 10)
	b.want("with failures", Judge, 11)
	all, err := b.Results.All()
	if err != nil {
		t.Fatal(err)
	}
	failed := 0
	for _, r := range all {
		if r.Error != "" {
			failed++
			if !strings.Contains(r.Error, "hyt: the loss is not a number") {
				t.Errorf("the result says %q", r.Error)
			}
		}
	}
	if failed != 2 {
		t.Errorf("%d failed results are kept", failed)
	}
	b.fail = nil
	b.again().run(parse(t, tiny), Order{})
	for _, c := range b.of(Train) {
		if slices.Contains(b.args[c], "--resume") {
			t.Errorf("%s went on from what had failed", c)
		}
	}
	b.want("again", Train, 2)
	b.want("again", Judge, 2)
	if all, err = b.Results.All(); err != nil {
		t.Fatal(err)
	}
	for _, r := range all {
		if strings.HasPrefix(r.Label, "vla-many") && (len(r.Failed) != 1 || r.Error != "") {
			t.Errorf("%s: error %q, earlier ones %q", r.Label, r.Error, r.Failed)
		}
	}
}

func TestResultsAreEnoughUntilAModelIsNeeded(t *testing.T) {
	b := newBench(t)
	b.run(parse(t, tiny), Order{})
	if err := os.RemoveAll(b.Build); err != nil { // a fresh clone
		t.Fatal(err)
	}
	b.again().run(parse(t, tiny), Order{})
	if len(b.calls) > 0 {
		t.Errorf("ran %v", b.calls)
	}
	more := strings.Replace(tiny, "pair: {mode: hierarchy}", "pair: {mode: hierarchy, scenario: {episodes: 2}}", 1)
	b.run(parse(t, more), Order{})
	want := "few.demos grounded-1.ground two-few-5-grounded-1.train two-planner-few-5-grounded-1.train pair-two-few-5-grounded-1.eval"
	var got []string
	for _, c := range b.calls {
		got = append(got, c[:strings.LastIndexByte(c, '.')])
	}
	if strings.Join(got, " ") != want {
		t.Errorf("ran %v, want %s", got, want)
	}
}

func TestAModelThatCannotBeMadeAgainKeepsItsResult(t *testing.T) {
	b := newBench(t)
	b.run(parse(t, tiny), Order{})
	if err := os.RemoveAll(b.Build); err != nil { // a fresh clone
		t.Fatal(err)
	}
	more := parse(t, strings.Replace(tiny, "pair: {mode: hierarchy}", "pair: {mode: hierarchy, scenario: {episodes: 2}}", 1))
	b.fail = func(stage string) error {
		if strings.HasPrefix(stage, "two-few") {
			return errors.New("no space left on device")
		}
		return nil
	}
	if s := b.again().run(more, Order{}); s.Done != s.Rounds-1 || len(b.Failures()) != 1 {
		t.Errorf("%+v, failures %v", s, b.Failures())
	}
	all, err := b.Results.All()
	if err != nil {
		t.Fatal(err)
	}
	kept := slices.IndexFunc(all, func(r *Result) bool { return strings.HasPrefix(r.Label, "two-few") })
	if r := all[kept]; r.Error != "" || r.Trained == nil || r.Trained.Steps != 5 || len(r.Failed) != 1 {
		t.Errorf("the result is now %+v", r)
	}
	b.fail = nil
	if s := b.again().run(more, Order{}); s.Done != s.Rounds {
		t.Errorf("tried again: %+v, failures %v", s, b.Failures())
	}
}

func TestABudgetLeavesBalancedArms(t *testing.T) {
	b := newBench(t)
	b.takes = 10 * time.Second
	s := b.run(parse(t, tiny), Order{Budget: 200 * time.Second})
	if s.Done == 0 || s.Done == s.Rounds || len(s.Left) != s.Rounds-s.Done {
		t.Fatalf("%+v", s)
	}
	trained := map[string]int{}
	for _, c := range b.of(Train) {
		trained[strings.SplitN(c, "-", 2)[0]]++
	}
	if trained["vla"] != trained["hyt"] || trained["vla"] == 0 {
		t.Errorf("arms are not balanced: %v", trained)
	}
	s = b.again().run(parse(t, tiny), Order{Budget: time.Hour})
	if s.Done != s.Rounds || s.Before == 0 {
		t.Errorf("with more budget: %+v", s)
	}
}

func TestOnlyBlocksThatAreNamed(t *testing.T) {
	b := newBench(t)
	if s := b.run(parse(t, tiny), Order{Blocks: []string{"more"}}); s.Rounds != 1 {
		t.Errorf("%+v", s)
	}
	_, err := b.Lab.Run(t.Context(), Order{Plan: parse(t, tiny), Blocks: []string{"less"}})
	if err == nil || !strings.Contains(err.Error(), `no block "less"; there are main, more`) {
		t.Errorf("error %v", err)
	}
}

func TestOnlyTheFirstSeeds(t *testing.T) {
	b := newBench(t)
	plan := parse(t, tiny)
	all, err := plan.Rounds()
	if err != nil {
		t.Fatal(err)
	}
	s := b.run(plan, Order{Seeds: 1})
	if s.Rounds == 0 || s.Rounds >= len(all) || s.Done != s.Rounds {
		t.Errorf("of %d rounds: %+v", len(all), s)
	}
	for _, stage := range b.of(Train) {
		if !strings.Contains(stage, "-1.train") {
			t.Errorf("ran %s", stage)
		}
	}
	if s := b.again().run(plan, Order{}); s.Before == 0 || s.Done != len(all) {
		t.Errorf("the rest: %+v", s)
	}
	if _, err := b.Lab.Run(t.Context(), Order{Plan: plan, Seeds: -1}); err == nil || !strings.Contains(err.Error(), "-1 seeds") {
		t.Errorf("error %v", err)
	}
}

func TestAnEvaluationIsReadSceneByScene(t *testing.T) {
	b := newBench(t)
	b.run(parse(t, tiny), Order{})
	all, err := b.Results.All()
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range all {
		if strings.Contains(r.Command, filepath.Dir(b.Build)) {
			t.Errorf("a kept result names a folder of this machine: %s", r.Command)
		}
		switch r.Kind {
		case Judge:
			if p := r.Played[0]; p.Outcomes != "swt" || p.Seed != task.EvalSeed || p.P50 != 2 {
				t.Fatalf("%+v", p)
			}
		case Train:
			if r.Trained.Samples != 20 || r.Trained.Act != 5 || r.Trained.HeldOut["act_mm"] != 3.5 || len(r.Trained.Measured) != 1 {
				t.Fatalf("%+v", r.Trained)
			}
		}
	}
}

func TestASpoiltResultIsNamed(t *testing.T) {
	b := newBench(t)
	for text, want := range map[string]string{
		"{": "remove it",
		`{"played": [{"task": "touch", "split": "id", "outcomes": "sq"}]}`:               "want letters s, w, t and x",
		`{"played": [{"task": "touch", "split": "id", "outcomes": "st", "after": "0"}]}`: "2 outcomes of 1 scenes",
	} {
		b.write(filepath.Join(b.Results.Folder, "x.eval.0123456789abcdef.json"), text)
		_, err := b.Lab.Run(t.Context(), Order{Plan: parse(t, tiny)})
		if err == nil || !strings.Contains(err.Error(), "x.eval.0123456789abcdef.json") || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: error %v", text, err)
		}
	}
}
