package task

import (
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"

	"hyt/gazebo/sim"
)

func episode(t *testing.T, tk Task, split Split, seed int64) Episode {
	t.Helper()
	e, err := tk.Episode(split, seed)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// stateOf is the state at a scene's start.
func stateOf(s sim.Scene) sim.State {
	objects := append([]sim.Object(nil), s.Objects...)
	return sim.State{Arm: s.Arm, Objects: objects, Touched: make([]bool, len(objects))}
}

// plan is a camera that looks straight down from infinity at the whole table.
type plan struct{}

func (plan) Project(x, y, _ float64) (u, v float64) { return 0.5 - y/0.6, 0.5 - x/0.6 }

func TestSameSeedGivesSameEpisode(t *testing.T) {
	for _, tk := range All() {
		for _, split := range Splits() {
			a, b := episode(t, tk, split, 7), episode(t, tk, split, 7)
			if diff := cmp.Diff(a, b); diff != "" {
				t.Errorf("%s %s: %s", tk.Name(), split, diff)
			}
			other := episode(t, tk, split, 8)
			if cmp.Equal(a.Scene, other.Scene) {
				t.Errorf("%s %s: seeds 7 and 8 give one scene", tk.Name(), split)
			}
		}
	}
}

func TestScenesKeepTheirPromises(t *testing.T) {
	for _, tk := range All() {
		for _, split := range Splits() {
			distinct := 0
			const n = 300
			for seed := range int64(n) {
				e := episode(t, tk, split, EvalSeed+seed)
				checkScene(t, e)
				if colors := countColors(e.Scene.Objects); colors == len(e.Scene.Objects) {
					distinct++
				}
			}
			// Six or seven objects, or targets of one colour, make it rarer.
			if share := float64(distinct) / n; split == ID && level(tk.Name()) == 1 && math.Abs(share-distinctColors) > 0.15 {
				t.Errorf("%s %s: all colours distinct in %.0f %% of scenes", tk.Name(), split, 100*share)
			}
		}
	}
}

func checkScene(t *testing.T, e Episode) {
	t.Helper()
	objects := e.Scene.Objects
	if len(objects) < 4 {
		t.Fatalf("%s %s %d: %d objects", e.Task.Name(), e.Split, e.Seed, len(objects))
	}
	names := map[string]bool{}
	for i, o := range objects {
		names[o.Name] = true
		if math.Abs(o.Pose.X) > outerEdge || math.Abs(o.Pose.Y) > 0.25 {
			t.Fatalf("%s %s %d: %s at %+v is out of reach", e.Task.Name(), e.Split, e.Seed, o.Name, o.Pose)
		}
		for _, p := range objects[:i] {
			if distance(o.Pose, p.Pose) < min(radius(o)+radius(p), 0.095) {
				t.Fatalf("%s %s %d: %s and %s overlap", e.Task.Name(), e.Split, e.Seed, o.Name, p.Name)
			}
		}
	}
	if len(names) != len(objects) {
		t.Fatalf("%s %s %d: two objects are alike", e.Task.Name(), e.Split, e.Seed)
	}
	for _, target := range targets(e) {
		if index(objects, target) < 0 {
			t.Fatalf("%s %s %d: %s is not there", e.Task.Name(), e.Split, e.Seed, target)
		}
	}
	if v := e.Task.Judge(e.Goal).See(stateOf(e.Scene)); v != Running {
		t.Fatalf("%s %s %d: %v at the start", e.Task.Name(), e.Split, e.Seed, v)
	}
}

// targets are the things that the goal is about.
func targets(e Episode) []Thing {
	list := e.Goal.named()
	if e.Task.Name() == "sort" {
		for _, d := range e.Goal.deeds(e.Scene.Objects) {
			list = append(list, d.object)
		}
	}
	return list
}

func countColors(objects []sim.Object) int {
	colors := map[string]bool{}
	for _, o := range objects {
		colors[o.Color] = true
	}
	return len(colors)
}

func TestHeldOutPairsAreTargetsOnlyInOODPair(t *testing.T) {
	for _, tk := range All() {
		for _, split := range Splits() {
			for seed := range int64(300) {
				for _, target := range targets(episode(t, tk, split, seed)) {
					if HeldOut(target) != (split == OODPair) {
						t.Fatalf("%s %s %d: target %s", tk.Name(), split, seed, target)
					}
				}
			}
		}
	}
}

func TestOODPositionIsOutsideTheRegionOfID(t *testing.T) {
	inside := func(tk Task, p sim.Pose) bool {
		switch tk.Name() {
		case "push":
			return math.Abs(p.Y) <= laneStartY
		case "swap":
			return math.Abs(p.X) <= swapReach
		}
		return math.Abs(p.X) <= regionX && math.Abs(p.Y) <= regionY
	}
	for _, tk := range All() {
		for _, split := range []Split{ID, OODPosition} {
			for seed := range int64(300) {
				e := episode(t, tk, split, seed)
				first := targets(e)[0]
				if tk.Name() == "place" {
					first = e.Goal.Object // its support may stand anywhere
				}
				p := e.Scene.Objects[index(e.Scene.Objects, first)].Pose
				if inside(tk, p) != (split == ID) {
					t.Fatalf("%s %s %d: target at %+v", tk.Name(), split, seed, p)
				}
			}
		}
	}
}

func TestPushLanesStayApart(t *testing.T) {
	for _, split := range Splits() {
		for seed := range int64(300) {
			objects := episode(t, Push{}, split, seed).Scene.Objects
			for i, o := range objects {
				for _, p := range objects[:i] {
					if math.Abs(o.Pose.X-p.Pose.X) < 0.0949 {
						t.Fatalf("%s %d: %s and %s share a lane", split, seed, o.Name, p.Name)
					}
				}
			}
		}
	}
}

func TestGroundingScenesHoldThingsNowAndThen(t *testing.T) {
	held := 0
	for seed := range int64(400) {
		s, err := Ground(seed)
		if err != nil {
			t.Fatal(err)
		}
		for _, o := range s.Objects {
			if o.Held {
				held++
				if o.Pose != s.Arm.Pose {
					t.Fatalf("seed %d: held at %+v, the arm at %+v", seed, o.Pose, s.Arm.Pose)
				}
			}
		}
		seen := See(s.Objects, plan{})
		for i := 1; i < len(seen); i++ {
			if seen[i-1].Thing.String() >= seen[i].Thing.String() {
				t.Fatalf("seed %d: %v is not sorted by colour, then shape", seed, seen)
			}
		}
	}
	if held < 60 || held > 140 {
		t.Errorf("%d of 400 scenes hold an object", held)
	}
}

func TestUnknownNamesAreRefused(t *testing.T) {
	if _, err := ByName("dance"); err == nil {
		t.Error("task dance exists")
	}
	if _, err := ParseSplit("odd"); err == nil {
		t.Error("split odd exists")
	}
}
