// Package managed runs one node from its start to its end, as ROS 2 users know it:
// with parameters, managed states and a report on /diagnostics.
package managed

import (
	"context"
	"errors"
	"sync"

	"hyt/nodes/lifecycle"
	"hyt/nodes/node"
	"hyt/nodes/param"
)

// Run leads the component through its life until ctx is done, and leaves the node
// finalized; the caller closes it. With parameter autostart it is configured and
// activated first, and a failure then or later ends Run. Without, it waits to be
// asked, and after a failure it waits again.
func Run(ctx context.Context, n *node.Node, c node.Component) (err error) {
	base := *c.Config().Base()
	n.SetDiagnosticsRate(base.DiagnosticsRate)
	machine, err := lifecycle.New(n, c)
	if err != nil {
		return err
	}
	if _, err := param.Serve(n, machine, c.Config()); err != nil {
		return err
	}
	reporting, cancel := context.WithCancel(ctx)
	var report sync.WaitGroup
	report.Go(func() { n.RunDiagnostics(reporting) })
	defer func() {
		cancel()
		report.Wait()
		if machine.State() != lifecycle.Finalized {
			err = errors.Join(err, machine.Shutdown())
		}
	}()
	if base.Autostart { // before anybody can ask for states
		if err := machine.Do(lifecycle.Configure); err != nil {
			return err
		}
		if err := machine.Do(lifecycle.Activate); err != nil {
			return err
		}
	}
	if err := machine.Serve(); err != nil {
		return err
	}
	for {
		select {
		case <-ctx.Done():
			return nil
		case err := <-machine.Failed():
			if base.Autostart {
				return err
			}
		}
	}
}
