package task

import (
	"fmt"
	"time"

	"hyt/gazebo/sim"
)

// deed is one thing to be moved, of the several that a task of level 2 or 3 asks
// for: onto another one, or into a zone.
type deed struct {
	object Thing
	on     Thing  // "" to the zone
	zone   string // "left" or "right"
}

func (d deed) String() string {
	if d.zone != "" {
		return fmt.Sprintf("place %s into %s zone", d.object, d.zone)
	}
	return fmt.Sprintf("place %s on %s", d.object, d.on)
}

// done says whether the thing stands where the deed wants it.
func (d deed) done(s sim.State) bool {
	i := index(s.Objects, d.object)
	if i < 0 {
		return false
	}
	if d.zone != "" {
		return standsOnTable(s.Objects[i]) && inZone(s.Objects[i], d.zone)
	}
	k := index(s.Objects, d.on)
	return k >= 0 && standsOn(s.Objects[i], s.Objects[k])
}

// side is +1 for the left zone (y > 0), -1 for the right one.
func side(zone string) float64 {
	if zone == "left" {
		return 1
	}
	return -1
}

func inZone(o sim.Object, zone string) bool { return o.Pose.Y*side(zone) >= ZoneY }

// deeds are all that a goal asks for, in the order in which they are done.
type deeds []deed

// deedsJudge judges goals that are made of deeds.
type deedsJudge struct {
	deeds   deeds
	good    spell
	verdict Verdict
}

// See succeeds when all is where it should be and the open hand has left it for
// restTime; it fails when a thing is lifted that none of the deeds is about.
func (j *deedsJudge) See(s sim.State) Verdict {
	if j.verdict != Running {
		return j.verdict
	}
	if t, ok := lifted(s); ok && !j.deeds.about(t) {
		j.verdict = Failure
		return j.verdict
	}
	if j.good.lasts(s.Time, j.deeds.done(s), restTime) {
		j.verdict = Success
	}
	return j.verdict
}

// about says whether the thing is moved, or put upon.
func (list deeds) about(t Thing) bool {
	for _, d := range list {
		if d.object == t || d.on == t {
			return true
		}
	}
	return false
}

// done says whether all is done and the hand away from it.
func (list deeds) done(s sim.State) bool {
	for _, d := range list {
		if !d.done(s) || !handClear(s, index(s.Objects, d.object)) {
			return false
		}
	}
	return true
}

// deedsLimit is the time that goals of n deeds may take.
func deedsLimit(n int) time.Duration { return time.Duration(5+10*n) * time.Second }
