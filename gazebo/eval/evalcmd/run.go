package evalcmd

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"hyt/gazebo/eval"
	"hyt/gazebo/eval/report"
	"hyt/gazebo/sim"
	"hyt/policy"
)

func run(ctx context.Context, o options, out, progress io.Writer) error {
	simulator, err := o.simulator()
	if why := new(unavailable); errors.As(err, &why) && !o.required {
		d, err := report.Skip(o.Scenario, why.Error())
		if err != nil {
			return err
		}
		fmt.Fprintln(out, d.Summary())
		return o.out.write(d)
	}
	if err != nil {
		return err
	}
	defer simulator.close()
	r, runErr := o.judge(ctx, simulator, o.Model, &o.out, progress)
	if runErr != nil && len(r.Results) == 0 {
		if errors.Is(runErr, context.Canceled) {
			return errors.New("stopped before the first episode ended")
		}
		return runErr
	}
	fmt.Fprintf(out, "%s\n", o.Model)
	if err := r.WriteTable(out); err != nil {
		return err
	}
	var baseline *eval.Report
	if o.Baseline != "" && runErr == nil {
		if baseline, err = o.baseline(ctx, simulator, out, progress); err != nil {
			return err
		}
	}
	d, err := report.New(o.Scenario, r, baseline, o.Baseline)
	if err != nil {
		return err
	}
	if err := o.conclude(d, out); err != nil || runErr != nil {
		if errors.Is(runErr, context.Canceled) {
			runErr = fmt.Errorf("stopped after %d of %d episodes; --continue goes on", len(r.Results), r.Planned)
		}
		return errors.Join(runErr, err)
	}
	return o.thresholds(d)
}

// conclude says and writes what came of it.
func (o options) conclude(d *report.Document, out io.Writer) error {
	for _, c := range d.Report.Cells {
		if g, compared := d.Gains[c.Title()]; compared && c.Control == eval.Plain {
			fmt.Fprintf(out, "gain, %s: %+.1f points [%+.1f, %+.1f], p = %.2g, %d scenes\n",
				c.Title(), 100*g.Gain, 100*g.CI95[0], 100*g.CI95[1], g.P, g.Episodes)
		}
	}
	for _, why := range d.LostWhy {
		fmt.Fprintf(out, "lost: %s\n", why)
	}
	fmt.Fprintln(out, d.Summary())
	err := o.out.write(d)
	if o.record && !d.Stopped {
		err = errors.Join(err, record(o.Model, d.Report))
	}
	return err
}

// thresholds is the error that makes a CI job fail.
func (o options) thresholds(d *report.Document) error {
	var errs []error
	for _, c := range d.Failed() {
		what := c.Cell
		if what == "" {
			what = "the run"
		}
		errs = append(errs, fmt.Errorf("%s: wanted %s, got %s", what, c.Want, c.Got))
	}
	if played := len(d.Results) - d.Lost; played == 0 {
		errs = append(errs, errors.New("no episode was played to its end"))
	}
	for _, c := range d.Report.Cells {
		g, compared := d.Gains[c.Title()]
		if o.requireGain && compared && c.Control == eval.Plain && g.CI95[0] <= 0 {
			errs = append(errs, fmt.Errorf("%s: a gain of %+.1f points [%+.1f, %+.1f] may be none", c.Title(), 100*g.Gain, 100*g.CI95[0], 100*g.CI95[1]))
		}
	}
	return errors.Join(errs...)
}

// judge plays the scenario with one model. Where to is set, it gets films, bags and the
// episodes as they end.
func (o options) judge(ctx context.Context, s *simulator, model string, to *outputs, progress io.Writer) (eval.Report, error) {
	cfg, err := o.Config()
	if err != nil {
		return eval.Report{}, err
	}
	engine, err := policy.Open(model, policy.Options{})
	if err != nil {
		return eval.Report{}, err
	}
	defer engine.Close()
	cfg.ModelSHA256, cfg.Cameras = engine.SHA256(), cameras(engine.Spec())
	cfg.NewSim = func() (sim.Sim, error) { return s.open(ctx, cfg.Cameras) }
	cfg.Workers = o.atATime(s)
	var bags func(eval.Episode) string
	p := &ticker{w: progress, every: 10 * time.Second, last: time.Now()}
	listeners := []func(eval.Result){p.tick}
	if to != nil {
		cfg.Film, bags = to.film(), to.bag()
		journal, err := openJournal(to.episodes, o.Key(engine.SHA256()), o.goOn)
		if err != nil {
			return eval.Report{}, err
		}
		defer journal.close()
		cfg.Played = journal.played
		p.played = len(journal.played)
		listeners = append(listeners, journal.note)
	}
	cfg.OnResult = func(r eval.Result) {
		for _, l := range listeners {
			l(r)
		}
	}
	pilots, err := o.pilots(cfg, s, engine, model, bags)
	if err != nil {
		return eval.Report{}, err
	}
	return eval.Run(ctx, cfg, pilots)
}

// atATime is how many episodes are played at once: one where they would hear each other.
func (o options) atATime(s *simulator) int {
	if o.Bus == "dds" || s.live != nil {
		return 1
	}
	return o.Workers
}

// baseline is what to compare with: the report in a file, or that of a model, which plays
// the same scenes.
func (o options) baseline(ctx context.Context, s *simulator, out, progress io.Writer) (*eval.Report, error) {
	info, err := os.Stat(o.Baseline)
	if err != nil {
		return nil, fmt.Errorf("baseline: %w", err)
	}
	if !info.IsDir() {
		return readBaseline(o.Baseline)
	}
	o.Controls = nil
	r, err := o.judge(ctx, s, o.Baseline, nil, progress)
	if err != nil {
		return nil, err
	}
	fmt.Fprintf(out, "\n%s\n", o.Baseline)
	return &r, r.WriteTable(out)
}

func readBaseline(path string) (*eval.Report, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("baseline: %w", err)
	}
	var r eval.Report
	if err := json.Unmarshal(data, &r); err != nil {
		return nil, fmt.Errorf("baseline %s: %w", path, err)
	}
	if len(r.Results) == 0 {
		return nil, fmt.Errorf("baseline %s holds no results by episode: make it with this version's --json", path)
	}
	return &r, nil
}
