package embedded

import (
	"bytes"
	"fmt"
	"math"
	"math/rand/v2"
	"reflect"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jakecoffman/cp/v2"

	"hyt/gazebo/sim"
	"hyt/gazebo/sim/actuator"
)

func vector(x, y float64) cp.Vector { return cp.Vector{X: x, Y: y} }

// busyScene has many contacts: a crowded table and a trembling arm.
func busyScene(seed int64) sim.Scene {
	scene := sim.Scene{World: "tabletop", Seed: seed, Arm: at(-0.2, -0.2, 0.015), ActuationNoise: 0.05}
	colors := []string{"red", "green", "blue", "yellow", "purple", "orange"}
	shapes := []string{"cube", "bar", "cylinder", "ball"}
	for i := range 8 {
		o := thing(colors[i%6], shapes[i%4], -0.12+0.08*float64(i%4), -0.05+0.1*float64(i/4))
		o.Pose.Yaw = 0.3 * float64(i)
		scene.Objects = append(scene.Objects, o)
	}
	return scene
}

// play wanders through the scene and returns all that can be seen of it, states
// as text with every bit of the numbers, and the last picture.
func play(t testing.TB, s *Sim, scene sim.Scene) (string, []byte) {
	t.Helper()
	if err := s.Reset(t.Context(), scene); err != nil {
		t.Fatal(err)
	}
	rng := rand.New(rand.NewPCG(uint64(scene.Seed), 1))
	var log strings.Builder
	var cmd sim.Command
	for i := range 40 {
		if i%5 == 0 {
			// To and fro across the crowd, low.
			arm := s.State().Arm
			cmd.Linear = [3]float64{0.6*(rng.Float64()-0.5) - arm.X, 0.8*(rng.Float64()-0.5) - arm.Y, -0.1}
			cmd.YawRate = 2 * (rng.Float64() - 0.5)
			cmd.Gripper = rng.Float64()
		}
		if err := s.Step(cmd, 100*time.Millisecond); err != nil {
			t.Fatal(err)
		}
		st := s.State()
		for _, o := range st.Objects {
			fmt.Fprintf(&log, "%x %x %x %x ", math.Float64bits(o.Pose.X), math.Float64bits(o.Pose.Y),
				math.Float64bits(o.Pose.Z), math.Float64bits(o.Pose.Yaw))
		}
		fmt.Fprintf(&log, "%x %x %x %x %v\n", math.Float64bits(st.Arm.X), math.Float64bits(st.Arm.Y),
			math.Float64bits(st.Arm.Z), math.Float64bits(st.Arm.Gripper), st.Touched)
	}
	return log.String(), bytes.Clone(overhead(t, s).RGB)
}

// overhead is the picture of s from above.
func overhead(t testing.TB, s *Sim) sim.Frame {
	t.Helper()
	frame, err := s.Render(sim.Overhead)
	if err != nil {
		t.Fatal(err)
	}
	return frame
}

func TestSameSceneGivesSameBits(t *testing.T) {
	first, err := New("tabletop")
	if err != nil {
		t.Fatal(err)
	}
	wantLog, wantPixels := play(t, first, busyScene(7))
	if strings.Count(wantLog, "true") < 15 {
		t.Fatal("hardly any contact: this scene proves nothing")
	}
	check := func(t *testing.T, s *Sim) {
		log, pixels := play(t, s, busyScene(7))
		if log != wantLog || !bytes.Equal(pixels, wantPixels) {
			t.Fatal("another episode came out of the same scene")
		}
	}
	t.Run("50 resets in a row", func(t *testing.T) {
		for i := range 50 {
			// Something else in between.
			if err := first.Reset(t.Context(), busyScene(int64(i))); err != nil {
				t.Fatal(err)
			}
			drives(t, first, 0.2, 0.1, 0, 0, time.Second)
			check(t, first)
		}
	})
	t.Run("one processor, and garbage collected", func(t *testing.T) {
		defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
		for range 3 {
			runtime.GC()
			s, err := New("tabletop")
			if err != nil {
				t.Fatal(err)
			}
			check(t, s)
		}
	})
	t.Run("four at a time", func(t *testing.T) {
		var group sync.WaitGroup
		for range 4 {
			group.Go(func() {
				s, err := New("tabletop")
				if err != nil {
					t.Error(err)
					return
				}
				if log, _ := play(t, s, busyScene(7)); log != wantLog {
					t.Error("another episode came out of the same scene")
				}
			})
		}
		group.Wait()
	})
}

func TestSplitStepsGiveTheSameBits(t *testing.T) {
	a, b := newSim(t, sim.Arm{}), newSim(t, sim.Arm{})
	for _, s := range []*Sim{a, b} {
		if err := s.Reset(t.Context(), busyScene(3)); err != nil {
			t.Fatal(err)
		}
	}
	drives(t, a, 0.2, 0.1, 0, 0.5, 400*time.Millisecond)
	for range 40 {
		drives(t, b, 0.2, 0.1, 0, 0.5, 10*time.Millisecond)
	}
	if !reflect.DeepEqual(a.State(), b.State()) {
		t.Errorf("400 ms at once: %v, in 40 parts: %v", a.State(), b.State())
	}
}

func TestJointsStopAtTheirLimits(t *testing.T) {
	s := newSim(t, at(0, 0, 0.1))
	for _, c := range []struct {
		v    [3]float64
		want sim.Pose
	}{
		{[3]float64{1, 1, 1}, sim.Pose{X: 0.26, Y: 0.26, Z: 0.25}},
		{[3]float64{-1, -1, -1}, sim.Pose{X: -0.26, Y: -0.26, Z: 0.01}},
	} {
		drives(t, s, c.v[0], c.v[1], c.v[2], 1, 5*time.Second)
		p := s.State().Arm.Pose
		near(t, "x", p.X, c.want.X, 0)
		near(t, "y", p.Y, c.want.Y, 0)
		near(t, "z", p.Z, c.want.Z, 0)
	}
	near(t, "gripper", s.State().Arm.Gripper, 1, 0)
	drives(t, s, 0, 0, 0, -5, time.Second)
	near(t, "gripper", s.State().Arm.Gripper, 0, 0)
}

func TestSpeedIsLimitedAndSmooth(t *testing.T) {
	s := newSim(t, at(-0.2, 0, 0.1))
	drives(t, s, 3, 0, 0, 0, time.Second)
	near(t, "way in 1 s at the limit of 0.3 m/s, less the lag", s.State().Arm.X, -0.2+0.3*(1-actuator.Lag), 0.001)
	s = newSim(t, at(0, 0, 0.1))
	drives(t, s, 0.2, 0, 0, 0, PhysicsStep)
	if v := s.hand.v.Linear[0]; v <= 0 || v > 0.05 {
		t.Errorf("speed after one physics step: %.3f m/s, want a little", v)
	}
	if err := s.Step(sim.Command{YawRate: 50}, time.Second); err != nil {
		t.Fatal(err)
	}
	near(t, "turn in 1 s at the limit of 2 rad/s", s.State().Arm.Yaw, 2*(1-actuator.Lag), 0.01)
}

func TestJointNamesAndPositions(t *testing.T) {
	s := newSim(t, sim.Arm{Pose: sim.Pose{X: 0.1, Y: -0.1, Z: 0.2, Yaw: 0.5}, Gripper: 0.5})
	names, positions := s.Joints()
	wantNames := []string{"x_joint", "y_joint", "z_joint", "yaw_joint", "left_finger_joint", "right_finger_joint"}
	if want := []float64{0.1, -0.1, 0.2, 0.5, 0.02, 0.02}; !reflect.DeepEqual(positions, want) || !reflect.DeepEqual(names, wantNames) {
		t.Errorf("%v %v, want %v %v", names, positions, wantNames, want)
	}
}

func TestRefusesBadCommands(t *testing.T) {
	s := newSim(t, at(0, 0, 0.1))
	before := s.State()
	for _, c := range []struct {
		cmd sim.Command
		dt  time.Duration
		say string
	}{
		{sim.Command{Linear: [3]float64{math.NaN(), 0, 0}}, PhysicsStep, "must be finite"},
		{sim.Command{YawRate: math.Inf(1)}, PhysicsStep, "must be finite"},
		{sim.Command{Gripper: math.NaN()}, PhysicsStep, "must be finite"},
		{sim.Command{}, 3 * time.Millisecond, "a multiple of 2ms"},
		{sim.Command{}, -PhysicsStep, "a multiple of 2ms"},
	} {
		if err := s.Step(c.cmd, c.dt); err == nil || !strings.Contains(err.Error(), c.say) {
			t.Errorf("%+v for %v: error %v, want one that says %q", c.cmd, c.dt, err, c.say)
		}
	}
	if !reflect.DeepEqual(s.State(), before) {
		t.Error("a refused command moved something")
	}
}

func TestRefusesBadScenes(t *testing.T) {
	red := thing("red", "cube", 0, 0)
	nan := red
	nan.Pose.X = math.NaN()
	held := red
	held.Held = true
	other := held
	other.Name = "other"
	for _, c := range []struct {
		scene sim.Scene
		say   string
	}{
		{sim.Scene{World: "moon"}, `no world named "moon" (there is: tabletop)`},
		{sim.Scene{Objects: []sim.Object{thing("red", "cone", 0, 0)}}, `object 0, "red_cone": unknown shape "cone" (known: ball, bar, cube, cylinder)`},
		{sim.Scene{Objects: []sim.Object{thing("pink", "cube", 0, 0)}}, `unknown colour "pink" (known: red, green, blue, yellow, purple, orange)`},
		{sim.Scene{Objects: []sim.Object{red, red}}, `object 1: a second one named "red_cube"`},
		{sim.Scene{Objects: []sim.Object{nan}}, "must be finite"},
		{sim.Scene{Objects: []sim.Object{held, other}}, "the gripper holds one"},
		{sim.Scene{Arm: at(math.Inf(1), 0, 0)}, "must be finite"},
	} {
		s := newSim(t, at(0, 0, 0.1), red)
		before := s.State()
		if err := s.Reset(t.Context(), c.scene); err == nil || !strings.Contains(err.Error(), c.say) {
			t.Errorf("error %v, want one that says %q", err, c.say)
		}
		if !reflect.DeepEqual(s.State(), before) {
			t.Errorf("%s: the scene before is gone", c.say)
		}
	}
}

func TestNoiseWandersAndComesFromTheSeed(t *testing.T) {
	run := func(seed int64) (ends []float64) {
		s := newSim(t, sim.Arm{})
		if err := s.Reset(t.Context(), sim.Scene{Seed: seed, Arm: at(0, 0, 0.1), ActuationNoise: 0.05}); err != nil {
			t.Fatal(err)
		}
		for range 20 {
			drives(t, s, 0, 0, 0, 0, 100*time.Millisecond)
			ends = append(ends, s.State().Arm.X)
		}
		return ends
	}
	a, b, c := run(1), run(1), run(2)
	if !reflect.DeepEqual(a, b) || reflect.DeepEqual(a, c) {
		t.Error("the noise must come from the seed alone")
	}
	n := actuator.NewNoise(5, 0.05)
	var sum, square float64
	const steps = 200000
	for range steps {
		v := n.Next(PhysicsStep.Seconds())[0]
		sum, square = sum+v, square+v*v
	}
	near(t, "mean", sum/steps, 0, 0.01)
	near(t, "standard deviation", math.Sqrt(square/steps), 0.05, 0.005)
}

func TestStateIsTheCallersOwn(t *testing.T) {
	s := newSim(t, at(0, 0, 0.1), thing("red", "cube", 0, 0))
	st := s.State()
	st.Objects[0].Pose.X, st.Touched[0] = 9, true
	if again := s.State(); again.Objects[0].Pose.X != 0 || again.Touched[0] {
		t.Error("changing a State changed the simulator")
	}
}

func TestSizesComeFromTheModels(t *testing.T) {
	s := newSim(t, at(0, 0, 0.1), thing("red", "bar", 0, 0))
	if got, want := s.State().Objects[0].Size, [3]float64{0.09, 0.03, 0.04}; got != want {
		t.Errorf("size %v, want %v", got, want)
	}
}

func BenchmarkStep(b *testing.B) {
	s := newSim(b, sim.Arm{})
	if err := s.Reset(b.Context(), busyScene(1)); err != nil {
		b.Fatal(err)
	}
	cmd := sim.Command{Linear: [3]float64{0.1, 0.05, 0}}
	b.ReportAllocs()
	for b.Loop() {
		if err := s.Step(cmd, PhysicsStep); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "steps/s")
}

func BenchmarkStepAndRender(b *testing.B) {
	s := newSim(b, sim.Arm{})
	if err := s.Reset(b.Context(), busyScene(1)); err != nil {
		b.Fatal(err)
	}
	cmd := sim.Command{Linear: [3]float64{0.1, 0.05, 0}}
	for b.Loop() {
		if err := s.Step(cmd, 100*time.Millisecond); err != nil {
			b.Fatal(err)
		}
		if _, err := s.Render(sim.Overhead); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "frames/s")
}
