package eval

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"hyt/gazebo/sim"
)

// moody is a pilot that fails in some scenes.
type moody struct {
	Pilot
	fails func(Episode) error
}

func (m *moody) Begin(ctx context.Context, e Episode, start Senses) error {
	if err := m.fails(e); err != nil {
		return err
	}
	return m.Pilot.Begin(ctx, e, start)
}

func moodily(cfg Config, fails func(Episode) error) PilotFactory {
	return func(ctx context.Context) (Pilot, error) {
		p, err := played(cfg, &scripted{})(ctx)
		return &moody{p, fails}, err
	}
}

func TestALostEpisodeDoesNotEndTheRun(t *testing.T) {
	cfg := Config{Tasks: []string{"touch"}, Episodes: 6, Seed: 10, NewSim: newSim, Workers: 2}
	report, err := Run(t.Context(), cfg, moodily(cfg, func(e Episode) error {
		if e.Seed%2 == 0 {
			return errors.New("the simulator died")
		}
		return nil
	}))
	if err != nil {
		t.Fatal(err)
	}
	c := report.Cells[0]
	if c.Episodes != 3 || c.Lost != 3 || report.Lost != 3 || report.Stopped() {
		t.Errorf("%+v, %d lost", c, report.Lost)
	}
	if why := report.LostWhy(); !slices.Equal(why, []string{"3 × the simulator died"}) {
		t.Errorf("%q", why)
	}
}

func TestARunGivesUpWhenNothingIsPlayedAnyMore(t *testing.T) {
	cfg := Config{Tasks: []string{"touch"}, Episodes: 50, NewSim: newSim}
	report, err := Run(t.Context(), cfg, moodily(cfg, func(Episode) error { return errors.New("no power") }))
	if err == nil || !strings.Contains(err.Error(), "no power") || len(report.Results) != lostInRow {
		t.Errorf("%d results, error %v", len(report.Results), err)
	}
	broken := errors.New("no such world")
	cfg.NewSim = func() (sim.Sim, error) { return nil, broken }
	if _, err := Run(t.Context(), cfg, played(cfg, &scripted{})); !errors.Is(err, broken) {
		t.Errorf("got %v", err)
	}
}

func TestARunGoesOnWhereItWasStopped(t *testing.T) {
	cfg := Config{Tasks: []string{"touch", "push"}, Episodes: 3, Seed: 3, NewSim: newSim, Controls: []Control{Oracle}}
	ctx, cancel := context.WithCancel(t.Context())
	cfg.OnResult = func(r Result) {
		if r.Task == "push" {
			cancel()
		}
	}
	first, err := Run(ctx, cfg, nil)
	if !errors.Is(err, context.Canceled) || !first.Stopped() || len(first.Results) != 4 {
		t.Fatalf("%d results, error %v", len(first.Results), err)
	}
	data, err := json.Marshal(first.Results) // on disk in between
	if err == nil {
		err = json.Unmarshal(data, &cfg.Played)
	}
	if err != nil {
		t.Fatal(err)
	}
	again := 0
	cfg.OnResult = func(Result) { again++ }
	second, err := Run(t.Context(), cfg, nil)
	if err != nil {
		t.Fatal(err)
	}
	cfg.Played, cfg.OnResult = nil, nil
	whole, err := Run(t.Context(), cfg, nil)
	if err != nil {
		t.Fatal(err)
	}
	if again != 2 || second.Stopped() {
		t.Errorf("%d episodes were played again, stopped %v", again, second.Stopped())
	}
	if diff := cmp.Diff(whole.Cells, second.Cells); diff != "" {
		t.Errorf("in two parts it is another result: %s", diff)
	}
}
