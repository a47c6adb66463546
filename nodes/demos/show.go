package demos

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"

	"hyt/gazebo/render"
	sdfstage "hyt/gazebo/sdf/stage"
	"hyt/gazebo/simulators"
	"hyt/gazebo/task"
)

// show is one run: its pieces are given by one performer or by several.
type show struct {
	options options
	log     io.Writer
	pieces  []piece

	mu     sync.Mutex // guards what follows
	next   int        // of pieces
	begun  time.Time
	given  int
	failed int // by an oracle
	lost   int // by a simulator
	inRow  int // lost, one after another
}

// lostInRow is how many demonstrations may be lost one after another.
const lostInRow = 8

// take is the next piece; there is none at the end, and when ctx is done.
func (s *show) take(ctx context.Context) (piece, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.begun.IsZero() {
		s.begun = time.Now()
	}
	if ctx.Err() != nil || s.next == len(s.pieces) {
		return piece{}, false
	}
	s.next++
	return s.pieces[s.next-1], true
}

// note counts a piece and tells how it goes on. An error gives up.
func (s *show) note(success bool, err error) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.given++
	switch {
	case err != nil:
		s.lost++
		s.inRow++
		fmt.Fprintf(s.log, "demos: lost: %v\n", err)
		if s.inRow == lostInRow {
			return fmt.Errorf("%d demonstrations in a row were lost, the last: %w", lostInRow, err)
		}
	case !success:
		s.failed++
		s.inRow = 0
	default:
		s.inRow = 0
	}
	if every := max(25, len(s.pieces)/40); s.given%every == 0 || s.given == len(s.pieces) {
		fmt.Fprintf(s.log, "demos: %d of %d episodes, %d failed, %d lost, %.0f s\n",
			s.given, len(s.pieces), s.failed, s.lost, time.Since(s.begun).Seconds())
	}
	return nil
}

// finish says what came of it.
func (s *show) finish(messages int64) error {
	fmt.Fprintf(s.log, "demos: %d episodes, %d messages in %s\n", s.given, messages, s.options.out)
	if s.given < len(s.pieces) {
		return fmt.Errorf("stopped after %d of %d episodes; the bag holds them", s.given, len(s.pieces))
	}
	return nil
}

// perform gives pieces on a stage until none is left. A simulator that fails loses its
// piece, and the next one gets another simulator.
func (s *show) perform(ctx context.Context, st *stage, pace time.Duration) (err error) {
	p := &performer{stage: st, noise: s.options.noise, see: s.options.see, pace: pace, now: time.Unix(1_000_000_000, 0)}
	defer func() { err = errors.Join(err, p.leave()) }()
	if p.look, err = sdfstage.Load(task.World); err != nil {
		return err
	}
	// The recorder stamps what it receives by this clock, so it must have it first.
	if err := st.tell(p.now); err != nil {
		return err
	}
	if st.settle == nil {
		time.Sleep(drain)
	}
	for {
		next, more := s.take(ctx)
		if !more {
			return nil
		}
		e, err := next.task.Episode(next.split, next.seed)
		if err != nil {
			return err
		}
		if p.sim == nil {
			if p.sim, err = simulators.Open(s.options.sim, task.World, s.options.cameras); err != nil {
				return err
			}
		}
		camera := render.NewCamera(p.look, e.Scene.Light)
		p.camera = &camera
		success, err := p.play(ctx, e)
		lost := new(simFault)
		switch {
		case ctx.Err() != nil && errors.Is(err, context.Cause(ctx)):
			return nil // interrupted, not lost
		case errors.As(err, &lost):
			err = errors.Join(s.note(false, err), p.leave())
		case err == nil:
			err = s.note(success, nil)
		}
		if err != nil {
			return err
		}
	}
}
