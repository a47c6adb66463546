package experiment

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"
)

// Command runs hyt with these arguments. It writes what the command says to log, and
// when ctx ends it lets the command end in good order.
type Command func(ctx context.Context, args []string, log io.Writer) error

// Lab runs stages. It is for one goroutine.
type Lab struct {
	Hyt     Command
	Build   string // folder of what is big: bags, checkpoints, models, logs
	Results Store
	Machine string
	Say     func(format string, args ...any)
	Now     func() time.Time

	broken   map[string]error // stages that failed in this run, by key
	failures []error          // the same, in order
}

// doneFile is left in a stage's folder when all of it is there.
const doneFile = "done"

// Get is the stage's result: the stored one, or that of running it.
func (l *Lab) Get(ctx context.Context, s *Stage) (*Result, error) {
	r, err := l.Results.Get(s.Key())
	if err != nil || r != nil && r.Error == "" {
		return r, err
	}
	return l.run(ctx, s)
}

// product is the folder of what other stages need of this one. Where only its result is
// left, it is made again.
func (l *Lab) product(ctx context.Context, s *Stage) (string, error) {
	if s.Kind == Given {
		return s.Path, nil
	}
	if !l.made(s) {
		if _, err := l.run(ctx, s); err != nil {
			return "", err
		}
	}
	return s.product(l.folder(s)), nil
}

func (l *Lab) folder(s *Stage) string { return filepath.Join(l.Build, s.Name()) }

func (l *Lab) made(s *Stage) bool {
	_, err := os.Stat(filepath.Join(l.folder(s), doneFile))
	return err == nil
}

// run does the stage's work and stores what came of it, a failure, too. A stage that
// failed in this run is not tried twice.
func (l *Lab) run(ctx context.Context, s *Stage) (*Result, error) {
	if err := l.broken[s.Key()]; err != nil {
		return nil, err
	}
	in := map[string]string{}
	r := &Result{Kind: s.Kind, Key: s.Key(), Label: s.Label, Told: s.Told, Needs: map[string]string{}, Machine: l.Machine}
	for _, n := range s.Needs {
		path, err := l.product(ctx, n.Stage)
		if err != nil {
			return nil, fmt.Errorf("%s needs %s: %w", s.Name(), n.Stage.Name(), err)
		}
		in[n.Role], r.Needs[n.Role] = path, n.Stage.Key()
	}
	folder := l.folder(s)
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return nil, err
	}
	l.Say("%s %s", s.Kind, s.Label)
	began := l.Now()
	r.Began = began.UTC().Truncate(time.Second)
	err := l.work(ctx, s, folder, in, r)
	spent, timeErr := addTime(folder, l.Now().Sub(began))
	r.Seconds = spent.Round(time.Second / 10).Seconds()
	if err = errors.Join(err, timeErr); err != nil {
		if ctx.Err() != nil { // it was stopped, and goes on another time
			return nil, ctx.Err()
		}
		return nil, l.fail(s, r, err)
	}
	if stored, err := l.Results.Get(r.Key); err != nil {
		return nil, err
	} else if stored != nil && stored.Error == "" { // only its product was gone
		r = stored
	} else if err := l.Results.Put(r); err != nil {
		return nil, err
	}
	return r, os.WriteFile(filepath.Join(folder, doneFile), nil, 0o644)
}

// fail notes a failure, and remembers it for this run. What the stage left, but for its
// log and its time, is removed: it may be why it failed.
func (l *Lab) fail(s *Stage, r *Result, err error) error {
	err = fmt.Errorf("%s failed: %w; its log is %s", s.Name(), err, filepath.Join(l.folder(s), logFile))
	if l.broken == nil {
		l.broken = map[string]error{}
	}
	l.broken[s.Key()] = err
	l.failures = append(l.failures, err)
	l.Say("%v", err)
	r.Error = err.Error()
	return errors.Join(err, l.Results.Put(r), l.clear(s))
}

func (l *Lab) clear(s *Stage) error {
	left, err := os.ReadDir(l.folder(s))
	for _, f := range left {
		if f.Name() != logFile && f.Name() != timeFile {
			err = errors.Join(err, os.RemoveAll(filepath.Join(l.folder(s), f.Name())))
		}
	}
	return err
}

// timeFile sums up how long a stage's tries took.
const timeFile = "seconds"

func addTime(folder string, d time.Duration) (time.Duration, error) {
	path := filepath.Join(folder, timeFile)
	if raw, err := os.ReadFile(path); err == nil {
		before, err := time.ParseDuration(string(raw))
		if err != nil {
			return d, fmt.Errorf("%s: %w: remove it", path, err)
		}
		d += before
	}
	return d, os.WriteFile(path, []byte(d.String()), 0o644)
}
