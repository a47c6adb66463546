package task_test

import (
	"math"
	"testing"
	"time"

	"hyt/gazebo/sim"
	"hyt/gazebo/task"
)

// An instruction must mean the same thing all the way: a policy has no memory.
func TestInstructionsStayTrueWhileTheyAreCarriedOut(t *testing.T) {
	world := newSim(t)
	for _, tk := range task.All() {
		for seed := range int64(16) {
			e, err := tk.Episode(task.ID, seed)
			if err != nil {
				t.Fatal(err)
			}
			if e.Instruction == e.Plain {
				continue
			}
			show(t, world, e, 0, func(s sim.State, _ task.Decision) {
				if got, err := task.ParseIn(e.Instruction, s.Objects); err != nil || got != e.Goal {
					t.Fatalf("%s %d: %q means %+v at %v (%v), the goal is %+v", tk.Name(), seed, e.Instruction, got, s.Time, err, e.Goal)
				}
			})
		}
	}
}

// spoilt plays an episode while spoil changes the oracle's commands.
func spoilt(t testing.TB, world sim.Sim, e task.Episode, spoil func(sim.State, sim.Command) sim.Command) task.Verdict {
	t.Helper()
	const tick = 20 * time.Millisecond
	if err := world.Reset(t.Context(), e.Scene); err != nil {
		t.Fatal(err)
	}
	judge, oracle := e.Task.Judge(e.Goal), e.Task.Oracle(e.Goal)
	verdict := judge.See(world.State())
	for verdict == task.Running && world.State().Time < e.Task.Limit() {
		want := oracle.Decide(world.State()).Command
		for range int(task.Period / tick.Seconds()) {
			s := world.State()
			if err := world.Step(spoil(s, want), tick); err != nil {
				t.Fatal(err)
			}
			verdict = judge.See(world.State())
		}
	}
	return verdict
}

func TestOraclesRecoverFromFumbles(t *testing.T) {
	world := newSim(t)
	for _, tk := range task.All() {
		good, n := 0, int64(20)
		if multi(tk) {
			n = 5
		}
		for seed := range n {
			e, err := tk.Episode(task.ID, seed)
			if err != nil {
				t.Fatal(err)
			}
			e.Scene = task.Stray(e)
			e.Scene.ActuationNoise = demoNoise
			fumbles := task.NewFumbles(seed)
			v := spoilt(t, world, e, func(s sim.State, c sim.Command) sim.Command { return fumbles.Spoil(s.Time, c) })
			if v == task.Success {
				good++
			} else {
				t.Logf("%s, seed %d: %v", tk.Name(), seed, v)
			}
		}
		// Some fumbles spoil an episode for good: the hand touches another thing first,
		// or knocks a tower over.
		if want := int(n) * 3 / 4; good < want && !(multi(tk) && good > 0) {
			t.Errorf("%s: %d of %d", tk.Name(), good, n)
		}
	}
}

// A policy that imitates an oracle may keep a centimetre to one side, which the thing
// in the hand hides. The oracles let go there all the same, and nothing falls.
func TestOraclesPutDownWithASteadyErrorToOneSide(t *testing.T) {
	const aside = 0.01 // m, as a speed that an oracle makes up for at 4 a second
	world := newSim(t)
	for _, tk := range task.All() {
		if !multi(tk) {
			continue
		}
		for seed := range int64(4) {
			e, err := tk.Episode(task.ID, seed)
			if err != nil {
				t.Fatal(err)
			}
			sin, cos := math.Sincos(float64(seed) * math.Pi / 2)
			v := spoilt(t, world, e, func(_ sim.State, c sim.Command) sim.Command {
				c.Linear[0] += 4 * aside * cos
				c.Linear[1] += 4 * aside * sin
				return c
			})
			if v != task.Success {
				t.Errorf("%s %d: %v", tk.Name(), seed, v)
			}
		}
	}
}

func TestOraclesPickUpWhatWasDropped(t *testing.T) {
	world := newSim(t)
	for _, name := range []string{"pick", "place", "rotate"} {
		tk, err := task.ByName(name)
		if err != nil {
			t.Fatal(err)
		}
		for seed := range int64(8) {
			e, err := tk.Episode(task.ID, seed)
			if err != nil {
				t.Fatal(err)
			}
			dropped := time.Duration(0)
			v := spoilt(t, world, e, func(s sim.State, c sim.Command) sim.Command {
				for _, o := range s.Objects {
					if o.Held && o.Pose.Z-o.Size[2]/2 > 0.012 && dropped == 0 {
						dropped = s.Time
					}
				}
				if dropped > 0 && s.Time < dropped+200*time.Millisecond {
					c.Gripper, c.YawRate = 1, 1
				}
				return c
			})
			if v != task.Success || dropped == 0 {
				t.Errorf("%s %d: %v, dropped after %v", name, seed, v, dropped)
			}
		}
	}
}

func TestStraysComeFromTheSeedAndKeepTheGoalOpen(t *testing.T) {
	world := newSim(t)
	for _, tk := range task.All() {
		moved, held := 0, 0
		const n = 40
		for seed := range int64(n) {
			e, err := tk.Episode(task.ID, seed)
			if err != nil {
				t.Fatal(err)
			}
			scene := task.Stray(e)
			if again := task.Stray(e); again.Arm != scene.Arm {
				t.Fatalf("%s %d: two strays of one seed", tk.Name(), seed)
			}
			if scene.Arm != e.Scene.Arm {
				moved++
			}
			if err := world.Reset(t.Context(), scene); err != nil {
				t.Fatal(err)
			}
			for _, o := range world.State().Objects {
				if o.Held {
					held++
				}
			}
			if v := tk.Judge(e.Goal).See(world.State()); v != task.Running {
				t.Errorf("%s %d: %v at the start", tk.Name(), seed, v)
			}
		}
		grasps := tk.Name() != "touch" && tk.Name() != "push"
		if moved < n/4 || moved > n*3/4 || (held > 0) != grasps {
			t.Errorf("%s: %d of %d start astray, %d with a thing in the hand", tk.Name(), moved, n, held)
		}
	}
}
