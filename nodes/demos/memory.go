package demos

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strconv"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"hyt/config"
	"hyt/msgs/bag"
	"hyt/msgs/bus/mem"
	"hyt/nodes/managed"
	"hyt/nodes/node"
	"hyt/nodes/recordernode"
	"hyt/nodes/rosargs"
)

// inMemory lets several perform, each before a recorder node of its own.
func (s *show) inMemory(ctx context.Context) error {
	o := s.options
	if _, err := os.Stat(o.out); err == nil {
		return fmt.Errorf("%s exists already: remove it or choose another --out", o.out)
	}
	var messages atomic.Int64
	g, performing := errgroup.WithContext(ctx)
	for k := range min(o.workers, len(s.pieces)) {
		g.Go(func() error {
			sent, err := s.before(performing, filepath.Join(o.out, strconv.Itoa(k)))
			messages.Add(sent)
			return err
		})
	}
	if err := g.Wait(); err != nil {
		return err
	}
	return s.finish(messages.Load())
}

// before performs before a recorder node that writes to dir, and returns how many
// messages it wrote.
func (s *show) before(ctx context.Context, dir string) (sent int64, err error) {
	network := mem.NewNetwork()
	playing, recording := network.Open(), network.Open()
	defer func() { err = errors.Join(err, playing.Close(), recording.Close()) }()
	n, err := node.New(node.Options{Identity: rosargs.Identity{Name: "demonstrator", Namespace: "/"}, Driver: playing, Console: s.log})
	if err != nil {
		return 0, err
	}
	defer n.Close()
	st, err := newStage(n, s.options.cameras)
	if err != nil {
		return 0, err
	}
	st.settle = network.Settle

	c := recordernode.New()
	cfg := c.Config().(*config.Recorder)
	cfg.Output, cfg.Topics, cfg.UseSimTime = dir, s.options.topics(cfg.Topics), true
	r, err := node.New(node.Options{
		Identity: rosargs.Identity{Name: "recorder", Namespace: "/"}, Driver: recording, Console: s.log, UseSimTime: true,
		Args: rosargs.Args{LogLevels: []rosargs.LogLevel{{Level: slog.LevelWarn}}},
	})
	if err != nil {
		return 0, err
	}
	// It ends when the performance is over, not when somebody wants it to stop.
	running, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	ended := make(chan error, 1)
	go func() { ended <- errors.Join(managed.Run(running, r, c), r.Close()) }()
	waiting, cancel := context.WithTimeoutCause(ctx, 20*time.Second, errors.New("waited 20 s for the recorder node"))
	defer cancel()
	playErr := st.ready(waiting)
	if playErr == nil {
		playErr = s.perform(ctx, st, 0)
	}
	network.Settle()
	stop()
	if err := errors.Join(playErr, <-ended); err != nil {
		return 0, err
	}
	return st.sent, holds(dir, st.sent)
}

// holds checks that a bag holds want messages.
func holds(dir string, want int64) error {
	b, err := bag.Open(dir)
	if err != nil {
		return err
	}
	defer b.Close()
	if got := int64(b.Info().Messages); got != want {
		return fmt.Errorf("%s holds %d of %d messages: the recorder could not keep up", dir, got, want)
	}
	return nil
}
