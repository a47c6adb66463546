package experiment

import (
	"os"
	"strings"
	"testing"
)

// tiny is a plan of two arms that tests change and run.
const tiny = `
name: tiny
pace: {step: 0.1, episode: 0.1, demo: 0.1}
ground: {train: {steps: 4}}
train: {train: {batch: 4}}
eval: {tasks: [touch], episodes: 3}
demos:
  few: {tasks: [touch], episodes: 4}
  many: {tasks: [touch], episodes: 8}
starts: {grounded: {}}
arms:
  vla: {train: {regime: vla}, plays: [act]}
  hyt: {train: {regime: hyt}, plays: [act, think]}
  two: {train: {modes: {act: 0, think: 0, follow: 1}}, planner: {regime: ecot}, plays: [hierarchy]}
evals:
  act: {mode: act}
  think: {mode: think}
  pair: {mode: hierarchy}
blocks:
  - {name: main, asks: "Which?", seeds: 2, start: grounded, demos: [few, many], steps: [5], arms: [vla, hyt], evals: [act, think], plot: demos}
  - {name: more, asks: "And?", seeds: 1, start: grounded, demos: [few], steps: [5], arms: [hyt, two], evals: [act, pair]}
claims:
  - {name: primary, says: it helps, block: main, of: {arm: hyt, eval: act}, to: {arm: vla, eval: act}, goal: 0.05}
`

func parse(t *testing.T, text string) *Plan {
	t.Helper()
	p, err := Parse([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestShippedPlansAreSound(t *testing.T) {
	t.Chdir("../..") // paths in plans are from the repository's root
	for _, name := range names() {
		p, err := Load(name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := p.Rounds(); err != nil {
			t.Errorf("plan %s: %v", name, err)
		}
	}
}

func TestPlansThatAreRefused(t *testing.T) {
	for _, test := range []struct{ name, old, new, want string }{
		{"unknown key", "name: tiny", "name: tiny\nnmae: x", "field nmae not found"},
		{"no name", "name: tiny", "name: a/b", `name is "a/b"`},
		{"no pace", "{step: 0.1, ", "{", "pace: step, episode and demo are seconds"},
		{"training's unknown key", "regime: vla", "regmie: vla", "block main, arm vla: train: yaml: unmarshal errors:\n  line 1: field regmie not found"},
		{"unknown regime", "regime: hyt", "regime: hty", `arm hyt: train: no regime "hty"`},
		{"bad planner", "planner: {regime: ecot}", "planner: {regime: eco}", `arm two: planner: no regime "eco"`},
		{"grounding's value", "train: {steps: 4}", "train: {steps: -4}", "start grounded: train: loop: steps is -4"},
		{"evaluation's unknown key", "tasks: [touch], episodes: 3", "tasks: [touch], episode: 3", `no key "episode"`},
		{"unknown task", "many: {tasks: [touch]", "many: {tasks: [juggle]", `demos many: no task "juggle"`},
		{"no episodes", "episodes: 8", "episodes: 0", "demos many: give tasks, and episodes of at least 1"},
		{"scenes of evaluation", "episodes: 8}", "episodes: 8, seed: 999999}", "demos many: seeds 999999 to 1000006: those from 1000000 are for evaluation"},
		{"unknown demos", "demos: [few, many]", "demos: [few, none]", `block main: no demos "none"; there are few, many`},
		{"unknown start", "start: grounded, demos: [few, many]", "start: ground, demos: [few, many]", `no start "ground"; there are grounded`},
		{"unknown arm", "arms: [vla, hyt]", "arms: [vla, hty]", `no arm "hty"; there are hyt, two, vla`},
		{"unknown eval", "evals: [act, pair]", "evals: [act, pear]", `no eval "pear"`},
		{"no seeds", "seeds: 2", "seeds: 0", "block main: give seeds of 1 to 100"},
		{"no steps", "steps: [5], arms: [hyt, two]", "steps: [0], arms: [hyt, two]", "block more: 0 steps"},
		{"an arm that plays nothing", "plays: [hierarchy]", "plays: [follow]", "arm two plays none of its evals"},
		{"unknown plot", "plot: demos", "plot: time", `no plot over "time"`},
		{"an arm twice, which would be two seeds of one", "arms: [vla, hyt]", "arms: [vla, hyt, vla]", "block main: arms has vla twice"},
		{"demos twice", "demos: [few, many]", "demos: [few, few]", "block main: demos has few twice"},
		{"a name that is no file's", "pair: {mode", "a/b: {mode", `eval "a/b": want a name without a slash`},
		{"a plot's name that is no file's", "name: main", "name: main block", "block main block: want a word"},
		{"a hierarchy of one", "planner: {regime: ecot}, ", "", "arm two plays hierarchy and has no planner"},
		{"a share of no gate", "think: {mode: think}", "think: {mode: auto, share: 0.5}", "eval think: a share in mode auto needs a gate"},
		{"two blocks of a name", "name: more", "name: main", "each block has a name of its own"},
		{"claim without a block", "block: main", "block: mine", `claim primary: no block "mine"`},
		{"claim about another arm", "of: {arm: hyt", "of: {arm: two", `claim primary: block main has no arm "two"`},
		{"claim about what is not played", "to: {arm: vla, eval: act}", "to: {arm: vla, eval: think}", `arm vla plays no eval "think"`},
		{"claim about another training", "to: {arm: vla, eval: act}", "to: {arm: vla, eval: act, steps: 7}", "no training of 7 steps on many"},
		{"a share in percent", "think: {mode: think}", "think: {mode: think, share: 50}", "eval think: share is 50"},
		{"an eval without mode", "think: {mode: think}", "think: {}", "eval think: mode is missing"},
	} {
		t.Run(test.name, func(t *testing.T) {
			text := strings.Replace(tiny, test.old, test.new, 1)
			if text == tiny {
				t.Fatal("the plan has no such line")
			}
			if _, err := Parse([]byte(text)); err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("error %v, want one with %q", err, test.want)
			}
		})
	}
}

func TestNoSuchPlan(t *testing.T) {
	if _, err := Load("nowhere.yaml"); err == nil || !strings.Contains(err.Error(), "one of full, quick, tiny") {
		t.Errorf("error %v", err)
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(tiny))
	for _, name := range names() {
		raw, err := os.ReadFile("plans/" + name + ".yaml")
		if err != nil {
			f.Fatal(err)
		}
		f.Add(raw)
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		p, err := Parse(raw)
		if err != nil {
			return
		}
		if _, err := p.Rounds(); err != nil && !strings.Contains(err.Error(), "model directory") {
			t.Errorf("checked, but %v", err)
		}
	})
}
