package eval

import (
	"context"
	"errors"
	"io"
	"sync"

	"golang.org/x/sync/errgroup"

	"hyt/gazebo/sim"
	"hyt/gazebo/task"
	"hyt/policy"
)

// Run plays all episodes of cfg and reports. It stops at the first error and
// when ctx ends. The results do not depend on the number of workers, as far as
// the actors are deterministic.
func Run(ctx context.Context, cfg Config, actors ActorFactory) (Report, error) {
	cfg, err := cfg.complete()
	if err != nil {
		return Report{}, err
	}
	if actors == nil && cfg.asksPolicy() {
		return Report{}, errors.New("evaluation has no policy: give Run an ActorFactory, or controls that need none")
	}
	jobs, err := cfg.jobs()
	if err != nil {
		return Report{}, err
	}
	results := make([]Result, len(jobs))
	queue := make(chan int) // written and closed by the feeder below
	var heard sync.Mutex    // serialises OnResult

	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error {
		defer close(queue)
		for i := range jobs {
			select {
			case queue <- i:
			case <-ctx.Done():
				return ctx.Err()
			}
		}
		return nil
	})
	for range min(cfg.Workers, len(jobs)) {
		g.Go(func() (err error) {
			w := worker{cfg: &cfg, factory: actors, actors: map[policy.Mode]Actor{}}
			defer func() { err = errors.Join(err, w.close()) }()
			for i := range queue {
				if results[i], err = w.run(ctx, jobs[i]); err != nil {
					return err
				}
				if cfg.OnResult != nil {
					heard.Lock()
					cfg.OnResult(results[i])
					heard.Unlock()
				}
			}
			return nil
		})
	}
	if err := g.Wait(); err != nil {
		return Report{}, err
	}
	return newReport(cfg, results), nil
}

// worker plays episodes one by one in a simulator, with actors, of its own.
type worker struct {
	cfg     *Config
	factory ActorFactory
	world   sim.Sim
	actors  map[policy.Mode]Actor
}

func (w *worker) run(ctx context.Context, j job) (result Result, err error) {
	if err := ctx.Err(); err != nil {
		return Result{}, err
	}
	if w.world == nil {
		if w.world, err = w.cfg.NewSim(); err != nil {
			return Result{}, err
		}
	}
	actor, err := w.actor(j)
	if err != nil {
		return Result{}, err
	}
	p := play{cfg: w.cfg, job: j, world: w.world, actor: actor}
	if w.cfg.Film != nil {
		if p.film, err = w.cfg.Film(j.Episode, j.scene.Scene); err != nil {
			return Result{}, err
		}
	}
	result, err = p.run(ctx)
	if p.film != nil {
		err = errors.Join(err, p.film.Close(result))
	}
	return result, err
}

// actor returns the one that plays j, made at its first use.
func (w *worker) actor(j job) (Actor, error) {
	switch j.Control {
	case Still:
		return &oracleActor{oracle: task.Still{}}, nil
	case Random:
		return &oracleActor{oracle: task.NewRandom(j.Seed)}, nil
	case Oracle:
		a := &oracleActor{oracle: j.scene.Task.Oracle(j.scene.Goal)}
		if w.cfg.Camera != nil {
			a.camera = w.cfg.Camera(j.scene.Scene)
		}
		return a, nil
	}
	if a, ok := w.actors[j.Mode]; ok {
		return a, nil
	}
	a, err := w.factory(j.Mode)
	if err == nil {
		w.actors[j.Mode] = a
	}
	return a, err
}

func (w *worker) close() error {
	var errs []error
	for _, a := range w.actors {
		if c, ok := a.(io.Closer); ok {
			errs = append(errs, c.Close())
		}
	}
	if w.world != nil {
		errs = append(errs, w.world.Close())
	}
	return errors.Join(errs...)
}
