// Package compose runs one or several nodes of hyt in one process, as a component
// container of ROS 2 would: on one participant of the middleware, each node with
// its own name, remaps and parameters. Rules that begin with a node's name
// (policy:__node:=brain, thinker:image:=...) tell them apart.
package compose

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os/signal"
	"syscall"

	"golang.org/x/sync/errgroup"

	"hyt/config"
	"hyt/msgs/bus"
	"hyt/nodes/managed"
	"hyt/nodes/node"
	"hyt/nodes/rosargs"
)

// Process is what runs in one process.
type Process struct {
	Components []node.Component
	Console    io.Writer
	// OpenDriver is node.OpenDriver, or a test's.
	OpenDriver func(config.Common) (bus.Driver, error)
}

// UsageError is a command line that cannot be understood.
type UsageError struct{ Err error }

func (e *UsageError) Error() string { return e.Err.Error() }
func (e *UsageError) Unwrap() error { return e.Err }

// ExitCode is that of wrong usage.
func (e *UsageError) ExitCode() int { return 2 }

// Run reads args and files and runs the components until ctx is done, a signal
// comes (SIGINT, SIGTERM) or one of them fails. files are those of --config.
func (p *Process) Run(ctx context.Context, args rosargs.Args, files []string) (err error) {
	ids, err := p.configure(args, files)
	if err != nil {
		return &UsageError{err}
	}
	driver, err := p.driver()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, driver.Close()) }()
	ctx, stop := signal.NotifyContext(ctx, syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	group, ctx := errgroup.WithContext(ctx)
	for i, c := range p.Components {
		n, err := node.New(node.Options{
			Identity: ids[i], Args: args, Driver: driver,
			Console: p.Console, UseSimTime: c.Config().Base().UseSimTime, Rosout: true,
		})
		if err != nil {
			stop()
			return errors.Join(err, group.Wait())
		}
		group.Go(func() error { return runOne(ctx, n, c) })
	}
	return group.Wait()
}

// runOne leads a component through its life and closes its node.
func runOne(ctx context.Context, n *node.Node, c node.Component) error {
	if err := errors.Join(managed.Run(ctx, n, c), n.Close()); err != nil {
		return fmt.Errorf("%s: %w", n.FullName(), err)
	}
	return nil
}

// configure names the nodes and fills their configurations.
func (p *Process) configure(args rosargs.Args, files []string) ([]rosargs.Identity, error) {
	if err := p.checkParams(args); err != nil {
		return nil, err
	}
	ids := make([]rosargs.Identity, len(p.Components))
	taken := map[string]string{}
	for i, c := range p.Components {
		kind := c.Config().Kind()
		id, err := args.Identify(kind, "/")
		if err != nil {
			return nil, err
		}
		if other, clash := taken[id.FullName()]; clash {
			return nil, fmt.Errorf("%s and %s would both be the node %s; name them apart with -r %s:__node:=NAME",
				other, kind, id.FullName(), kind)
		}
		taken[id.FullName()] = kind
		ids[i] = id
		src := config.Source{Node: id.FullName(), Files: files, ParamsFiles: args.ParamsFiles, Overrides: overrides(args, id, c.Config())}
		if err := config.Load(c.Config(), src); err != nil {
			return nil, err
		}
	}
	return ids, nil
}

// overrides are the -p that are meant for a node. One without a node's name is
// meant for those that declare it.
func overrides(args rosargs.Args, id rosargs.Identity, c config.Config) []config.Override {
	var out []config.Override
	for _, p := range args.ParamsFor(id) {
		if p.Node != "" || declares(c, p.Name) {
			out = append(out, config.Override{Name: p.Name, Value: p.Value})
		}
	}
	return out
}

// checkParams refuses a -p that no node of the process declares: config.Load finds
// those that name a node, this finds the rest.
func (p *Process) checkParams(args rosargs.Args) error {
	for _, param := range args.Params {
		known := param.Node != ""
		for _, c := range p.Components {
			known = known || declares(c.Config(), param.Name)
		}
		if !known {
			return config.Load(p.Components[0].Config(), config.Source{
				Node:      "/" + p.Components[0].Config().Kind(),
				Overrides: []config.Override{{Name: param.Name, Value: param.Value}},
			})
		}
	}
	return nil
}

func declares(c config.Config, name string) bool {
	_, known := config.Find(c, name)
	return known
}

// driver opens the middleware that the nodes ask for, one for all.
func (p *Process) driver() (bus.Driver, error) {
	first := p.Components[0].Config()
	for _, c := range p.Components[1:] {
		if a, b := first.Base(), c.Config().Base(); a.Bus != b.Bus || a.RosDistro != b.RosDistro {
			return nil, &UsageError{fmt.Errorf("%s wants bus %s and %s wants %s: nodes of one process share one middleware",
				first.Kind(), a.Bus+" for "+a.RosDistro, c.Config().Kind(), b.Bus+" for "+b.RosDistro)}
		}
	}
	return p.OpenDriver(*first.Base())
}
