package lifecycle

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"hyt/config"
	"hyt/msgs/bus"
	"hyt/msgs/bus/mem"
	lc "hyt/msgs/lifecycle_msgs"
	"hyt/msgs/std_msgs"
	"hyt/nodes/node"
	"hyt/nodes/rosargs"
)

// component is one whose calls are noted and whose failures are set.
type component struct {
	config                              config.Thinker
	calls                               []string
	configureErr, activateErr, closeErr error
	breaks                              chan error // what Run returns when it comes
}

func (c *component) Config() config.Config { return &c.config }

func (c *component) note(call string) { c.calls = append(c.calls, call) }

func (c *component) Configure(n *node.Node) (node.Instance, error) {
	c.note("configure")
	if _, err := node.Advertise[*std_msgs.String](n, "thought", bus.Default()); err != nil {
		return nil, err
	}
	return c, c.configureErr
}

func (c *component) Activate() error {
	c.note("activate")
	return c.activateErr
}

func (c *component) Run(ctx context.Context) error {
	select {
	case <-ctx.Done():
		c.note("deactivate")
		return nil
	case err := <-c.breaks:
		return err
	}
}

func (c *component) Close() error {
	c.note("close")
	return c.closeErr
}

// rig is a machine and somebody who asks it over the bus.
type rig struct {
	*Machine
	t         *testing.T
	component *component
	user      *node.Node
	events    []string // "start -label-> goal"
}

func start(t *testing.T, test func(*rig)) {
	synctest.Test(t, func(t *testing.T) {
		driver := mem.Open()
		open := func(name string) *node.Node {
			n, err := node.New(node.Options{Identity: rosargs.Identity{Name: name, Namespace: "/"}, Driver: driver, Console: &bytes.Buffer{}})
			if err != nil {
				t.Fatal(err)
			}
			return n
		}
		r := &rig{t: t, component: &component{breaks: make(chan error)}, user: open("user")}
		_, err := node.Subscribe(r.user, "/thinker/transition_event", bus.QoS{Depth: 1000}, func(m *lc.TransitionEvent) {
			r.events = append(r.events, m.StartState.Label+" -"+m.Transition.Label+"-> "+m.GoalState.Label)
		})
		if err != nil {
			t.Fatal(err)
		}
		n := open("thinker")
		if r.Machine, err = New(n, r.component); err != nil {
			t.Fatal(err)
		}
		if err := r.Serve(); err != nil {
			t.Fatal(err)
		}
		test(r)
		if r.State() != Finalized {
			if err := r.Shutdown(); err != nil {
				t.Error(err)
			}
		}
		if err := errors.Join(n.Close(), r.user.Close(), driver.Close()); err != nil {
			t.Error(err)
		}
	})
}

// ask calls ~/change_state.
func (r *rig) ask(t lc.Transition) bool {
	r.t.Helper()
	client, err := bus.NewClient[*lc.ChangeStateRequest](r.user.Bus(), "/thinker/change_state")
	if err != nil {
		r.t.Fatal(err)
	}
	defer client.Close()
	ctx, cancel := context.WithTimeout(r.t.Context(), time.Minute)
	defer cancel()
	var answer lc.ChangeStateResponse
	if err := bus.Call(ctx, client, &lc.ChangeStateRequest{Transition: t}, &answer); err != nil {
		r.t.Fatal(err)
	}
	return answer.Success
}

func (r *rig) want(state State, calls ...string) {
	r.t.Helper()
	synctest.Wait()
	if r.State() != state {
		r.t.Errorf("state %s, want %s", r.State(), state)
	}
	if diff := cmp.Diff(calls, r.component.calls); diff != "" {
		r.t.Error(diff)
	}
	r.component.calls = nil
}

func TestAManagerLeadsTheNodeThroughItsStates(t *testing.T) {
	start(t, func(r *rig) {
		r.want(Unconfigured)
		for _, s := range []struct {
			ask   lc.Transition
			state State
			calls []string
		}{
			{lc.Transition{Id: 1}, Inactive, []string{"configure"}},
			{lc.Transition{Label: "activate"}, Active, []string{"activate"}},
			{lc.Transition{Id: 4}, Inactive, []string{"deactivate"}},
			{lc.Transition{Id: 3, Label: "activate"}, Active, []string{"activate"}},
			{lc.Transition{Id: 4}, Inactive, []string{"deactivate"}},
			{lc.Transition{Id: 2}, Unconfigured, []string{"close"}},
			{lc.Transition{Id: 1}, Inactive, []string{"configure"}},
			{lc.Transition{Id: 3}, Active, []string{"activate"}},
			{lc.Transition{Id: 7}, Finalized, []string{"deactivate", "close"}},
		} {
			if !r.ask(s.ask) {
				t.Fatalf("%+v was refused in state %s", s.ask, r.State())
			}
			r.want(s.state, s.calls...)
		}
		if diff := cmp.Diff([]string{"unconfigured -configure-> configuring", "configuring -transition_success-> inactive"}, r.events[:2]); diff != "" {
			t.Error(diff)
		}
		if len(r.events) != 18 {
			t.Errorf("%d events", len(r.events))
		}
	})
}

func TestWhatTheStateDoesNotAllowIsRefusedAndChangesNothing(t *testing.T) {
	start(t, func(r *rig) {
		for _, ask := range []lc.Transition{{Id: 2}, {Id: 3}, {Id: 4}, {Id: 8}, {Id: 10}, {Id: 99}, {Label: "fly"}} {
			if r.ask(ask) {
				t.Errorf("%+v was taken", ask)
			}
		}
		r.want(Unconfigured)
		if len(r.events) != 0 {
			t.Errorf("events %v", r.events)
		}
		if err := r.Do(Deactivate); err == nil || err.Error() != "transition deactivate is not possible in state unconfigured" {
			t.Error(err)
		}
	})
}

func TestAFailedConfigureLeavesNothingBehind(t *testing.T) {
	start(t, func(r *rig) {
		r.component.configureErr = errors.New("no such model")
		if err := r.Do(Configure); err == nil || err.Error() != "configure: no such model" {
			t.Error(err)
		}
		r.want(Unconfigured, "configure")
		if _, there := r.user.Bus().(bus.Graph).Topics()["/thought"]; there {
			t.Error("its topic is still there")
		}
		r.component.configureErr = nil
		if err := r.Do(Configure); err != nil {
			t.Error(err)
		}
		r.want(Inactive, "configure")
		if _, there := r.user.Bus().(bus.Graph).Topics()["/thought"]; !there {
			t.Error("its topic is not there")
		}
	})
}

func TestAFailedActivateLeavesTheNodeInactive(t *testing.T) {
	start(t, func(r *rig) {
		r.component.activateErr = errors.New("disk full")
		if err := errors.Join(r.Do(Configure), r.Do(Activate)); err == nil || err.Error() != "activate: disk full" {
			t.Error(err)
		}
		r.want(Inactive, "configure", "activate")
	})
}

func TestANodeThatCannotGoOnIsCleanedUpAndSaysSo(t *testing.T) {
	start(t, func(r *rig) {
		if err := errors.Join(r.Do(Configure), r.Do(Activate)); err != nil {
			t.Fatal(err)
		}
		r.component.breaks <- errors.New("the camera burns")
		if err := <-r.Failed(); err.Error() != "the camera burns" {
			t.Error(err)
		}
		r.want(Unconfigured, "configure", "activate", "close")
		if diff := cmp.Diff([]string{"active -transition_error-> errorprocessing", "errorprocessing -transition_success-> unconfigured"}, r.events[len(r.events)-2:]); diff != "" {
			t.Error(diff)
		}
		if err := errors.Join(r.Do(Configure), r.Do(Activate)); err != nil {
			t.Errorf("a second life: %v", err)
		}
	})
}

func TestANodeThatCannotEvenCleanUpIsFinalized(t *testing.T) {
	start(t, func(r *rig) {
		r.component.closeErr = errors.New("stuck")
		if err := errors.Join(r.Do(Configure), r.Do(Activate)); err != nil {
			t.Fatal(err)
		}
		r.component.breaks <- nil // ended without being asked
		if err := <-r.Failed(); err.Error() != "ended by itself" {
			t.Error(err)
		}
		r.want(Finalized, "configure", "activate", "close")
	})
}

func TestServicesTellStatesAndTransitions(t *testing.T) {
	start(t, func(r *rig) {
		labels := func() string {
			client, err := bus.NewClient[*lc.GetAvailableTransitionsRequest](r.user.Bus(), "/thinker/get_available_transitions")
			if err != nil {
				t.Fatal(err)
			}
			defer client.Close()
			var answer lc.GetAvailableTransitionsResponse
			if err := bus.Call(r.t.Context(), client, &lc.GetAvailableTransitionsRequest{}, &answer); err != nil {
				t.Fatal(err)
			}
			var out []string
			for _, d := range answer.AvailableTransitions {
				out = append(out, d.Transition.Label+" to "+d.GoalState.Label)
			}
			return strings.Join(out, ", ")
		}
		if got := labels(); got != "configure to configuring, shutdown to shuttingdown" {
			t.Error(got)
		}
		if err := errors.Join(r.Do(Configure), r.Do(Activate)); err != nil {
			t.Fatal(err)
		}
		if got := labels(); got != "deactivate to deactivating, shutdown to shuttingdown" {
			t.Error(got)
		}
		client, err := bus.NewClient[*lc.GetStateRequest](r.user.Bus(), "/thinker/get_state")
		if err != nil {
			t.Fatal(err)
		}
		var state lc.GetStateResponse
		if err := bus.Call(r.t.Context(), client, &lc.GetStateRequest{}, &state); err != nil || state.CurrentState != (lc.State{Id: 3, Label: "active"}) {
			t.Errorf("%+v, %v", state, err)
		}
	})
}

func TestNobodyHoldsANodeThatIsChanging(t *testing.T) {
	start(t, func(r *rig) {
		r.mu.Lock()
		r.state.Store(uint32(configuring))
		if err := r.Hold(func(State, node.Instance) { t.Error("called") }); err == nil || err.Error() != "the node is configuring: try again after that" {
			t.Error(err)
		}
		r.state.Store(uint32(Unconfigured))
		time.AfterFunc(time.Second, r.mu.Unlock)
		if err := r.Hold(func(s State, i node.Instance) {
			if s != Unconfigured || i != nil {
				t.Errorf("%s, %v", s, i)
			}
		}); err != nil {
			t.Error(err)
		}
	})
}
