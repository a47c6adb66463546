package teleop

import (
	"context"
	"errors"
	"io"
	"path/filepath"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"hyt/config"
	"hyt/msgs"
	"hyt/msgs/bag"
	"hyt/msgs/bus/mem"
	"hyt/msgs/geometry_msgs"
	"hyt/msgs/hyt_msgs"
	"hyt/nodes/managed"
	"hyt/nodes/node"
	"hyt/nodes/recordernode"
	"hyt/nodes/rosargs"
)

// A person teaches: the recorder node writes what teleop does, with each episode's
// beginning and end, the discarded one among them, marked as such.
func TestTheRecorderWritesWhatIsShown(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "bag")
	synctest.Test(t, func(t *testing.T) { teach(t, dir) })
	var outcomes []bool
	moved, words := 0, 0
	r, err := bag.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	for m, err := range r.Messages() {
		if err != nil {
			t.Fatal(err)
		}
		switch m.Topic {
		case "/episode":
			var e hyt_msgs.Episode
			if err := msgs.Unmarshal(m.Data, &e); err != nil {
				t.Fatal(err)
			}
			if e.Phase == hyt_msgs.Episode_END {
				outcomes = append(outcomes, e.Success)
			}
		case "/action":
			var a geometry_msgs.TwistStamped
			if err := msgs.Unmarshal(m.Data, &a); err != nil {
				t.Fatal(err)
			}
			if a.Twist.Linear.X != 0 {
				moved++
			}
		case "/instruction":
			words++
		}
	}
	if want := []bool{true, false, true}; !slices.Equal(outcomes, want) || moved < 4 || words < 4 {
		t.Errorf("episodes ended %v, want %v; %d commands moved, %d instructions", outcomes, want, moved, words)
	}
}

// teach runs teleop and a recorder, and types.
func teach(t *testing.T, dir string) {
	driver := mem.Open()
	recorder := recordernode.New()
	if err := config.Set(recorder.Config(), config.Value{Name: "output", Value: dir}); err != nil {
		t.Fatal(err)
	}
	keys, keyboard := io.Pipe()
	teleop := New(Terminal{Keys: keys, Out: io.Discard, Quit: func() {}, Raw: func() (func() error, error) { return func() error { return nil }, nil }})
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 2)
	for name, c := range map[string]node.Component{"recorder": recorder, "teleop": teleop} {
		n, err := node.New(node.Options{Identity: rosargs.Identity{Name: name, Namespace: "/"}, Driver: driver, Console: io.Discard})
		if err != nil {
			t.Fatal(err)
		}
		go func() { done <- errors.Join(managed.Run(ctx, n, c), n.Close()) }()
	}
	synctest.Wait()
	for _, typed := range []string{"ipush the red cube\r", "\r", "w", "\r", "\r", "s", "x", "\r", " ", "\r"} {
		if _, err := io.WriteString(keyboard, typed); err != nil {
			t.Fatal(err)
		}
		time.Sleep(100 * time.Millisecond) // for a few commands
	}
	cancel()
	if err := errors.Join(<-done, <-done, keyboard.Close(), driver.Close()); err != nil {
		t.Fatal(err)
	}
}
