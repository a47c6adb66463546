package task

import (
	"math"
	"testing"

	"hyt/gazebo/sim"
)

// toGrasp has things that can be grasped only, the hand open and out of the way.
func toGrasp() sim.State {
	return stateOf(sim.Scene{
		Objects: []sim.Object{
			standing(Thing{"red", "cube"}, 0, 0, 0),
			standing(Thing{"blue", "cylinder"}, 0.15, 0.1, 0),
			standing(Thing{"green", "bar"}, -0.15, 0.1, 0),
			standing(Thing{"yellow", "cube"}, -0.15, -0.1, 0),
		},
		Arm: sim.Arm{Pose: sim.Pose{X: 0.24, Y: -0.24, Z: 0.2}, Gripper: 1},
	})
}

const greenBar, yellowCube = 2, 3

// pileOn stands an object on others, which stand at the place of the first.
func pileOn(s *sim.State, at sim.Pose, indices ...int) {
	low := 0.0
	for _, i := range indices {
		o := &s.Objects[i]
		o.Pose.X, o.Pose.Y, o.Pose.Z = at.X, at.Y, low+o.Size[2]/2
		low += o.Size[2]
	}
}

func TestPickJudge(t *testing.T) {
	goal := Goal{Task: "pick", Object: Thing{"red", "cube"}}
	up := func(i int, bottom float64) func(*sim.State) {
		return func(s *sim.State) { s.Objects[i].Held, s.Objects[i].Pose.Z = true, bottom+s.Objects[i].Size[2]/2 }
	}
	for _, tt := range []struct {
		name   string
		change func(*sim.State)
		want   Verdict
	}{
		{"nothing held", func(*sim.State) {}, Running},
		{"held low", up(redCube, 0.04), Running},
		{"held up", up(redCube, 0.06), Success},
		{"another one held up", up(blueCylinder, 0.06), Failure},
		{"up, but not held", func(s *sim.State) { s.Objects[redCube].Pose.Z = 0.1 }, Running},
	} {
		j := Pick{}.Judge(goal)
		s := toGrasp()
		tt.change(&s)
		if j.See(s) == Success {
			t.Errorf("%s: success at once", tt.name)
		}
		s.Time += pickedTime
		if got := j.See(s); got != tt.want {
			t.Errorf("%s: %v, want %v", tt.name, got, tt.want)
		}
	}
}

func TestRotateJudge(t *testing.T) {
	for _, tt := range []struct {
		turn string
		yaw  float64
		want Verdict
	}{
		{"sideways", math.Pi / 2, Success},
		{"sideways", -math.Pi / 2, Success}, // a bar looks the same from both ends
		{"sideways", math.Pi/2 + 0.19, Success},
		{"sideways", math.Pi/2 + 0.21, Running},
		{"sideways", 0.2, Running},
		{"forward left", math.Pi / 4, Success},
		{"forward left", math.Pi/4 - math.Pi, Success},
		{"forward left", -math.Pi / 4, Running},
		{"forward right", -math.Pi / 4, Success},
		{"forward right", 0, Running},
	} {
		s := toGrasp()
		s.Objects[greenBar].Pose.Yaw = tt.yaw
		j := Rotate{}.Judge(Goal{Task: "rotate", Object: Thing{"green", "bar"}, Turn: tt.turn})
		if got := last(j, s); got != tt.want {
			t.Errorf("%s at %.2f rad: %v, want %v", tt.turn, tt.yaw, got, tt.want)
		}
		s.Objects[greenBar].Held = true
		j = Rotate{}.Judge(Goal{Task: "rotate", Object: Thing{"green", "bar"}, Turn: tt.turn})
		if got := last(j, s); got != Running {
			t.Errorf("%s, still held: %v", tt.turn, got)
		}
	}
}

func TestJudgesOfSeveralDeeds(t *testing.T) {
	red, blue, green, yellow := Thing{"red", "cube"}, Thing{"blue", "cylinder"}, Thing{"green", "bar"}, Thing{"yellow", "cube"}
	left, right := sim.Pose{Y: 0.22}, sim.Pose{Y: -0.22}
	stack := Goal{Task: "stack", Object: red, Support: blue, Zone: "left"}
	sort := Goal{Task: "sort", Colors: [2]string{"red", "yellow"}}
	swap := Goal{Task: "swap", Object: red, Support: green}
	tower := Goal{Task: "tower", Tower: [4]Thing{blue, red, yellow, green}}
	for _, tt := range []struct {
		name   string
		goal   Goal
		change func(*sim.State)
		want   Verdict
	}{
		{"stacked in the zone", stack, func(s *sim.State) { pileOn(s, left, blueCylinder, redCube) }, Success},
		{"stacked in the other zone", stack, func(s *sim.State) { pileOn(s, right, blueCylinder, redCube) }, Running},
		{"stacked upside down", stack, func(s *sim.State) { pileOn(s, left, redCube, blueCylinder) }, Running},
		{"stacked, another one lifted", stack, func(s *sim.State) {
			s.Objects[yellowCube].Held, s.Objects[yellowCube].Pose.Z = true, 0.1
		}, Failure},
		{"sorted", sort, func(s *sim.State) { pileOn(s, left, redCube); pileOn(s, right, yellowCube) }, Success},
		{"one sorted", sort, func(s *sim.State) { pileOn(s, left, redCube) }, Running},
		{"sorted the wrong way round", sort, func(s *sim.State) { pileOn(s, right, redCube); pileOn(s, left, yellowCube) }, Running},
		{"swapped", swap, func(s *sim.State) { pileOn(s, right, redCube); pileOn(s, left, greenBar) }, Success},
		{"not swapped", swap, func(s *sim.State) { pileOn(s, left, redCube); pileOn(s, right, greenBar) }, Running},
		{"swapped half", swap, func(s *sim.State) { pileOn(s, right, redCube); pileOn(s, sim.Pose{X: 0.15, Y: -0.22}, greenBar) }, Running},
		{"tower", tower, func(s *sim.State) { pileOn(s, sim.Pose{}, blueCylinder, redCube, yellowCube, greenBar) }, Success},
		{"tower in another order", tower, func(s *sim.State) { pileOn(s, sim.Pose{}, blueCylinder, yellowCube, redCube, greenBar) }, Running},
		{"tower of three", tower, func(s *sim.State) { pileOn(s, sim.Pose{}, blueCylinder, redCube, yellowCube) }, Running},
		{"tower with the hand round it", tower, func(s *sim.State) {
			pileOn(s, sim.Pose{}, blueCylinder, redCube, yellowCube, greenBar)
			s.Arm.Pose = s.Objects[greenBar].Pose
		}, Running},
	} {
		s := toGrasp()
		s.Objects[redCube].Pose.X = 0.1
		tk, err := ByName(tt.goal.Task)
		if err != nil {
			t.Fatal(err)
		}
		j := tk.Judge(tt.goal)
		j.See(s)
		tt.change(&s)
		if got := last(j, s); got != tt.want {
			t.Errorf("%s: %v, want %v", tt.name, got, tt.want)
		}
	}
}

func TestACylinderOnItsSideStandsNowhere(t *testing.T) {
	s := toGrasp()
	pileOn(&s, sim.Pose{}, redCube, blueCylinder)
	if !standsOn(s.Objects[blueCylinder], s.Objects[redCube]) {
		t.Fatal("the cylinder does not stand on the cube")
	}
	for _, i := range []int{redCube, blueCylinder} {
		s.Objects[i].Tilt = math.Pi / 2
	}
	if standsOn(s.Objects[blueCylinder], s.Objects[redCube]) {
		t.Error("a cylinder on its side counts as standing")
	}
	if !upright(s.Objects[redCube]) {
		t.Error("a cube has no side that is not good to stand on")
	}
}

func TestThingsArePutWhereThereIsRoom(t *testing.T) {
	s := toGrasp()
	pileOn(&s, sim.Pose{X: 0.02, Y: 0.23}, blueCylinder)
	pileOn(&s, sim.Pose{X: -0.1, Y: 0.23}, greenBar)
	for name, at := range map[string]sim.Pose{"zone": zoneSpot(s, redCube, "left"), "aside": asideSpot(s, redCube)} {
		for i, o := range s.Objects {
			if i != redCube && distance(o.Pose, at) < radius(o)+radius(s.Objects[redCube])+handGap-1e-9 {
				t.Errorf("%s: (%.2f, %.2f) is too near to %s", name, at.X, at.Y, o.Name)
			}
		}
	}
	if at := zoneSpot(s, redCube, "left"); at.Y < ZoneY || math.Abs(at.X-0.11) > 0.031 {
		t.Errorf("the nearest free place in the zone: %+v", at)
	}
}

func TestFingersComeDownBesideNeighbours(t *testing.T) {
	cube := standing(Thing{"red", "cube"}, 0, 0, 0)
	for _, neighbour := range []sim.Pose{{X: 0.06}, {Y: 0.06}, {X: -0.06}, {Y: -0.06}} {
		o := standing(Thing{"blue", "cube"}, neighbour.X, neighbour.Y, 0)
		yaw := graspYaw(0, cube, []sim.Object{cube, o})
		if across := neighbour.Y != 0; (math.Abs(yaw) > 1) != across {
			t.Errorf("neighbour at %+v: the hand turns to %.2f", neighbour, yaw)
		}
	}
}
