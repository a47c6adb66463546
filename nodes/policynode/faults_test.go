package policynode

import (
	"errors"
	"math"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"testing/synctest"
	"time"
	"unicode/utf8"

	"hyt/config"
	"hyt/msgs/builtin_interfaces"
	"hyt/msgs/bus"
	"hyt/msgs/hyt_msgs"
	"hyt/msgs/sensor_msgs"
	"hyt/msgs/std_msgs"
	"hyt/nodes/control"
	"hyt/nodes/node"
	"hyt/policy/policytest"
)

// later gives images another stamp, so much later than they are taken.
func later(d time.Duration) func(*sensor_msgs.Image) {
	return func(m *sensor_msgs.Image) {
		m.Header.Stamp = builtin_interfaces.FromTime(m.Header.Stamp.AsTime().Add(d))
	}
}

// TestEachFaultHoldsTheRobotAndItRecovers injects one fault after a second of motion:
// the robot holds, diagnostics say why, and a second after the fault it moves again.
func TestEachFaultHoldsTheRobotAndItRecovers(t *testing.T) {
	model := func(f func(*fakeModel)) func(*rig) { return func(r *rig) { r.model.set(f) } }
	camera := func(f func(*rig)) func(*rig) { return func(r *rig) { r.locked(func() { f(r) }) } }
	for name, c := range map[string]struct {
		begin, end func(*rig)
		level      node.Level
		says       control.Reason // in "control"
		also       string         // in "inference" or "health"
	}{
		"camera silent": {camera(func(r *rig) { r.quiet = true }), camera(func(r *rig) { r.quiet = false }),
			node.Error, control.ImageStale, "no image comes"},
		"camera slow to deliver": {camera(func(r *rig) { r.bad = later(-time.Second) }), camera(func(r *rig) { r.bad = nil }),
			node.Error, control.ImageStale, "the newest image is 1s old"},
		"camera's clock ahead": {camera(func(r *rig) { r.bad = later(time.Hour) }), camera(func(r *rig) { r.bad = nil }),
			node.Error, control.ImageStale, "is stamped 1h0m0s in the future"},
		"inference slow": {model(func(m *fakeModel) { m.took = 2 * time.Second }), model(func(m *fakeModel) { m.took = 0 }),
			node.Error, control.ChunkLate, "latency: inference takes"},
		"inference fails": {model(func(m *fakeModel) { m.broken = errors.New("out of memory") }), model(func(m *fakeModel) { m.broken = nil }),
			node.Warn, control.ChunkUsedUp, "out of memory"},
		"inference panics": {model(func(m *fakeModel) { m.crashes = true }), model(func(m *fakeModel) { m.crashes = false }),
			node.Warn, control.ChunkUsedUp, "panic: the model has a bug (hyt/nodes/policynode.(*fakeModel).Plan, line"},
		"inference gives NaN": {model(func(m *fakeModel) { m.velocity = math.NaN() }), model(func(m *fakeModel) { m.velocity = 0.1 }),
			node.Error, control.ChunkNotFinite, "not a finite number"},
		"inference gives infinities": {model(func(m *fakeModel) { m.velocity = math.Inf(-1) }), model(func(m *fakeModel) { m.velocity = 0.1 }),
			node.Error, control.ChunkNotFinite, "not a finite number"},
		"inference out of range": {model(func(m *fakeModel) { m.velocity = 1000 }), model(func(m *fakeModel) { m.velocity = 0.1 }),
			node.Error, control.ChunkOutOfRange, "the most that the model can mean"},
	} {
		t.Run(name, func(t *testing.T) {
			start(t, armed, func(r *rig) {
				r.say("touch the red cube")
				r.during(time.Second)
				if got := r.during(time.Second); moving(got) != 50 {
					t.Fatalf("before: %d moving", moving(got))
				}
				c.begin(r)
				r.during(4 * time.Second)
				if got := r.during(time.Second); len(got) != 50 || moving(got) != 0 {
					t.Errorf("%d actions, %d moving", len(got), moving(got))
				}
				r.wantStatus("control", c.level, c.says.Sentence())
				r.wantSaid(c.also)
				c.end(r)
				r.during(3 * time.Second)
				if got := r.during(time.Second); moving(got) != 50 {
					t.Errorf("afterwards: %d moving", moving(got))
				}
				r.wantStatus("control", node.OK, "following the policy")
			})
		})
	}
}

// wantSaid looks for the words in what inference and health report.
func (r *rig) wantSaid(part string) {
	r.t.Helper()
	r.mu.Lock()
	defer r.mu.Unlock()
	inference, health := r.status["policy: inference"].Message, r.status["policy: health"].Message
	if !strings.Contains(inference+health, part) {
		r.t.Errorf("inference reports %q, health %q; want %q", inference, health, part)
	}
}

func TestACameraTooSlowForItsTimeoutMovesTheRobotInBetween(t *testing.T) {
	start(t, armed, func(r *rig) {
		r.say("touch the red cube")
		r.locked(func() { r.every = 20 }) // one a second
		r.during(2 * time.Second)
		if got := r.during(5 * time.Second); moving(got) < 5*10 || moving(got) > 5*18 { // 0.3 s of each
			t.Errorf("%d of %d moving", moving(got), len(got))
		}
		r.wantSaid("images come too seldom for image_timeout (300ms)")
	})
}

func TestImagesOutOfOrderAreCountedAndDoNoHarm(t *testing.T) {
	start(t, armed, func(r *rig) {
		r.say("touch the red cube")
		var n atomic.Int64
		r.locked(func() {
			r.bad = func(m *sensor_msgs.Image) {
				if n.Add(1)%3 == 0 {
					later(-120 * time.Millisecond)(m)
				}
			}
		})
		r.during(2 * time.Second)
		if got := r.during(2 * time.Second); moving(got) != 100 {
			t.Errorf("%d moving", moving(got))
		}
		r.wantSaid("images came after newer ones")
		if value(r.status["policy: control"], "images_out_of_order") == "0" {
			t.Error("not counted")
		}
	})
}

// A thinker that hangs or crashes says nothing any more: mode guided goes on without.
func TestAThinkerThatIsGoneLeavesTheRobotActing(t *testing.T) {
	startReal(t, policytest.Options{}, func(c *config.Policy) { armed(c); c.Mode = "guided" }, func(r *rig) {
		thoughts, err := node.Advertise[*hyt_msgs.Thought](r.robot, "thought", bus.Default())
		if err != nil {
			t.Fatal(err)
		}
		r.say("touch the red cube")
		for range 10 {
			time.Sleep(200 * time.Millisecond)
			m := &hyt_msgs.Thought{Text: "sub push red cube;"}
			m.Header.Stamp = builtin_interfaces.FromTime(time.Now())
			_ = thoughts.Publish(m)
		}
		synctest.Wait()
		if last := r.lastChunk(); last.Mode != "follow" {
			t.Errorf("with a thinker: %s", last.Mode)
		}
		r.wantStatus("inference", node.OK, "planning")
		got := r.during(4 * time.Second)
		if last := r.lastChunk(); last.Mode != "act" || moving(got) != 200 {
			t.Errorf("without: %s, %d moving", last.Mode, moving(got))
		}
		r.wantStatus("inference", node.Warn, "no fresh thought to be guided by: acting without")
	})
}

func (r *rig) lastChunk() *hyt_msgs.ActionChunk {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.chunks[len(r.chunks)-1]
}

func TestInstructionsThatNobodyCanMean(t *testing.T) {
	for name, c := range map[string]struct {
		text  string
		moves bool
		says  string
	}{
		"empty":         {"", false, "no instruction"},
		"100 kB":        {strings.Repeat("touch ", 1<<14) + "it", false, "shorten it"},
		"not UTF-8":     {"touch \xff\xfe it", true, "following the policy"},
		"unknown words": {"zap ∀ qux", true, "following the policy"},
	} {
		t.Run(name, func(t *testing.T) {
			startReal(t, policytest.Options{}, armed, func(r *rig) {
				current := ""
				_, err := node.Subscribe(r.robot, "current_instruction", bus.Latched(1), func(m *std_msgs.String) { r.locked(func() { current = m.Data }) })
				if err != nil {
					t.Fatal(err)
				}
				r.say("touch the red cube")
				r.during(time.Second)
				r.say(c.text)
				r.during(2 * time.Second)
				if got := r.during(time.Second); len(got) != 50 || moving(got) > 0 != c.moves {
					t.Errorf("%d actions, %d moving", len(got), moving(got))
				}
				said := r.status["policy: control"].Message + r.status["policy: inference"].Message
				if !strings.Contains(said, c.says) {
					t.Errorf("diagnostics: %s", said)
				}
				if !utf8.ValidString(current) || len(value(r.status["policy: control"], "text")) > 1100 {
					t.Error("what others read is no text, or a very long one")
				}
				r.say("touch the red cube")
				if got := r.during(time.Second); moving(got) < 45 {
					t.Errorf("afterwards: %d moving", moving(got))
				}
			})
		})
	}
}

func TestModeSwitchedAtEachTick(t *testing.T) {
	startReal(t, policytest.Options{Gate: true}, armed, func(r *rig) {
		r.say("touch the red cube")
		r.during(time.Second)
		modes := []string{"act", "think", "guided", "auto"}
		var all []float64
		for i := range 100 {
			if err := r.policy.SetParameter("mode", modes[i%len(modes)]); err != nil {
				t.Fatal(err)
			}
			for _, m := range r.during(20 * time.Millisecond) {
				all = append(all, m.Twist.Linear.X, m.Twist.Linear.Y, m.Twist.Linear.Z, m.Twist.Angular.Z)
			}
		}
		if len(all) < 4*95 {
			t.Errorf("%d numbers in 2 s at 50 Hz", len(all))
		}
		for _, v := range all {
			if math.IsNaN(v) || math.Abs(v) > 3 {
				t.Fatalf("commanded %v", v)
			}
		}
		if got := r.during(time.Second); moving(got) != 50 {
			t.Errorf("afterwards: %d moving", moving(got))
		}
	})
}

// full is a disk without room.
type full struct{}

func (full) Write([]byte) (int, error) { return 0, syscall.ENOSPC }

func TestADiskWithoutRoomForTheLogHoldsNobodyUp(t *testing.T) {
	startOn(t, nil, armed, func(r *rig) { // what it logs, it logs in vain
		r.say("touch the red cube")
		r.model.set(func(m *fakeModel) { m.broken = errors.New("something to log") })
		r.during(time.Second)
		r.model.set(func(m *fakeModel) { m.broken = nil })
		r.during(time.Second)
		if got := r.during(time.Second); moving(got) != 50 {
			t.Errorf("%d moving", moving(got))
		}
	}, func(r *rig) { r.console = full{} })
}
