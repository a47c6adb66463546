package classic

import (
	"bytes"
	"context"
	"errors"
	"math"
	"os"
	"reflect"
	"strings"
	"syscall"
	"testing"
	"time"

	"hyt/gazebo/sim"
	"hyt/gazebo/task"
)

// inGazebo opens the real thing. Tests that need it run by `make gazebo-required`,
// where a missing Gazebo is a failure; else they are skipped, with the reason.
func inGazebo(t testing.TB, o Options) *Sim {
	t.Helper()
	if os.Getenv("HYT_GAZEBO_REQUIRED") == "" {
		t.Skip("real Gazebo takes long to start: 'make gazebo-required' runs this")
	}
	s, err := New("tabletop", o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

func reset(t testing.TB, s *Sim, scene sim.Scene) {
	t.Helper()
	if err := s.Reset(t.Context(), scene); err != nil {
		t.Fatal(err)
	}
}

// play runs a few seconds of a place episode and returns the states.
func play(t testing.TB, s *Sim, seconds int) []sim.State {
	t.Helper()
	e, err := task.Place{}.Episode(task.ID, 1)
	if err != nil {
		t.Fatal(err)
	}
	reset(t, s, e.Scene)
	oracle := e.Task.Oracle(e.Goal)
	states := []sim.State{s.State()}
	for range 10 * seconds {
		if err := s.Step(oracle.Decide(s.State()).Command, 100*time.Millisecond); err != nil {
			t.Fatal(err)
		}
		states = append(states, s.State())
	}
	return states
}

func TestGazeboRepeatsAnEpisodeToTheBit(t *testing.T) {
	first := inGazebo(t, Options{})
	second := inGazebo(t, Options{})
	a := play(t, first, 4)
	held := false
	for _, s := range a {
		for _, o := range s.Objects {
			held = held || o.Held
		}
	}
	if !held {
		t.Error("nothing was picked up: this episode proves little")
	}
	for name, b := range map[string][]sim.State{"a reset": play(t, first, 4), "another simulator": play(t, second, 4)} {
		for i := range a {
			if !reflect.DeepEqual(a[i], b[i]) {
				t.Errorf("after %s the episode parts at %v:\n%+v\n%+v", name, a[i].Time, a[i], b[i])
				break
			}
		}
	}
}

func TestGazeboGoesOnAfterItsServerDied(t *testing.T) {
	s := inGazebo(t, Options{})
	scene := sim.Scene{Arm: sim.Arm{Pose: sim.Pose{Z: 0.15}}}
	reset(t, s, scene)
	if err := syscall.Kill(s.session.server.Pid(), syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	if err := s.Step(sim.Command{}, time.Second); err == nil || !strings.Contains(err.Error(), "gzserver") {
		t.Errorf("a step without a server: %v", err)
	}
	if err := s.Step(sim.Command{}, time.Second); err == nil || !strings.Contains(err.Error(), "reset the simulator") {
		t.Errorf("the step after: %v", err)
	}
	if _, err := s.Render(sim.Overhead); err == nil {
		t.Error("a picture without a server")
	}
	reset(t, s, scene)
	if err := s.Step(sim.Command{Linear: [3]float64{0.1, 0, 0}}, time.Second); err != nil {
		t.Fatal(err)
	}
	if st := s.State(); math.Abs(st.Arm.X-0.097) > 0.003 || st.Time != time.Second {
		t.Errorf("after a second at 0.1 m/s: %v, %+v", st.Time, st.Arm)
	}
}

func TestGazeboThatStartsCanBeInterrupted(t *testing.T) {
	s := inGazebo(t, Options{})
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	scene := sim.Scene{Arm: sim.Arm{Pose: sim.Pose{Z: 0.15}}}
	if err := s.Reset(ctx, scene); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("%v", err)
	}
	if err := s.Step(sim.Command{}, time.Second); err == nil || !strings.Contains(err.Error(), "reset the simulator") {
		t.Errorf("the step after: %v", err)
	}
	reset(t, s, scene)
}

func TestGazeboSeesWhatMoves(t *testing.T) {
	s := inGazebo(t, Options{Cameras: []string{sim.Overhead, sim.Wrist}, Width: 96, Height: 96})
	cube := sim.Object{Name: "red_cube", Color: "red", Shape: "cube", Pose: sim.Pose{Z: 0.0225}}
	reset(t, s, sim.Scene{Objects: []sim.Object{cube}, Arm: sim.Arm{Pose: sim.Pose{X: -0.15, Z: 0.15}, Gripper: 1}})
	for _, camera := range []string{sim.Overhead, sim.Wrist} {
		f, err := s.Render(camera)
		if err != nil {
			t.Fatal(err)
		}
		before := bytes.Clone(f.RGB)
		if f.Width != 96 || len(f.RGB) != 96*96*3 {
			t.Fatalf("a frame of %d x %d, %d bytes", f.Width, f.Height, len(f.RGB))
		}
		red := 0
		for i := 0; i < len(before); i += 3 {
			if before[i] > 120 && before[i+1] < 60 && before[i+2] < 60 {
				red++
			}
		}
		if red < 20 {
			t.Errorf("%s: %d red pixels of a red cube", camera, red)
		}
		if err := s.Step(sim.Command{Linear: [3]float64{0.2, 0, 0}, Gripper: 1}, 200*time.Millisecond); err != nil {
			t.Fatal(err)
		}
		if f, err = s.Render(camera); err != nil || bytes.Equal(f.RGB, before) {
			t.Errorf("%s: the picture stays while the arm moves: %v", camera, err)
		}
	}
	if _, err := s.Render("behind"); err == nil || !strings.Contains(err.Error(), `no camera "behind"`) {
		t.Errorf("a camera that is not there: %v", err)
	}
}

func TestGazeboOracle(t *testing.T) {
	s := inGazebo(t, Options{})
	for _, kind := range []task.Task{task.Touch{}, task.Push{}, task.Place{}} {
		e, err := kind.Episode(task.ID, 3)
		if err != nil {
			t.Fatal(err)
		}
		reset(t, s, e.Scene)
		oracle, judge := e.Task.Oracle(e.Goal), e.Task.Judge(e.Goal)
		verdict := judge.See(s.State())
		for verdict == task.Running && s.State().Time < kind.Limit() {
			if err := s.Step(oracle.Decide(s.State()).Command, 100*time.Millisecond); err != nil {
				t.Fatal(err)
			}
			verdict = judge.See(s.State())
		}
		if verdict != task.Success {
			t.Errorf("%s, %q: %v after %v", kind.Name(), e.Instruction, verdict, s.State().Time)
		}
	}
}

// Lockstep steps of 20 ms with an image each.
func BenchmarkGazebo(b *testing.B) {
	for name, o := range map[string]Options{"64px": {}, "128px": {Width: 128, Height: 128}} {
		b.Run(name, func(b *testing.B) {
			s := inGazebo(b, o)
			begun := time.Now()
			reset(b, s, sim.Scene{Arm: sim.Arm{Pose: sim.Pose{Z: 0.15}}})
			if _, err := s.Render(sim.Overhead); err != nil {
				b.Fatal(err)
			}
			first := time.Since(begun)
			n := 0
			for b.Loop() {
				v := 0.1 * math.Sin(float64(n)/20)
				if err := s.Step(sim.Command{Linear: [3]float64{v, 0, 0}}, FramePeriod); err != nil {
					b.Fatal(err)
				}
				if _, err := s.Render(sim.Overhead); err != nil {
					b.Fatal(err)
				}
				n++
			}
			b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "steps/s")
			b.ReportMetric(first.Seconds(), "s-to-first-frame")
			b.ReportMetric(float64(s.session.lost)/float64(n), "asked/step")
		})
	}
}
