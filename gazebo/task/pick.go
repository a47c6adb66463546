package task

import (
	"time"

	"hyt/gazebo/sim"
)

// Pick asks to pick up the named object and to hold it.
type Pick struct{}

func (Pick) Name() string         { return "pick" }
func (Pick) Limit() time.Duration { return 10 * time.Second }

func (t Pick) Episode(split Split, seed int64) (Episode, error) {
	rng := stream(t.Name(), split, seed)
	goal := Goal{Task: t.Name(), Object: drawTarget(rng, split, graspable)}
	actors := cast(rng, []Thing{goal.Object}, headcount(rng, split))
	objects, err := layout{split, 1, naturalYaw, nil}.scatter(rng, actors)
	if err != nil {
		return Episode{}, episodeError(t, split, seed, err)
	}
	said := nameOne(rng, split, goal, objects, stays)
	scene := newScene(rng, split, objects)
	return Episode{t, split, seed, scene, said.instruction, said.plain, goal}, nil
}

func (Pick) Judge(g Goal) Judge { return &pickJudge{goal: g} }

// What counts as picked: the bottom so high above the table, metres, for so long.
const (
	pickedZ    = 0.05
	pickedTime = 500 * time.Millisecond
)

type pickJudge struct {
	goal    Goal
	good    spell
	verdict Verdict
}

// See succeeds when the object was up in the hand for pickedTime; it fails when
// another object is lifted.
func (j *pickJudge) See(s sim.State) Verdict {
	if j.verdict != Running {
		return j.verdict
	}
	if t, ok := lifted(s); ok && t != j.goal.Object {
		j.verdict = Failure
		return j.verdict
	}
	i := index(s.Objects, j.goal.Object)
	if j.good.lasts(s.Time, i >= 0 && s.Objects[i].Held && bottom(s.Objects[i]) >= pickedZ, pickedTime) {
		j.verdict = Success
	}
	return j.verdict
}

// spell is for how long something has been so.
type spell struct {
	since time.Duration
	on    bool
}

// lasts notes whether it is so now, and says whether it has been for d.
func (p *spell) lasts(now time.Duration, so bool, d time.Duration) bool {
	if !so {
		p.on = false
		return false
	}
	if !p.on {
		p.on, p.since = true, now
	}
	return now-p.since >= d
}

func (Pick) Oracle(g Goal) Oracle { return pickOracle{g} }

type pickOracle struct{ goal Goal }

func (o pickOracle) Decide(s sim.State) Decision {
	i := index(s.Objects, o.goal.Object)
	if i < 0 {
		return lost(s, o.goal.Object)
	}
	object := s.Objects[i]
	d := Decision{Plan: []string{"pick " + o.goal.Object.String()}, Target: o.goal.Object}
	if !object.Held {
		return fetch(d, s, object)
	}
	d.Command.Linear = rise(s.Arm.Pose, safeZ)
	if s.Arm.Z > safeZ-0.01 {
		d.Plan, d.Done = nil, true
	}
	return d
}
