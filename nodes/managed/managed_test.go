package managed

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"hyt/config"
	"hyt/msgs/bus"
	"hyt/msgs/bus/mem"
	"hyt/msgs/diagnostic_msgs"
	lc "hyt/msgs/lifecycle_msgs"
	"hyt/nodes/node"
	"hyt/nodes/rosargs"
)

// component runs until it is told to break.
type component struct {
	config    config.Thinker
	configure error
	breaks    chan error
	runs      int
}

func (c *component) Config() config.Config                       { return &c.config }
func (c *component) Configure(*node.Node) (node.Instance, error) { return c, c.configure }
func (c *component) Close() error                                { return nil }

func (c *component) Run(ctx context.Context) error {
	c.runs++
	select {
	case <-ctx.Done():
		return nil
	case err := <-c.breaks:
		return err
	}
}

// rig is a running node and a user beside it.
type rig struct {
	component *component
	user      *node.Node
	cancel    context.CancelFunc
	done      chan error
	status    diagnostic_msgs.DiagnosticStatus
}

func start(t *testing.T, change func(*component), test func(*testing.T, *rig)) {
	synctest.Test(t, func(t *testing.T) {
		driver := mem.Open()
		open := func(name string) *node.Node {
			n, err := node.New(node.Options{Identity: rosargs.Identity{Name: name, Namespace: "/"}, Driver: driver, Console: &bytes.Buffer{}})
			if err != nil {
				t.Fatal(err)
			}
			return n
		}
		r := &rig{component: &component{config: config.DefaultThinker(), breaks: make(chan error)}, user: open("user"), done: make(chan error, 1)}
		change(r.component)
		_, err := node.Subscribe(r.user, "/diagnostics", bus.Default(), func(m *diagnostic_msgs.DiagnosticArray) { r.status = m.Status[0] })
		if err != nil {
			t.Fatal(err)
		}
		n := open("thinker")
		ctx, cancel := context.WithCancel(t.Context())
		r.cancel = cancel
		go func() { r.done <- Run(ctx, n, r.component) }()
		synctest.Wait()
		test(t, r)
		cancel()
		if err := errors.Join(n.Close(), r.user.Close(), driver.Close()); err != nil {
			t.Error(err)
		}
	})
}

// reported waits until there was a report on /diagnostics.
func reported() {
	time.Sleep(1500 * time.Millisecond)
	synctest.Wait()
}

func (r *rig) ask(t *testing.T, label string) bool {
	t.Helper()
	client, err := bus.NewClient[*lc.ChangeStateRequest](r.user.Bus(), "/thinker/change_state")
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	var answer lc.ChangeStateResponse
	if err := bus.Call(ctx, client, &lc.ChangeStateRequest{Transition: lc.Transition{Label: label}}, &answer); err != nil {
		t.Fatal(err)
	}
	return answer.Success
}

func TestItStartsByItselfAndEndsWhenTold(t *testing.T) {
	start(t, func(*component) {}, func(t *testing.T, r *rig) {
		reported()
		if r.component.runs != 1 || r.status.Message != "active" || r.status.Level != node.OK {
			t.Errorf("%d runs, %+v", r.component.runs, r.status)
		}
		for _, label := range []string{"deactivate", "cleanup", "configure", "activate"} { // what it made at start goes and comes
			if !r.ask(t, label) {
				t.Errorf("%s was refused", label)
			}
		}
		r.cancel()
		if err := <-r.done; err != nil {
			t.Error(err)
		}
	})
}

func TestWhatFailsAtStartEndsRun(t *testing.T) {
	start(t, func(c *component) { c.configure = errors.New("no such model") }, func(t *testing.T, r *rig) {
		if err := <-r.done; err == nil || err.Error() != "configure: no such model" {
			t.Error(err)
		}
	})
}

func TestWhatFailsLaterEndsRunToo(t *testing.T) {
	start(t, func(*component) {}, func(t *testing.T, r *rig) {
		r.component.breaks <- errors.New("the disk is full")
		if err := <-r.done; err == nil || err.Error() != "the disk is full" {
			t.Error(err)
		}
	})
}

func TestWithoutAutostartItWaitsForItsManagerAlsoAfterAFailure(t *testing.T) {
	start(t, func(c *component) { c.config.Autostart = false }, func(t *testing.T, r *rig) {
		reported()
		if r.component.runs != 0 || r.status.Message != "unconfigured" {
			t.Errorf("%d runs, %+v", r.component.runs, r.status)
		}
		if !r.ask(t, "configure") || !r.ask(t, "activate") {
			t.Fatal("refused")
		}
		r.component.breaks <- errors.New("the disk is full")
		reported()
		if r.status.Level != node.Error || !strings.Contains(r.status.Message, "unconfigured: the disk is full") {
			t.Errorf("%+v", r.status)
		}
		if !r.ask(t, "configure") || !r.ask(t, "activate") {
			t.Fatal("refused a second life")
		}
		if !r.ask(t, "shutdown") {
			t.Fatal("refused to shut down")
		}
		r.cancel()
		if err := <-r.done; err != nil {
			t.Error(err)
		}
	})
}
