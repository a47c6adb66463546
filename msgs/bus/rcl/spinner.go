//go:build ros2 && cgo

package rcl

import (
	"context"
	"time"

	"github.com/tiiuae/rclgo/pkg/rclgo"
)

// spinPause is how long a spinner rests after a wait that failed, so that a lasting
// fault does not take a whole core.
const spinPause = 100 * time.Millisecond

// spinner is a wait set and the goroutine that waits on it. One endpoint each: its
// handler may take its time, and other endpoints come and go without it.
type spinner struct {
	set  *rclgo.WaitSet
	ctx  context.Context // done from stop on
	stop context.CancelFunc
	done chan struct{} // closed by run when the last handler has returned
}

// newSpinner will wait, from start on, for what add adds.
func newSpinner(c *rclgo.Context, add func(*rclgo.WaitSet)) (*spinner, error) {
	set, err := c.NewWaitSet()
	if err != nil {
		return nil, err
	}
	add(set)
	s := &spinner{set: set, done: make(chan struct{})}
	s.ctx, s.stop = context.WithCancel(context.Background())
	return s, nil
}

func (s *spinner) start() { go s.run() }

func (s *spinner) run() {
	defer close(s.done)
	for s.set.Run(s.ctx); s.ctx.Err() == nil; s.set.Run(s.ctx) {
		select {
		case <-time.After(spinPause):
		case <-s.ctx.Done():
		}
	}
}

// stopping tells a handler's loop to end.
func (s *spinner) stopping() bool { return s.ctx.Err() != nil }

// close waits for a running handler. It must be called once, and not by a handler.
func (s *spinner) close() {
	s.stop()
	<-s.done
	s.set.Close()
}
