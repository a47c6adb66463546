package report

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"hyt/gazebo/eval"
	"hyt/gazebo/scenario"
	"hyt/gazebo/sim"
	"hyt/gazebo/task"
)

// evaluate is the report of s if all of touch succeeded but those seeds.
func evaluate(t *testing.T, s scenario.Scenario, wrong ...int64) eval.Report {
	t.Helper()
	cfg, err := s.Config()
	if err != nil {
		t.Fatal(err)
	}
	cfg.NewSim = func() (sim.Sim, error) { return nil, nil }
	cfg.Controls = []eval.Control{eval.Plain}
	for i := range int64(s.Episodes) {
		seed := s.Seed + i
		r := eval.Result{
			Episode: eval.Episode{Task: "touch", Split: task.ID, Mode: "act", Seed: seed, Instruction: "touch the <red> cube"},
			Verdict: task.Success, Time: 2 * time.Second, Latency: []time.Duration{3 * time.Millisecond},
		}
		if slices.Contains(wrong, seed) {
			r.Verdict = task.Failure
		}
		cfg.Played = append(cfg.Played, r)
	}
	r, err := eval.Run(t.Context(), cfg, cfg.Direct(nil)) // nothing is left to play
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func touching(episodes int) scenario.Scenario {
	s := scenario.Default()
	s.Name, s.Tasks, s.Episodes = "nightly", []string{"touch"}, episodes
	return s
}

func document(t *testing.T, s scenario.Scenario, r eval.Report, baseline *eval.Report) *Document {
	t.Helper()
	d, err := New(s, r, baseline, "yesterday.json")
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestThresholdsHoldOrDoNot(t *testing.T) {
	s := touching(10)
	r := evaluate(t, s, s.Seed, s.Seed+1) // 8 of 10
	for rate, held := range map[float64]bool{0.7: true, 0.8: true, 0.81: false} {
		s.Thresholds = []scenario.Threshold{{Task: "touch", Rate: rate}, {Task: "push", Rate: 1}}
		d := document(t, s, r, nil)
		if d.Held != held || len(d.Checks) != 1 {
			t.Errorf("at least %v: held %v, %+v", rate, d.Held, d.Checks)
		}
	}
}

func TestAWorseCellThanTheBaselinesFailsBelowItsP(t *testing.T) {
	s := touching(10)
	before, after := evaluate(t, s), evaluate(t, s, s.Seed, s.Seed+1, s.Seed+2, s.Seed+3, s.Seed+4, s.Seed+5)
	s.WorseAt = 0.05
	worse, better := document(t, s, after, &before), document(t, s, before, &after)
	// Six of six discordant scenes lost: two-sided exact McNemar p = 2/64.
	if g := worse.Gains["touch id act"]; math.Abs(g.P-0.03125) > 1e-9 || g.Lost != 6 || worse.Held {
		t.Errorf("%+v, held %v", g, worse.Held)
	}
	if !better.Held {
		t.Errorf("being better is held against it: %+v", better.Checks)
	}
	s.WorseAt = 0.01
	if d := document(t, s, after, &before); !d.Held {
		t.Errorf("%+v", d.Checks)
	}
}

func TestLostEpisodesFailTheRunUnlessAllowed(t *testing.T) {
	s := touching(4)
	r := evaluate(t, s)
	r.Results[1].Lost, r.Lost = "gzserver died", 1
	if d := document(t, s, r, nil); d.Held || d.LostWhy[0] != "1 × gzserver died" {
		t.Errorf("%+v", d.Checks)
	}
	s.MaxLost = 1
	if d := document(t, s, r, nil); !d.Held {
		t.Errorf("%+v", d.Checks)
	}
}

// junit reads what CI reads.
func junit(t *testing.T, d *Document) junitSuite {
	t.Helper()
	var b bytes.Buffer
	if err := d.WriteJUnit(&b); err != nil {
		t.Fatal(err)
	}
	var out junitSuites
	if err := xml.Unmarshal(b.Bytes(), &out); err != nil {
		t.Fatalf("%v in %s", err, b.String())
	}
	return out.Suite
}

func TestJUnitHasACaseForEachCellAndNamesItsFailures(t *testing.T) {
	s := touching(4)
	s.Tasks = []string{"touch", "push"}
	s.Thresholds = []scenario.Threshold{{Rate: 1}}
	one := touching(4)
	d := document(t, s, evaluate(t, one, one.Seed+2), nil)
	suite := junit(t, d)
	if suite.Tests != 3 || suite.Failures != 1 || suite.Skipped != 1 {
		t.Fatalf("%+v", suite)
	}
	touch, push := suite.Cases[0], suite.Cases[1]
	if touch.Class != "touch.id" || touch.Failure == nil || touch.Failure.Message != "wanted at least 100 %, got 75.0 % (3 of 4)" {
		t.Errorf("%+v, %+v", touch, touch.Failure)
	}
	if !strings.Contains(touch.Out, "seed 1000002: failure after 2.0 s: touch the <red> cube") {
		t.Errorf("%q", touch.Out)
	}
	if push.Skipped == nil || push.Skipped.Message != "the run was stopped before" {
		t.Errorf("%+v", push)
	}
}

func TestWhatCannotBePlayedIsSkippedWithItsReason(t *testing.T) {
	d, err := Skip(touching(4), "Gazebo is not set up: make gazebo")
	if err != nil {
		t.Fatal(err)
	}
	suite := junit(t, d)
	if suite.Tests != 1 || suite.Skipped != 1 || suite.Cases[0].Skipped.Message != "Gazebo is not set up: make gazebo" {
		t.Errorf("%+v", suite)
	}
	if want := "Skipped, 0 episodes in simulator embedded: Gazebo is not set up: make gazebo."; d.Summary() != want {
		t.Errorf("%q, want %q", d.Summary(), want)
	}
}

func TestThePageIsWholeAndNeedsNothingBesideItself(t *testing.T) {
	dir := t.TempDir()
	gif := filepath.Join(dir, "films", "a.gif")
	if err := os.MkdirAll(filepath.Dir(gif), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(gif, []byte("GIF89a"), 0o644); err != nil {
		t.Fatal(err)
	}
	s := touching(4)
	s.Thresholds = []scenario.Threshold{{Rate: 1}}
	before, r := evaluate(t, s), evaluate(t, s, s.Seed, s.Seed+1)
	r.Results[0].Film, r.Results[0].Bag = gif, filepath.Join(dir, "bags", "a")
	r.Results[1].Film = filepath.Join(dir, "films", "gone.gif")
	var b bytes.Buffer
	if err := document(t, s, r, &before).WriteHTML(&b, dir, time.Unix(0, 0)); err != nil {
		t.Fatal(err)
	}
	page := b.String()
	for _, want := range []string{
		"nightly", "50.0", "wanted", "not held", "1 more failures", "touch the &lt;red&gt; cube", `href="bags/a"`,
		`src="data:image/gif;base64,R0lGODlh"`, "p = 0.5", "1970-01-01 00:00 UTC",
	} {
		if !strings.Contains(page, want) {
			t.Errorf("lacks %q", want)
		}
	}
	if got := links(page); !slices.Equal(got, []string{"data:image/gif;base64,R0lGODlh", "bags/a"}) {
		t.Errorf("refers to %q", got)
	}
}

var reference = regexp.MustCompile(`(?:src|href|url)\s*[=(]\s*"?([^")\s>]+)`)

// links are all that a page refers to.
func links(page string) (refs []string) {
	for _, m := range reference.FindAllStringSubmatch(page, -1) {
		refs = append(refs, m[1])
	}
	return refs
}

func TestJSONKeepsItsKeysAndReadsBack(t *testing.T) {
	s := touching(3)
	d := document(t, s, evaluate(t, s, s.Seed), nil)
	var b bytes.Buffer
	if err := d.WriteJSON(&b); err != nil {
		t.Fatal(err)
	}
	var keys map[string]any
	if err := json.Unmarshal(b.Bytes(), &keys); err != nil {
		t.Fatal(err)
	}
	for _, key := range []string{"cells", "latency_ms", "seed", "model_sha256", "sim", "held", "results", "lost", "planned", "stopped", "key"} {
		if _, there := keys[key]; !there {
			t.Errorf("no key %q", key)
		}
	}
	var back eval.Report
	if err := json.Unmarshal(b.Bytes(), &back); err != nil {
		t.Fatal(err)
	}
	if g := d.Report.Compare(back); len(g) != 1 || g[0].Won != 0 || g[0].Gain.Lost != 0 || g[0].Episodes != 3 {
		t.Errorf("against itself: %+v", g)
	}
}

func TestMarkdownSaysWhatDidNotHold(t *testing.T) {
	s := touching(2)
	s.Thresholds = []scenario.Threshold{{Rate: 1}}
	var b strings.Builder
	if err := document(t, s, evaluate(t, s, s.Seed), nil).WriteMarkdown(&b); err != nil {
		t.Fatal(err)
	}
	if want := "| touch id act | at least 100 % | 50.0 % (1 of 2) | **not held** |"; !strings.Contains(b.String(), want) {
		t.Errorf("%s\nlacks %s", b.String(), want)
	}
}
