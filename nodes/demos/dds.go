package demos

import (
	"context"
	"errors"
	"time"

	"hyt/config"
	"hyt/nodes/node"
	"hyt/nodes/rosargs"
)

// overDDS lets one perform, before the recorder node in a process of its own.
func (s *show) overDDS(ctx context.Context) error {
	o := s.options
	if err := node.Isolate(); err != nil {
		return err
	}
	driver, err := node.OpenDriver(config.Common{Bus: "auto"})
	if err != nil {
		return err
	}
	defer driver.Close()
	n, err := node.New(node.Options{Identity: rosargs.Identity{Name: "demonstrator", Namespace: "/"}, Driver: driver, Console: s.log})
	if err != nil {
		return err
	}
	defer n.Close()
	stage, err := newStage(n, o.cameras)
	if err != nil {
		return err
	}
	standard := config.DefaultRecorder()
	rec, err := record(o.out, o.topics(standard.Topics), s.log)
	if err != nil {
		return err
	}
	defer rec.cmd.Process.Kill()
	waiting, cancel := context.WithTimeoutCause(ctx, 20*time.Second, errors.New("waited 20 s for the recorder node"))
	defer cancel()
	if err := stage.ready(waiting); err != nil {
		return err
	}
	pace := time.Duration(0)
	if o.speed > 0 {
		pace = time.Duration(float64(period) / o.speed)
	}
	playErr := s.perform(ctx, stage, pace)
	time.Sleep(drain)
	ending, cancelEnd := context.WithTimeout(context.WithoutCancel(ctx), 20*time.Second)
	defer cancelEnd()
	if err := errors.Join(playErr, rec.finish(ending, stage.sent)); err != nil {
		return err
	}
	return s.finish(stage.sent)
}
