package eval

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"hash/fnv"
	"image/gif"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"hyt/gazebo/embedded"
	"hyt/gazebo/sim"
	"hyt/gazebo/task"
	"hyt/policy"
)

func newSim() (sim.Sim, error) { return embedded.New(task.World) }

// scripted is an actor that moves by a fixed rule and notes what it is told.
type scripted struct {
	heard  []string
	images int
	blank  bool // all images were of one colour
	act    func(obs policy.Observation) policy.Chunk
}

func (s *scripted) Start(instruction string) error {
	s.heard = append(s.heard, instruction)
	return nil
}

func (s *scripted) Act(_ context.Context, obs policy.Observation) (policy.Chunk, error) {
	if s.images == 0 {
		s.blank = true
	}
	s.images++
	first := obs.Images[0][0]
	s.blank = s.blank && !slices.ContainsFunc(obs.Images[0], func(b byte) bool { return b != first })
	if s.act != nil {
		return s.act(obs), nil
	}
	return downwards(obs), nil
}

// downwards goes slowly down and to the left.
func downwards(obs policy.Observation) policy.Chunk {
	c := policy.Chunk{
		Stamp: obs.Stamp, Period: actionPeriod, Names: actionNames(), Mode: policy.Act,
		Latency: 3 * time.Millisecond,
	}
	for range 8 {
		c.Actions = append(c.Actions, []float64{0, 0.004, -0.006, 0, 0})
	}
	return c
}

// played makes pilots that are played by one actor.
func played(cfg Config, a Actor) PilotFactory {
	return cfg.Direct(func(policy.Mode) (Actor, error) { return a, nil })
}

// watched hashes every state that a simulator goes through.
type watched struct {
	sim.Sim
	sum  *sync.Map // episode's first state -> hash of all of them
	key  string
	hash uint64
}

func (w *watched) Reset(ctx context.Context, s sim.Scene) error {
	w.key, w.hash = fmt.Sprint(s.Seed), 14695981039346656037
	return w.Sim.Reset(ctx, s)
}

func (w *watched) Step(c sim.Command, dt time.Duration) error {
	err := w.Sim.Step(c, dt)
	h := fnv.New64a()
	fmt.Fprintf(h, "%x %v", w.hash, w.State())
	w.hash = h.Sum64()
	w.sum.Store(w.key, w.hash)
	return err
}

// hashes plays cfg and returns each episode's hash.
func hashes(t *testing.T, cfg Config) map[string]uint64 {
	t.Helper()
	var sum sync.Map
	cfg.NewSim = func() (sim.Sim, error) {
		world, err := newSim()
		return &watched{Sim: world, sum: &sum}, err
	}
	if _, err := Run(t.Context(), cfg, played(cfg, &scripted{})); err != nil {
		t.Fatal(err)
	}
	out := map[string]uint64{}
	sum.Range(func(k, v any) bool { out[k.(string)] = v.(uint64); return true })
	return out
}

func TestSameSeedGivesSameEpisodeBitForBit(t *testing.T) {
	cfg := Config{Tasks: []string{"touch", "push"}, Episodes: 2, Seed: task.EvalSeed, Controls: []Control{Oracle}, Noise: 0.03, Workers: 1}
	one := hashes(t, cfg)
	cfg.Workers = 3
	three := hashes(t, cfg)
	if want := 2 * len(cfg.Tasks); len(one) != want {
		t.Fatalf("%d episodes, want %d", len(one), want)
	}
	for seed, h := range one {
		if three[seed] != h {
			t.Errorf("episode %s: %x with one worker, %x with three", seed, h, three[seed])
		}
	}
	cfg.Noise = 0
	for seed, h := range hashes(t, cfg) {
		if one[seed] == h {
			t.Errorf("episode %s: the noise changed nothing", seed)
		}
	}
}

func TestOracleIsTheCeilingAndStillTheFloor(t *testing.T) {
	cfg := Config{
		Tasks: []string{"touch", "push"}, Episodes: 3, Seed: task.EvalSeed, Controls: []Control{Oracle, Still}, Workers: 2,
		NewSim: newSim, SimName: "embedded",
	}
	report, err := Run(t.Context(), cfg, nil) // no policy is asked for
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range report.Cells {
		if want := map[Control]int{Oracle: 3, Still: 0}[c.Control]; c.Successes != want {
			t.Errorf("%s, %s: %d of 3, want %d", c.Task, c.Control, c.Successes, want)
		}
	}
	if len(report.Cells) != 2*len(cfg.Tasks) || len(report.LatencyMS) != 0 {
		t.Errorf("%d cells, latency %v", len(report.Cells), report.LatencyMS)
	}
}

func TestControlsTakeAwayWhatTheySay(t *testing.T) {
	run := func(control Control) (*scripted, Report) {
		t.Helper()
		a := &scripted{}
		cfg := Config{Tasks: []string{"touch"}, Episodes: 3, Seed: 5, NewSim: newSim, Controls: []Control{control}}
		r, err := Run(t.Context(), cfg, played(cfg, a))
		if err != nil {
			t.Fatal(err)
		}
		return a, r
	}
	plain, _ := run(Plain)
	blank, _ := run(Blank)
	shuffled, report := run(Shuffled)
	if plain.blank || !blank.blank {
		t.Error("only the blank control may show one colour")
	}
	if !slices.Equal(plain.heard, blank.heard) {
		t.Error("the blank control changes instructions")
	}
	for i, text := range shuffled.heard {
		e, err := task.Touch{}.Episode(task.ID, int64(5+i))
		if err != nil {
			t.Fatal(err)
		}
		goal, err := task.Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		there := slices.ContainsFunc(e.Scene.Objects, func(o sim.Object) bool {
			return o.Color == goal.Object.Color && o.Shape == goal.Object.Shape
		})
		if goal.Object == e.Goal.Object || !there {
			t.Errorf("scene %d is told %q; it asks for %s", i, text, e.Goal.Object)
		}
		if report.Results[i].Instruction != text {
			t.Errorf("the report says %q, the actor heard %q", report.Results[i].Instruction, text)
		}
	}
}

// A chunk is of no use before its latency has passed, and is used from its
// middle on then.
func TestInjectedLatencyDelaysTheFirstMove(t *testing.T) {
	for _, latency := range []time.Duration{0, 100 * time.Millisecond, 300 * time.Millisecond} {
		var moved time.Duration
		cfg := Config{
			Tasks: []string{"touch"}, Episodes: 1, Replan: 400 * time.Millisecond, Latency: latency,
			NewSim: func() (sim.Sim, error) {
				world, err := newSim()
				return &firstMove{Sim: world, at: &moved}, err
			},
		}
		report, err := Run(t.Context(), cfg, played(cfg, &scripted{}))
		if err != nil {
			t.Fatal(err)
		}
		if moved != latency || report.InjectedS != latency.Seconds() {
			t.Errorf("latency %v: first move at %v, report says %v s", latency, moved, report.InjectedS)
		}
	}
}

// firstMove notes when the first command that moves came.
type firstMove struct {
	sim.Sim
	at *time.Duration
}

func (f *firstMove) Reset(ctx context.Context, s sim.Scene) error {
	*f.at = -1
	return f.Sim.Reset(ctx, s)
}

func (f *firstMove) Step(c sim.Command, dt time.Duration) error {
	if *f.at < 0 && c.Linear != [3]float64{} {
		*f.at = f.State().Time
	}
	return f.Sim.Step(c, dt)
}

func TestRunStopsWhenTold(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cfg := Config{Tasks: []string{"touch"}, Episodes: 50, NewSim: newSim, Controls: []Control{Still}, OnResult: func(Result) { cancel() }}
	if _, err := Run(ctx, cfg, nil); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

func TestRefusesConfigsThatMakeNoSense(t *testing.T) {
	good := Config{Episodes: 1, NewSim: newSim, Controls: []Control{Still}}
	tests := []struct {
		name   string
		change func(*Config)
		want   string
	}{
		{"no simulator", func(c *Config) { c.NewSim = nil }, "simulator"},
		{"no episodes", func(c *Config) { c.Episodes = 0 }, "at least 1"},
		{"odd replan", func(c *Config) { c.Replan = 33 * time.Millisecond }, "multiple"},
		{"odd latency", func(c *Config) { c.Latency = 5 * time.Millisecond }, "multiple"},
		{"unknown control", func(c *Config) { c.Controls = []Control{"deaf"} }, "deaf"},
		{"unknown task", func(c *Config) { c.Tasks = []string{"dance"} }, "dance"},
		{"no policy", func(c *Config) { c.Controls = nil }, "PilotFactory"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			cfg := good
			tt.change(&cfg)
			if _, err := Run(t.Context(), cfg, nil); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v, want an error with %q", err, tt.want)
			}
		})
	}
}

func TestReportHasTheKeysThatScriptsRelyOn(t *testing.T) {
	cfg := Config{Tasks: []string{"touch"}, Episodes: 2, Seed: 42, NewSim: newSim, SimName: "embedded", ModelSHA256: "abc"}
	report, err := Run(t.Context(), cfg, played(cfg, &scripted{}))
	if err != nil {
		t.Fatal(err)
	}
	data, err := json.Marshal(report)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		`"cells":[{"task":"touch","split":"id","mode":"act","episodes":2,"successes":0,"rate":0,"ci95":[0,0.65`,
		`"latency_ms":{"act":{"p50":3,"p99":3}}`, `"seed":42`, `"model_sha256":"abc"`, `"sim":"embedded"`,
	} {
		if !bytes.Contains(data, []byte(want)) {
			t.Errorf("%s lacks %s", data, want)
		}
	}
	var table, markdown strings.Builder
	if err := errors.Join(report.WriteTable(&table), report.WriteMarkdown(&markdown)); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(table.String(), "touch  id") || !strings.Contains(markdown.String(), "| touch | id | act | 0.0 % |") {
		t.Errorf("tables:\n%s\n%s", table.String(), markdown.String())
	}
}

func TestFilmsShowTheOracleAtWork(t *testing.T) {
	dir := t.TempDir()
	cfg := Config{
		Tasks: []string{"touch"}, Episodes: 2, NewSim: newSim, Controls: []Control{Oracle},
		Film: Films(dir, 0, 1, 96),
	}
	if _, err := Run(t.Context(), cfg, nil); err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil || len(files) != 1 || filepath.Base(files[0]) != "touch_id_oracle_0.gif" {
		t.Fatalf("files %v, %v", files, err)
	}
	file, err := os.Open(files[0])
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	g, err := gif.DecodeAll(file)
	if err != nil || len(g.Image) < 4 {
		t.Fatalf("%v, film %+v", err, g)
	}
}
