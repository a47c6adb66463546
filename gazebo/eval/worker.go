package eval

import (
	"context"
	"errors"

	"hyt/gazebo/sim"
	"hyt/gazebo/task"
	"hyt/policy"
)

// worker plays episodes one by one in a simulator, with a pilot, of its own.
type worker struct {
	cfg    *Config
	pilots PilotFactory
	world  sim.Sim
	pilot  Pilot // of the policy under test
	opened bool  // once, at least
}

// run plays an episode. What goes wrong in it is its loss; the error ends the worker.
func (w *worker) run(ctx context.Context, j job) (Result, error) {
	drawn := j.draw()
	result := Result{Episode: j.Episode}
	pilot, err := w.prepare(ctx, j)
	if err != nil && !w.opened {
		return result, err
	}
	if err = errors.Join(err, drawn); err == nil {
		w.opened = true
		result, err = w.play(ctx, j, pilot)
	}
	if ctx.Err() != nil {
		return result, context.Cause(ctx)
	}
	if err != nil {
		result.Lost = err.Error()
		// Whatever state they are in: the next episode gets new ones.
		if err := w.close(); err != nil {
			result.Lost += "; then " + err.Error()
		}
	}
	return result, nil
}

// prepare opens what is missing and returns the pilot of j.
func (w *worker) prepare(ctx context.Context, j job) (_ Pilot, err error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if w.world == nil {
		if w.world, err = w.cfg.NewSim(); err != nil {
			w.world = nil // not a nil pointer of some type
			return nil, err
		}
	}
	if j.Control.reference() {
		return w.reference(j), nil
	}
	if w.pilot == nil {
		if w.pilot, err = w.pilots(ctx); err != nil {
			w.pilot = nil
			return nil, err
		}
	}
	return w.pilot, nil
}

// reference is a pilot of this package.
func (w *worker) reference(j job) Pilot {
	return &reference{direct: direct{cfg: w.cfg}, choose: func() Actor {
		switch j.Control {
		case Still:
			return &oracleActor{oracle: task.Still{}}
		case Random:
			return &oracleActor{oracle: task.NewRandom(j.Seed)}
		}
		a := &oracleActor{oracle: j.scene.Task.Oracle(j.scene.Goal)}
		if w.cfg.Film != nil {
			a.camera, _ = cameraOf(j.scene.Scene) // without it, no thoughts under the pictures
		}
		return a
	}}
}

func (w *worker) play(ctx context.Context, j job, pilot Pilot) (result Result, err error) {
	p := play{cfg: w.cfg, job: j, world: w.world, pilot: pilot}
	if _, sees := pilot.(Bystander); !sees && !j.Control.reference() {
		p.cameras = newCameras(w.cfg, j.Episode, planner, w.cfg.Replan)
		if j.Mode == policy.Guided {
			p.ponders = newCameras(w.cfg, j.Episode, thinker, w.cfg.Thinker.period())
		}
	}
	if w.cfg.Film != nil {
		if p.film, err = w.cfg.Film(j.Episode, j.scene.Scene); err != nil {
			return Result{Episode: j.Episode}, err
		}
	}
	result, err = p.run(ctx)
	if p.film != nil {
		file, closing := p.film.Close(result)
		result.Film, err = file, errors.Join(err, closing)
	}
	return result, err
}

// close gives simulator and pilot back; both can be opened again.
func (w *worker) close() error {
	var errs []error
	if w.pilot != nil {
		errs = append(errs, w.pilot.Close())
	}
	if w.world != nil {
		errs = append(errs, w.world.Close())
	}
	w.pilot, w.world = nil, nil
	return errors.Join(errs...)
}
