package teleop

import (
	"bytes"
	"context"
	"errors"
	"io"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"hyt/msgs/bus"
	"hyt/msgs/bus/mem"
	"hyt/msgs/geometry_msgs"
	"hyt/msgs/hyt_msgs"
	"hyt/msgs/std_msgs"
	"hyt/nodes/managed"
	"hyt/nodes/node"
	"hyt/nodes/rosargs"
)

// screen is a terminal's output.
type screen struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (s *screen) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.Write(p)
}

// rig is a person at a keyboard and a robot that hears what they do.
type rig struct {
	t        *testing.T
	keyboard *io.PipeWriter
	screen   *screen
	robot    *node.Node
	restored bool
	quit     bool

	mu       sync.Mutex
	actions  []*geometry_msgs.TwistStamped
	grips    []float64
	episodes []hyt_msgs.Episode
	words    []string
}

func start(t *testing.T, recorded bool, test func(*rig)) {
	synctest.Test(t, func(t *testing.T) {
		keys, keyboard := io.Pipe()
		r := &rig{t: t, keyboard: keyboard, screen: &screen{}}
		driver := mem.Open()
		open := func(name string) *node.Node {
			n, err := node.New(node.Options{Identity: rosargs.Identity{Name: name, Namespace: "/"}, Driver: driver, Console: io.Discard})
			if err != nil {
				t.Fatal(err)
			}
			return n
		}
		r.robot = open("robot")
		r.connect(recorded)
		c := New(Terminal{Keys: keys, Out: r.screen, Quit: func() { r.quit = true },
			Raw: func() (func() error, error) { return func() error { r.restored = true; return nil }, nil }})
		n := open("teleop")
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error, 1)
		go func() { done <- managed.Run(ctx, n, c) }()
		synctest.Wait()
		time.Sleep(time.Millisecond) // no test looks at the instant of a tick
		test(r)
		cancel()
		err := <-done
		synctest.Wait() // its last words arrive
		if !r.restored {
			t.Error("the terminal was not restored")
		}
		if err := errors.Join(err, keyboard.Close(), n.Close(), r.robot.Close(), driver.Close()); err != nil {
			t.Error(err)
		}
	})
}

func (r *rig) connect(recorded bool) {
	locked := func(f func()) { r.mu.Lock(); defer r.mu.Unlock(); f() }
	var errs [4]error
	qos := bus.QoS{Depth: 1000}
	_, errs[0] = node.Subscribe(r.robot, "action", qos, func(m *geometry_msgs.TwistStamped) { locked(func() { r.actions = append(r.actions, m) }) })
	_, errs[1] = node.Subscribe(r.robot, "gripper", qos, func(m *std_msgs.Float64) { locked(func() { r.grips = append(r.grips, m.Data) }) })
	_, errs[2] = node.Subscribe(r.robot, "instruction", bus.Latched(100), func(m *std_msgs.String) { locked(func() { r.words = append(r.words, m.Data) }) })
	if recorded {
		_, errs[3] = node.Subscribe(r.robot, "episode", bus.Latched(100), func(m *hyt_msgs.Episode) { locked(func() { r.episodes = append(r.episodes, *m) }) })
	}
	if err := errors.Join(errs[:]...); err != nil {
		r.t.Fatal(err)
	}
}

// press types keys and returns the last command within the next d.
func (r *rig) press(keys string, d time.Duration) *geometry_msgs.TwistStamped {
	r.t.Helper()
	if _, err := io.WriteString(r.keyboard, keys); err != nil {
		r.t.Fatal(err)
	}
	time.Sleep(d)
	synctest.Wait()
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.actions[len(r.actions)-1]
}

func (r *rig) wantOnScreen(text string) {
	r.t.Helper()
	r.screen.mu.Lock()
	defer r.screen.mu.Unlock()
	if !strings.Contains(r.screen.text.String(), text) {
		r.t.Errorf("%q is not on the screen:\n%s", text, r.screen.text.String())
	}
}

func TestAKeyMovesTheHandUntilShortlyAfterItIsReleased(t *testing.T) {
	start(t, true, func(r *rig) {
		if m := r.press("w", 100*time.Millisecond); m.Twist.Linear != (geometry_msgs.Vector3{X: 0.15}) || m.Header.FrameId != "base_link" {
			t.Errorf("%+v", m)
		}
		if m := r.press("", time.Second); m.Twist.Linear != (geometry_msgs.Vector3{}) {
			t.Errorf("it still moves: %+v", m.Twist)
		}
		if m := r.press("sd", 100*time.Millisecond); m.Twist.Linear.X > -0.1 || m.Twist.Linear.X < -0.107 || m.Twist.Linear.Y != m.Twist.Linear.X {
			t.Errorf("a diagonal: %+v", m.Twist)
		}
		if m := r.press("fq", 100*time.Millisecond); m.Twist.Angular.Z != 1 || m.Twist.Linear.Z >= 0 {
			t.Errorf("%+v", m.Twist)
		}
		if m := r.press("k", 100*time.Millisecond); m.Twist != (geometry_msgs.Twist{}) {
			t.Errorf("after the stop key: %+v", m.Twist)
		}
		if m := r.press("+w", 100*time.Millisecond); m.Twist.Linear.X != 0.15*1.25 {
			t.Errorf("faster: %+v", m.Twist)
		}
		r.press(" ", 100*time.Millisecond)
		if r.grips[0] != 1 || r.grips[len(r.grips)-1] != 0 {
			t.Errorf("gripper from %v to %v", r.grips[0], r.grips[len(r.grips)-1])
		}
		if r.press("\x03", time.Millisecond); !r.quit {
			t.Error("ctrl-C does nothing")
		}
	})
}

func TestEpisodesAreMarkedWithTheirInstruction(t *testing.T) {
	start(t, true, func(r *rig) {
		r.press("\r", time.Second)
		r.wantOnScreen("no episode without an instruction")
		r.press("ipush the reed\x7f\x7fd cube\r", time.Second)
		r.press("\rw", time.Second)
		r.press("\r", time.Second)
		r.press("\rx", time.Second)
		if len(r.episodes) != 4 {
			t.Fatalf("%d marks", len(r.episodes))
		}
		for i, want := range []struct {
			phase   uint8
			success bool
		}{{hyt_msgs.Episode_START, false}, {hyt_msgs.Episode_END, true}, {hyt_msgs.Episode_START, false}, {hyt_msgs.Episode_END, false}} {
			if e := r.episodes[i]; e.Phase != want.phase || e.Success != want.success || e.Header.Stamp.Sec == 0 || e.Id != r.episodes[i/2*2].Id {
				t.Errorf("mark %d: %+v", i, e)
			}
		}
		if r.episodes[0].Id == r.episodes[2].Id || r.words[len(r.words)-1] != "push the red cube" {
			t.Errorf("ids %s, %s; words %q", r.episodes[0].Id, r.episodes[2].Id, r.words)
		}
	})
}

func TestLeavingStopsTheRobotAndFailsTheEpisode(t *testing.T) {
	var r *rig
	start(t, true, func(now *rig) {
		r = now
		r.press("ilift\r\rw", 100*time.Millisecond)
	})
	if e := r.episodes[len(r.episodes)-1]; e.Phase != hyt_msgs.Episode_END || e.Success {
		t.Errorf("%+v", e)
	}
	if last := r.actions[len(r.actions)-1]; last.Twist != (geometry_msgs.Twist{}) {
		t.Errorf("the last command is %+v", last.Twist)
	}
}

func TestNobodyDemonstratesForNothing(t *testing.T) {
	start(t, false, func(r *rig) {
		r.press("ilift\r\r", time.Second)
		r.wantOnScreen("nobody records: start hyt recorder")
	})
}

func TestWithoutATerminalItSaysSo(t *testing.T) {
	if _, err := NoTerminal(); err == nil || !strings.Contains(err.Error(), "start it in one") {
		t.Error(err)
	}
}
