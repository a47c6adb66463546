package task

import (
	"time"

	"hyt/gazebo/sim"
)

// Touch asks for the fingertips to meet the named object before any other.
type Touch struct{}

func (Touch) Name() string         { return "touch" }
func (Touch) Limit() time.Duration { return 8 * time.Second }

func (t Touch) Episode(split Split, seed int64) (Episode, error) {
	rng := stream(t.Name(), split, seed)
	target := drawTarget(rng, split, anything)
	actors := cast(rng, []Thing{target}, headcount(rng, split))
	objects, err := layout{split, 1, naturalYaw, nil}.scatter(rng, actors)
	if err != nil {
		return Episode{}, episodeError(t, split, seed, err)
	}
	goal := Goal{Task: t.Name(), Object: target}
	said := nameOne(rng, split, goal, objects, stays)
	scene := newScene(rng, split, objects)
	return Episode{t, split, seed, scene, said.instruction, said.plain, goal}, nil
}

func (Touch) Judge(g Goal) Judge { return &touchJudge{goal: g} }

type touchJudge struct {
	goal    Goal
	verdict Verdict
}

// See ends the episode at the first contact with anything.
func (j *touchJudge) See(s sim.State) Verdict {
	if j.verdict != Running {
		return j.verdict
	}
	for i, touched := range s.Touched {
		if !touched {
			continue
		}
		if thingOf(s.Objects[i]) == j.goal.Object {
			j.verdict = Success
			return j.verdict
		}
		j.verdict = Failure
	}
	return j.verdict
}

func (Touch) Oracle(g Goal) Oracle { return touchOracle{g} }

type touchOracle struct{ goal Goal }

// touchPress is how far below the object's top the hand aims: it arrives with
// some speed although commands shrink with the distance.
const touchPress = 0.008

func (o touchOracle) Decide(s sim.State) Decision {
	i := index(s.Objects, o.goal.Object)
	d := Decision{Target: o.goal.Object}
	if i < 0 || s.Touched[i] {
		d.Done = true
		return d
	}
	d.Plan = []string{"touch " + o.goal.Object.String()}
	goal := s.Objects[i].Pose
	goal.Z += s.Objects[i].Size[2]/2 - touchPress
	d.Command.Linear = travel(s.Arm.Pose, goal, safeHeight(s), coneFlat)
	d.Command.YawRate = turn(s.Arm.Yaw, 0)
	return d
}
