package eval

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"

	"golang.org/x/sync/errgroup"
)

// lostInRow is how many episodes may be lost one after another before a run gives up.
const lostInRow = 8

// Run plays all episodes of cfg and reports. An episode whose simulator or policy fails
// is lost: it is counted with its reason, and the others go on with new ones. Run gives up
// when the first simulator or policy cannot be had, or too many episodes in a row are lost.
// When ctx ends, or it gives up, the report holds what was played until then.
//
// The results do not depend on the number of workers, as far as simulator and policy are
// deterministic.
func Run(ctx context.Context, cfg Config, pilots PilotFactory) (Report, error) {
	cfg, err := cfg.complete()
	if err != nil {
		return Report{}, err
	}
	if pilots == nil && cfg.asksPolicy() {
		return Report{}, errors.New("evaluation has no policy: give Run a PilotFactory, or controls that need none")
	}
	jobs, err := cfg.jobs()
	if err != nil {
		return Report{}, err
	}
	r := &run{cfg: &cfg, pilots: pilots, jobs: jobs, results: make([]*Result, len(jobs))}
	err = r.play(ctx)
	return r.report(), err
}

// run is one call of Run.
type run struct {
	cfg    *Config
	pilots PilotFactory
	jobs   []job

	mu      sync.Mutex // guards what follows, and serialises Config.OnResult
	results []*Result  // by job; nil: not played
	inRow   int        // lost
}

// play plays what was not played before.
func (r *run) play(ctx context.Context) error {
	queue := make(chan int) // written and closed by the feeder below
	waiting := r.recall()
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error {
		defer close(queue)
		for _, i := range waiting {
			select {
			case queue <- i:
			case <-ctx.Done():
				return ctx.Err()
			}
		}
		return nil
	})
	for range min(r.cfg.Workers, len(waiting)) {
		g.Go(func() (err error) {
			w := worker{cfg: r.cfg, pilots: r.pilots}
			defer func() { err = errors.Join(err, w.close()) }()
			for i := range queue {
				result, err := w.run(ctx, r.jobs[i])
				if err != nil {
					return err
				}
				if err := r.note(i, result); err != nil {
					return err
				}
			}
			return nil
		})
	}
	return g.Wait()
}

// recall takes over what an earlier run played, and lists the jobs that are left.
func (r *run) recall() (left []int) {
	type key struct {
		group
		seed int64
	}
	played := map[key]*Result{}
	for i, e := range r.cfg.Played {
		if e.Lost == "" { // what was lost gets another chance
			played[key{e.group(), e.Seed}] = &r.cfg.Played[i]
		}
	}
	for i, j := range r.jobs {
		if r.results[i] = played[key{j.group(), j.Seed}]; r.results[i] == nil {
			left = append(left, i)
		}
	}
	return left
}

// note keeps a result and tells of it. An error gives up.
func (r *run) note(i int, result Result) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.results[i] = &result
	if r.cfg.OnResult != nil {
		r.cfg.OnResult(result)
	}
	if result.Lost == "" {
		r.inRow = 0
		return nil
	}
	if r.inRow++; r.inRow == lostInRow {
		return fmt.Errorf("%d episodes in a row were lost; the last, %s, since %s", lostInRow, result.Name(), result.Lost)
	}
	return nil
}

func (r *run) report() Report {
	results := make([]Result, 0, len(r.jobs))
	for _, result := range r.results {
		if result != nil {
			results = append(results, *result)
		}
	}
	return newReport(*r.cfg, len(r.jobs), slices.Clip(results))
}
