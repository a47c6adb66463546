package task

import (
	"testing"
	"time"

	"hyt/gazebo/sim"
)

// standing is a thing of the usual size on the table.
func standing(t Thing, x, y, yaw float64) sim.Object { return stand(plainObject(t), x, y, yaw) }

// judgeScene has a red cube, a blue cylinder and a green ball, the arm high up.
func judgeScene() sim.State {
	return stateOf(sim.Scene{
		Objects: []sim.Object{
			standing(Thing{"red", "cube"}, 0, 0, 0),
			standing(Thing{"blue", "cylinder"}, 0.15, 0.1, 0),
			standing(Thing{"green", "ball"}, -0.15, 0.1, 0),
		},
		Arm: sim.Arm{Pose: sim.Pose{Z: 0.15}, Gripper: 1},
	})
}

const redCube, blueCylinder, greenBall = 0, 1, 2

func TestTouchJudge(t *testing.T) {
	goal := Goal{Task: "touch", Object: Thing{"red", "cube"}}
	tests := []struct {
		name    string
		touched [][]int // objects in contact, step by step
		want    Verdict
	}{
		{"nothing touched", [][]int{{}, {}}, Running},
		{"the named one", [][]int{{}, {redCube}}, Success},
		{"both in one step", [][]int{{blueCylinder, redCube}}, Success},
		{"another one", [][]int{{blueCylinder}}, Failure},
		{"another one first", [][]int{{greenBall}, {redCube}}, Failure},
		{"another one later", [][]int{{redCube}, {greenBall}}, Success},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			j := Touch{}.Judge(goal)
			got := Running
			for _, touched := range tt.touched {
				s := judgeScene()
				for _, i := range touched {
					s.Touched[i] = true
				}
				got = j.See(s)
			}
			if got != tt.want {
				t.Errorf("got %v, want %v", got, tt.want)
			}
		})
	}
}

func TestPushJudge(t *testing.T) {
	goal := Goal{Task: "push", Object: Thing{"red", "cube"}, Relation: "into", Zone: "left"}
	tests := []struct {
		name   string
		change func(*sim.State)
		want   Verdict
	}{
		{"not moved", func(*sim.State) {}, Running},
		{"centre just inside", func(s *sim.State) { s.Objects[redCube].Pose.Y = 0.181 }, Success},
		{"centre just outside", func(s *sim.State) { s.Objects[redCube].Pose.Y = 0.179 }, Running},
		{"in the other zone", func(s *sim.State) { s.Objects[redCube].Pose.Y = -0.2 }, Running},
		{"held over the zone", func(s *sim.State) {
			s.Objects[redCube].Pose.Y, s.Objects[redCube].Held = 0.2, true
		}, Running},
		{"in the air over the zone", func(s *sim.State) {
			s.Objects[redCube].Pose.Y, s.Objects[redCube].Pose.Z = 0.2, 0.1
		}, Running},
		{"another one in the zone", func(s *sim.State) { s.Objects[greenBall].Pose.Y = 0.2 }, Failure},
		{"another one nudged", func(s *sim.State) { s.Objects[greenBall].Pose.Y += 0.03 }, Running},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			j := Push{}.Judge(goal)
			j.See(judgeScene())
			s := judgeScene()
			tt.change(&s)
			if got := j.See(s); got != tt.want {
				t.Errorf("got %v, want %v", got, tt.want)
			}
		})
	}
}

// putOn moves the cube onto the cylinder, off by dx.
func putOn(s *sim.State, dx float64) {
	p := s.Objects[blueCylinder].Pose
	s.Objects[redCube].Pose = sim.Pose{X: p.X + dx, Y: p.Y, Z: 0.0675}
	s.Arm.Pose = sim.Pose{X: p.X, Y: p.Y, Z: 0.13}
}

// putBeside moves the cube next to the cylinder, dx away.
func putBeside(s *sim.State, dx float64) {
	p := s.Objects[blueCylinder].Pose
	s.Objects[redCube].Pose = sim.Pose{X: p.X + dx, Y: p.Y, Z: 0.0225}
	s.Arm.Pose = sim.Pose{X: p.X + dx, Y: p.Y, Z: 0.13}
}

func TestPlaceJudge(t *testing.T) {
	tests := []struct {
		name     string
		relation string
		change   func(*sim.State)
		want     Verdict
	}{
		{"on top", "on", func(s *sim.State) { putOn(s, 0) }, Success},
		{"on top, 2 cm off", "on", func(s *sim.State) { putOn(s, 0.02) }, Success},
		{"on top, 3 cm off", "on", func(s *sim.State) { putOn(s, 0.03) }, Running},
		{"still held", "on", func(s *sim.State) { putOn(s, 0); s.Objects[redCube].Held = true }, Running},
		{"fingers round it", "on", func(s *sim.State) { putOn(s, 0); s.Arm.Z = 0.08 }, Running},
		{"fingers touch it", "on", func(s *sim.State) { putOn(s, 0); s.Touched[redCube] = true }, Running},
		{"hand closed", "on", func(s *sim.State) { putOn(s, 0); s.Arm.Gripper = 0.5 }, Running},
		{"hovering", "on", func(s *sim.State) { putOn(s, 0); s.Objects[redCube].Pose.Z += 0.01 }, Running},
		{"beside instead of on", "on", func(s *sim.State) { putBeside(s, -0.08) }, Running},
		{"beside", "beside", func(s *sim.State) { putBeside(s, -0.08) }, Success},
		{"on the other side", "beside", func(s *sim.State) { putBeside(s, 0.09) }, Success},
		{"too far beside", "beside", func(s *sim.State) { putBeside(s, -0.11) }, Running},
		{"on instead of beside", "beside", func(s *sim.State) { putOn(s, 0) }, Running},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			goal := Goal{Task: "place", Object: Thing{"red", "cube"}, Relation: tt.relation, Support: Thing{"blue", "cylinder"}}
			j := Place{}.Judge(goal)
			j.See(holdingUp(redCube))
			s := judgeScene()
			tt.change(&s)
			if got := last(j, s); got != tt.want {
				t.Errorf("got %v, want %v", got, tt.want)
			}
		})
	}
}

// holdingUp is the scene with one object up in the hand.
func holdingUp(i int) sim.State {
	s := judgeScene()
	s.Objects[i].Held = true
	s.Objects[i].Pose.Z = 0.12
	return s
}

// last shows s for longer than restTime.
func last(j Judge, s sim.State) Verdict {
	v := Running
	for range 8 {
		s.Time += 20 * time.Millisecond
		v = j.See(s)
	}
	return v
}

func TestPlaceJudgeWantsTheObjectLifted(t *testing.T) {
	s := judgeScene()
	putBeside(&s, -0.08)
	goal := Goal{Task: "place", Object: Thing{"red", "cube"}, Relation: "beside", Support: Thing{"blue", "cylinder"}}
	if got := last(Place{}.Judge(goal), s); got != Running {
		t.Errorf("an object pushed beside the support: %v", got)
	}
}

func TestPlaceJudgeFailsWhenAnotherIsLifted(t *testing.T) {
	goal := Goal{Task: "place", Object: Thing{"red", "cube"}, Relation: "on", Support: Thing{"blue", "cylinder"}}
	if got := (Place{}.Judge(goal)).See(holdingUp(greenBall)); got != Failure {
		t.Errorf("green ball lifted: %v", got)
	}
}

func TestPlaceJudgeWaitsForRest(t *testing.T) {
	goal := Goal{Task: "place", Object: Thing{"red", "cube"}, Relation: "on", Support: Thing{"blue", "cylinder"}}
	j := Place{}.Judge(goal)
	j.See(holdingUp(redCube))
	s := judgeScene()
	putOn(&s, 0)
	for i := range 3 {
		s.Time = time.Duration(i) * 20 * time.Millisecond
		if got := j.See(s); got != Running {
			t.Fatalf("%v after %v", got, s.Time)
		}
	}
}
