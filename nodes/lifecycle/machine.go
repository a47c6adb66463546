// Package lifecycle leads a component through the states of a ROS 2 managed node:
// unconfigured, inactive, active, finalized. Transitions are asked for by the program
// (Machine.Do) or over the standard services (~/change_state and the others).
//
// A node that cannot go on while it is active is cleaned up and is unconfigured
// again, where a manager may try anew; Failed tells the program.
package lifecycle

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"hyt/msgs/bus"
	lc "hyt/msgs/lifecycle_msgs"
	"hyt/nodes/node"
)

// Machine is the life of one component. Its methods may be called from any goroutine;
// transitions come one after another.
type Machine struct {
	node      *node.Node
	component node.Component
	events    *bus.Publisher[*lc.TransitionEvent]
	failed    chan error

	state  atomic.Uint32
	reason atomic.Pointer[error] // of the last failure; nil after a success

	mu       sync.Mutex // one transition at a time; guards what follows, and the configuration
	instance node.Instance
	scope    *node.Node // what Configure makes endpoints through
	cancel   context.CancelFunc
	ended    chan struct{} // closed when Run has returned, with runErr set
	runErr   error
}

// New makes the machine in state unconfigured.
func New(n *node.Node, c node.Component) (*Machine, error) {
	m := &Machine{node: n, component: c, failed: make(chan error, 1)}
	m.state.Store(uint32(Unconfigured))
	var err error
	m.events, err = node.Advertise[*lc.TransitionEvent](n, "~/transition_event", bus.Default())
	if err != nil {
		return nil, err
	}
	n.Diagnose("lifecycle", m.fill)
	return m, nil
}

// State is where the node is now.
func (m *Machine) State() State { return State(m.state.Load()) }

// Failed receives the error of a component that could not go on while active. It is
// cleaned up by then.
func (m *Machine) Failed() <-chan error { return m.failed }

// Hold calls f between transitions, with the configured instance, nil while there is
// none. Who changes the component's configuration does it there. It does not wait for
// a transition to end, since that may wait for the caller to return.
func (m *Machine) Hold(f func(State, node.Instance)) error {
	for !m.mu.TryLock() {
		if s := m.State(); s >= configuring {
			return fmt.Errorf("the node is %s: try again after that", s)
		}
		time.Sleep(time.Millisecond) // somebody else holds it, briefly
	}
	defer m.mu.Unlock()
	f(m.State(), m.instance)
	return nil
}

// Do makes a transition and returns when it is done. An error says why the node is
// not where the transition leads.
func (m *Machine) Do(t Transition) error { return m.request(lc.Transition{Id: uint8(t)}) }

// Shutdown leads to finalized, from wherever the node is.
func (m *Machine) Shutdown() error { return m.request(lc.Transition{Label: "shutdown"}) }

func (m *Machine) request(t lc.Transition) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	s, allowed := find(m.State(), t)
	if !allowed {
		return fmt.Errorf("transition %s is not possible in state %s", name(t), m.State())
	}
	m.take(s)
	var err error
	switch s.to {
	case configuring:
		err = m.configure()
	case activating:
		err = m.activate()
	case deactivating:
		err = m.deactivate()
	case cleaningUp:
		err = m.cleanup()
	case shuttingDown:
		err = errors.Join(m.deactivate(), m.cleanup())
	}
	switch {
	case err == nil:
		m.reason.Store(nil)
		m.take(outcome(s.to, success))
		return nil
	case s.to == configuring, s.to == activating: // it is as before
		m.reason.Store(&err)
		m.take(outcome(s.to, failure))
	default:
		m.reason.Store(&err)
		m.take(outcome(s.to, fault))
		m.recover()
	}
	return fmt.Errorf("%s: %w", s.label, err)
}

// recover cleans up after a fault; mu is held.
func (m *Machine) recover() {
	if err := m.cleanup(); err != nil {
		m.node.Log().Error("cleaning up after an error failed", "error", err)
		m.take(outcome(errorProcessing, failure))
		return
	}
	m.take(outcome(errorProcessing, success))
}

func (m *Machine) configure() (err error) {
	m.scope = m.node.Begin()
	m.instance, err = m.component.Configure(m.scope)
	if err != nil {
		m.instance = nil
		return errors.Join(err, m.scope.End())
	}
	return nil
}

// activate lets the instance run.
func (m *Machine) activate() error {
	if a, ok := m.instance.(node.Activator); ok {
		if err := a.Activate(); err != nil {
			return err
		}
	}
	ctx, cancel := context.WithCancel(context.Background())
	instance, ended := m.instance, make(chan struct{})
	m.cancel, m.ended, m.runErr = cancel, ended, nil
	go func() {
		err := instance.Run(ctx)
		if err == nil && ctx.Err() == nil {
			err = errors.New("ended by itself")
		}
		m.runErr = err
		close(ended)
		if ctx.Err() == nil {
			m.broke(ended)
		}
	}()
	return nil
}

// deactivate ends the run, if there is one, and returns what went wrong in it.
func (m *Machine) deactivate() error {
	if m.cancel == nil {
		return nil
	}
	m.cancel()
	<-m.ended
	m.cancel = nil
	return m.runErr
}

// cleanup gives back what Configure got. It may be called where nothing is.
func (m *Machine) cleanup() error {
	if m.instance == nil {
		return nil
	}
	err := errors.Join(m.scope.End(), m.instance.Close())
	m.instance, m.scope = nil, nil
	return err
}

// broke takes the node out of active after its run ended by itself.
func (m *Machine) broke(ended chan struct{}) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.ended != ended || m.State() != Active {
		return // somebody ended that run in the meantime, and knows its error
	}
	err := m.deactivate()
	m.reason.Store(&err)
	m.node.Log().Error("cannot go on", "error", err)
	m.take(raised)
	m.recover()
	select {
	case m.failed <- err:
	default:
	}
}

// take follows an arrow and tells the world.
func (m *Machine) take(s step) {
	m.state.Store(uint32(s.to))
	d := s.message()
	err := m.events.Publish(&lc.TransitionEvent{
		Timestamp: uint64(time.Now().UnixNano()), Transition: d.Transition, StartState: d.StartState, GoalState: d.GoalState,
	})
	if err != nil {
		m.node.Log().Warn("transition event not sent", "error", err)
	}
}

// fill reports on /diagnostics.
func (m *Machine) fill(s *node.Status) {
	s.Summary(node.OK, "%s", m.State())
	if reason := m.reason.Load(); reason != nil {
		s.Summary(node.Error, "%s: %v", m.State(), *reason)
	}
	s.Add("state", m.State())
}

// name is how a request is called in messages.
func name(t lc.Transition) string {
	if t.Label != "" {
		return t.Label
	}
	for _, s := range requests {
		if uint8(s.id) == t.Id {
			return s.label
		}
	}
	return fmt.Sprintf("number %d", t.Id)
}
