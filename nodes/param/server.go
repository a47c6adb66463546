// Package param lets others read and change a node's parameters: the services of
// rcl_interfaces (ros2 param, rqt_reconfigure) and /parameter_events.
//
// Every parameter is declared in package config, so none is ever undeclared, deleted
// or of another type. A change is checked as at start; whether it may happen now
// depends on the parameter (config.Change) and on the state of the node.
package param

import (
	"errors"
	"fmt"
	"slices"
	"sync"

	"hyt/config"
	"hyt/msgs/builtin_interfaces"
	"hyt/msgs/bus"
	rcl "hyt/msgs/rcl_interfaces"
	"hyt/nodes/lifecycle"
	"hyt/nodes/node"
)

// Server holds the parameters of one node. Its methods may be called from any
// goroutine.
type Server struct {
	node    *node.Node
	machine *lifecycle.Machine
	events  *bus.Publisher[*rcl.ParameterEvent]

	mu     sync.RWMutex // of reading against changing config
	config config.Config
}

// Serve offers c, the configuration of the component that machine leads.
func Serve(n *node.Node, machine *lifecycle.Machine, c config.Config) (*Server, error) {
	s := &Server{node: n, machine: machine, config: c}
	events := bus.Default()
	events.Depth = 1000 // rmw_qos_profile_parameter_events
	var err error
	if s.events, err = node.Advertise[*rcl.ParameterEvent](n, "/parameter_events", events); err != nil {
		return nil, err
	}
	if err := s.serve(); err != nil {
		return nil, err
	}
	n.OnSetParameter(func(name string, value any) error {
		return s.Set(rcl.Parameter{Name: name, Value: message(value)})
	})
	s.announce(func(e *rcl.ParameterEvent) {
		for _, p := range c.Params() {
			e.NewParameters = append(e.NewParameters, rcl.Parameter{Name: p.Name, Value: message(p.Value())})
		}
	})
	return s, nil
}

// Set changes parameters, all or none. The error is the reason that a caller reads.
func (s *Server) Set(params ...rcl.Parameter) (err error) {
	held := s.machine.Hold(func(state lifecycle.State, instance node.Instance) {
		s.mu.Lock()
		defer s.mu.Unlock()
		err = s.set(params, state, instance)
	})
	if err := errors.Join(held, err); err != nil {
		s.node.Log().Warn("parameter not set", "reason", err)
		return err
	}
	s.announce(func(e *rcl.ParameterEvent) { e.ChangedParameters = params })
	for _, p := range params {
		v, _ := value(p.Value)
		s.node.Log().Info("parameter set", "name", p.Name, "value", v)
	}
	return nil
}

func (s *Server) set(params []rcl.Parameter, state lifecycle.State, instance node.Instance) error {
	values, old := make([]config.Value, len(params)), make([]config.Value, len(params))
	for i, m := range params {
		v, err := value(m.Value)
		if err != nil {
			return fmt.Errorf("parameter %q: %w", m.Name, err)
		}
		p, known := config.Find(s.config, m.Name)
		if known {
			if err := changeable(p, state); err != nil {
				return err
			}
			old[i] = config.Value{Name: p.Name, Value: p.Value()}
		}
		values[i] = config.Value{Name: m.Name, Value: v}
	}
	if err := config.Set(s.config, values...); err != nil {
		return err
	}
	if err := s.apply(instance); err != nil {
		undone := config.Set(s.config, old...)
		_ = s.apply(instance) // it ran by these a moment ago
		return errors.Join(err, undone)
	}
	return nil
}

// changeable says why the parameter keeps its value now, or nil.
func changeable(p config.Param, state lifecycle.State) error {
	switch {
	case p.Change == config.AtStart:
		return fmt.Errorf("parameter %q is read-only: set it when the node is started", p.Name)
	case p.Change == config.AtConfigure && state != lifecycle.Unconfigured:
		return fmt.Errorf("parameter %q takes effect when the node is configured, and it is %s: deactivate and clean up first", p.Name, state)
	}
	return nil
}

// apply hands the configuration to what runs by it.
func (s *Server) apply(instance node.Instance) error {
	s.node.SetDiagnosticsRate(s.config.Base().DiagnosticsRate)
	if err := s.node.UseSimTime(s.config.Base().UseSimTime); err != nil {
		return err
	}
	if t, tunable := instance.(node.Tunable); tunable {
		return t.Tune(s.config)
	}
	return nil
}

func (s *Server) announce(fill func(*rcl.ParameterEvent)) {
	e := &rcl.ParameterEvent{Stamp: builtin_interfaces.FromTime(s.node.Now()), Node: s.node.FullName()}
	fill(e)
	if err := s.events.Publish(e); err != nil {
		s.node.Log().Warn("parameter event not sent", "error", err)
	}
}

// find is the declaration of a parameter, for reading: s.mu is held.
func (s *Server) find(name string) (config.Param, bool) { return config.Find(s.config, name) }

// names of the parameters, sorted.
func (s *Server) names() []string {
	var out []string
	for _, p := range s.config.Params() {
		out = append(out, p.Name)
	}
	slices.Sort(out)
	return out
}
