package report

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"hyt/gazebo/eval"
	"hyt/trainer/experiment"
)

const plan = `
name: tiny
about: A test.
pace: {step: 0.1, episode: 0.1, demo: 0.1}
demos:
  few: {tasks: [touch], episodes: 4}
  many: {tasks: [touch], episodes: 8}
starts: {grounded: {}}
arms:
  vla: {train: {regime: vla}, plays: [act]}
  hyt: {train: {regime: hyt}, plays: [act, think]}
evals:
  act: {mode: act}
  think: {mode: think}
blocks:
  - {name: main, asks: "Which?", seeds: 3, start: grounded, demos: [few, many], steps: [5], arms: [vla, hyt], evals: [act], plot: demos}
  - {name: later, asks: "And?", seeds: 1, start: grounded, demos: [few], steps: [9], arms: [hyt], evals: [think]}
  - {name: speed, asks: "How fast?", seeds: 1, start: grounded, demos: [few], steps: [5], arms: [vla, hyt], evals: [act, think]}
claims:
  - {name: primary, says: it helps, block: main, of: {arm: hyt, eval: act}, to: {arm: vla, eval: act}, goal: 0.05}
  - {name: thinking, says: it thinks, block: later, of: {arm: hyt, eval: think}, to: {arm: hyt, eval: think}}
`

// store has results of the block main, in which hyt wins two more scenes of ten than vla
// with each seed, and of the block speed.
func store(t *testing.T) (*experiment.Plan, experiment.Store) {
	t.Helper()
	p, err := experiment.Parse([]byte(plan))
	if err != nil {
		t.Fatal(err)
	}
	s := experiment.Store{Folder: t.TempDir()}
	put := func(r *experiment.Result) {
		r.Machine = "a test"
		if err := s.Put(r); err != nil {
			t.Fatal(err)
		}
	}
	rounds, err := p.Rounds()
	if err != nil {
		t.Fatal(err)
	}
	outcomes := map[string][]string{"vla": {"sssstwttwx", "ssssssttwx", "sswtttttwx"}, "hyt": {"sssssswttx", "ssssssssww", "ssssttttwx"}}
	for _, r := range rounds {
		if r.Block == "later" {
			continue
		}
		for _, c := range r.Cells {
			put(&experiment.Result{Kind: experiment.Train, Key: c.Train.Key(), Label: c.Train.Label, Seconds: 90,
				Trained: &experiment.Trained{Steps: r.Steps, Samples: 20, Act: 5000, HeldOut: map[string]float64{"act_mm": 2.5}}})
			for _, play := range c.Plays {
				ms := map[string]float64{"act": 4, "think": 12}[play.Eval]
				put(&experiment.Result{Kind: experiment.Judge, Key: play.Stage.Key(), Label: play.Stage.Label, Seconds: 30,
					Thought: map[string]float64{"think": 0.25}[play.Eval],
					Played: []experiment.Played{{Task: "touch", Split: "id", Mode: play.Eval, Seed: 1000000, Outcomes: outcomes[c.Arm][r.Seed-1],
						Thoughts: map[string]eval.Thoughts{"think": {Told: 8, Right: 6}}[play.Eval], P50: ms, P99: 2 * ms}}})
			}
		}
	}
	put(&experiment.Result{Kind: experiment.Train, Key: "0123456789abcdef", Label: "of-another-plan", Error: "it broke"})
	return p, s
}

func written(t *testing.T, path string) string {
	t.Helper()
	p, s := store(t)
	f, err := experiment.Find(p, s)
	if err != nil {
		t.Fatal(err)
	}
	if err := Write(path, f, "make experiment"); err != nil {
		t.Fatal(err)
	}
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

func TestTheReportRepeatsBitForBit(t *testing.T) {
	dir := t.TempDir()
	path, plot := filepath.Join(dir, "experiment.md"), filepath.Join(dir, "experiment", "tiny-main.svg")
	first := written(t, path)
	drawn, err := os.ReadFile(plot)
	if err != nil {
		t.Fatal(err)
	}
	if second := written(t, path); second != first {
		t.Errorf("first\n%s\nthen\n%s", first, second)
	}
	again, err := os.ReadFile(plot)
	if err != nil || string(again) != string(drawn) {
		t.Errorf("the plot is another one, %v", err)
	}
}

func TestTheReportSaysWhatWasFound(t *testing.T) {
	text := written(t, filepath.Join(t.TempDir(), "experiment.md"))
	for what, want := range map[string]string{
		"the difference, and how sure it is": "| 3 | +22.2 | [",
		"what was not run":                   "| 0 | – | – | – | ≥ +0 points | not run |",
		"a block without results":            "And?\n\nNot run yet.",
		"an arm's success by seed":           "| 44 67 22 |",
		"the thoughts' share, and how right": "] | 25 | 75 | 2.50 |",
		"samples in mode act":                "| 5.0 k |",
		"held-out error and minutes":         "| 2.50 | – | – | – | 1.5 |",
		"speed":                              "| hyt | think | 12.00 | 24.00 | 3.00 × | 0.33 × | 1 |",
		"the plot":                           "![main](experiment/tiny-main.svg)",
		"the command":                        "Command: `make experiment`.",
		"how much was done":                  "Done: 14 of 15 cells",
		"other results in the store":         "which no table above counts: 1 of train.",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("%s: no %q in\n%s", what, want, text)
		}
	}
}

func TestWhatPeopleWroteStays(t *testing.T) {
	path := filepath.Join(t.TempDir(), "experiment.md")
	if err := os.WriteFile(path, []byte("# Before\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	text := written(t, path)
	if err := os.WriteFile(path, []byte(text+"\nAfter.\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	if got := written(t, path); got != text+"\nAfter.\n" || !strings.HasPrefix(got, "# Before\n") {
		t.Errorf("the document became\n%s", got)
	}
}

func TestALostMarkerIsNamed(t *testing.T) {
	path := filepath.Join(t.TempDir(), "experiment.md")
	if err := os.WriteFile(path, []byte("<!-- results of plan tiny: written by hyt experiment -->\nText"), 0o644); err != nil {
		t.Fatal(err)
	}
	p, s := store(t)
	f, err := experiment.Find(p, s)
	if err != nil {
		t.Fatal(err)
	}
	if err := Write(path, f, ""); err == nil || !strings.Contains(err.Error(), "put it back") {
		t.Errorf("error %v", err)
	}
}
