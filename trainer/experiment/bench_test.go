package experiment

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"gopkg.in/yaml.v3"

	"hyt/gazebo/eval"
	"hyt/gazebo/task"
	"hyt/policy"
	"hyt/policy/policytest"
	"hyt/policy/spec"
	"hyt/trainer/loop"
)

// bench is a lab whose commands are played by the test: they leave the files that the
// real ones leave, at once.
type bench struct {
	*Lab
	t     *testing.T
	calls []string                 // stages, by the names of their folders
	fail  func(stage string) error // set: may make a command fail
	kill  func(stage string)       // set: hears of each command before it leaves anything
	args  map[string][]string      // of the last call, by stage
	model string                   // that each training says it made
	now   time.Time
	takes time.Duration // each command
}

func newBench(t *testing.T) *bench {
	b := &bench{t: t, args: map[string][]string{}, now: time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC), takes: time.Second}
	b.Lab = b.lab(t.TempDir())
	return b
}

func (b *bench) lab(dir string) *Lab {
	return &Lab{
		Hyt: b.command, Build: filepath.Join(dir, "build"), Results: Store{filepath.Join(dir, "results")}, Machine: "a test",
		Say: func(string, ...any) {}, Now: func() time.Time { return b.now },
	}
}

// again is the same lab in a new process.
func (b *bench) again() *bench {
	b.Lab, b.calls = b.lab(filepath.Dir(b.Build)), nil
	return b
}

func (b *bench) run(p *Plan, o Order) Summary {
	b.t.Helper()
	o.Plan = p
	s, err := b.Lab.Run(b.t.Context(), o)
	if err != nil {
		b.t.Fatal(err)
	}
	return s
}

func flag(args []string, name string) string {
	if i := slices.Index(args, name); i >= 0 {
		return args[i+1]
	}
	return ""
}

func (b *bench) command(ctx context.Context, args []string, log io.Writer) error {
	out := flag(args, "--out")
	if out == "" {
		out = flag(args, "--json")
	}
	folder := filepath.Dir(out)
	stage := filepath.Base(folder)
	b.calls, b.args[stage] = append(b.calls, stage), args
	b.now = b.now.Add(b.takes)
	if b.kill != nil {
		b.kill(stage)
	}
	if b.fail != nil {
		if err := b.fail(stage); err != nil {
			fmt.Fprintf(log, "working\nhyt: %v\n", err)
			return errors.New("exit status 1")
		}
	}
	if args[0] == "train" { // where one that is killed can go on
		b.write(filepath.Join(out+".run", loop.CheckpointFile), "half")
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	switch args[0] {
	case "demos":
		b.write(filepath.Join(out, "metadata.yaml"), "")
	case "train":
		b.train(out, flag(args, "--config"))
	default:
		b.judge(out, flag(args, "--scenario"))
	}
	return nil
}

func (b *bench) write(path, text string) {
	b.t.Helper()
	if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, []byte(text), 0o644)); err != nil {
		b.t.Fatal(err)
	}
}

func (b *bench) train(out, config string) {
	raw, err := os.ReadFile(config)
	if err != nil {
		b.t.Fatal(err)
	}
	var told struct {
		Regime string
		Train  struct{ Steps, Batch int }
	}
	if err := yaml.Unmarshal(raw, &told); err != nil {
		b.t.Fatal(err)
	}
	if b.model == "" {
		b.model = policytest.New(b.t, policytest.Options{}).Dir
	}
	_ = os.RemoveAll(out) // of a try that was killed
	if err := os.CopyFS(out, os.DirFS(b.model)); err != nil {
		b.t.Fatal(err)
	}
	s, err := spec.Load(out)
	if err != nil {
		b.t.Fatal(err)
	}
	s.Training = spec.Training{Steps: told.Train.Steps, Samples: told.Train.Steps * told.Train.Batch, Weights: map[string]float64{"act": 0.25}}
	if err := s.Write(out); err != nil {
		b.t.Fatal(err)
	}
	b.write(filepath.Join(out+".run", loop.MetricsFile), `{"step": 2}
{"step": 5, "held_out": {"act_mm": 3.5}}
`)
}

// judge lets the first scene succeed, the second end by a mistake, the others time out.
func (b *bench) judge(out, scenario string) {
	raw, err := os.ReadFile(scenario)
	if err != nil {
		b.t.Fatal(err)
	}
	var told struct {
		Episodes int
		Modes    []policy.Mode
	}
	if err := yaml.Unmarshal(raw, &told); err != nil {
		b.t.Fatal(err)
	}
	mode := append(told.Modes, "hierarchy")[0]
	r := eval.Report{Planned: told.Episodes, LatencyMS: map[policy.Mode]eval.Quantiles{mode: {P50: 2, P99: 3}}}
	r.Cells = []eval.Cell{{Task: "touch", Split: task.ID, Mode: mode}}
	for i := range told.Episodes {
		e := eval.Result{Episode: eval.Episode{Task: "touch", Split: task.ID, Mode: mode, Seed: task.EvalSeed + int64(i)}}
		if i < 2 {
			e.Verdict = []task.Verdict{task.Success, task.Failure}[i]
		}
		r.Results = append(r.Results, e)
	}
	slices.Reverse(r.Results) // in whatever order
	text, err := json.Marshal(r)
	if err != nil {
		b.t.Fatal(err)
	}
	b.write(out, string(text))
}

// of counts the calls of one kind of stage.
func (b *bench) of(kind Kind) (list []string) {
	for _, c := range b.calls {
		if strings.Contains(c, "."+string(kind)+".") {
			list = append(list, c)
		}
	}
	return list
}

func (b *bench) want(what string, kind Kind, n int) {
	b.t.Helper()
	if got := b.of(kind); len(got) != n {
		b.t.Errorf("%s: %d runs of %s, want %d: %v", what, len(got), kind, n, got)
	}
}
