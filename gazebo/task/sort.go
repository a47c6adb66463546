package task

import (
	"math/rand/v2"
	"slices"
	"time"

	"hyt/gazebo/sim"
)

// Sort asks to bring all things of one colour into the left zone and all of
// another into the right one.
type Sort struct{}

func (Sort) Name() string         { return "sort" }
func (Sort) Limit() time.Duration { return deedsLimit(4) }

func (t Sort) Episode(split Split, seed int64) (Episode, error) {
	rng := stream(t.Name(), split, seed)
	goal := Goal{Task: t.Name(), Colors: drawColors(rng, split)}
	targets := drawSorted(rng, split, goal.Colors)
	strangers := max(1, 4-len(targets))
	if split == OODDistractors {
		strangers = 6 - len(targets)
	}
	actors := dress(rng, bystanders(rng, targets, goal.Colors, strangers))
	objects, err := layout{split, len(targets), naturalYaw, func(objects []sim.Object) bool {
		for _, o := range objects[:len(targets)] {
			if inZone(o, "left") || inZone(o, "right") {
				return false
			}
		}
		return true
	}}.scatter(rng, actors)
	if err != nil {
		return Episode{}, episodeError(t, split, seed, err)
	}
	said := word(rng, split, goal, nil)
	scene := newScene(rng, split, objects)
	return Episode{t, split, seed, scene, said.instruction, said.plain, goal}, nil
}

// drawColors draws two colours of which the split allows graspable things.
func drawColors(rng *rand.Rand, split Split) [2]string {
	first := drawTarget(rng, split, graspable).Color
	second := drawTarget(rng, split, func(t Thing) bool { return t.Color != first && graspable(t) }).Color
	return [2]string{first, second}
}

// drawSorted draws one or two things of each colour, three at least where the
// split has so many.
func drawSorted(rng *rand.Rand, split Split, colors [2]string) []Thing {
	var targets []Thing
	more := rng.IntN(3) // which colour has one thing only; none
	for i, color := range colors {
		var list []Thing
		for _, t := range things() {
			if t.Color == color && graspable(t) && HeldOut(t) == (split == OODPair) {
				list = append(list, t)
			}
		}
		rng.Shuffle(len(list), func(i, j int) { list[i], list[j] = list[j], list[i] })
		n := 2
		if more == i {
			n = 1
		}
		targets = append(targets, list[:min(n, len(list))]...)
	}
	return targets
}

// bystanders adds n things of other colours.
func bystanders(rng *rand.Rand, targets []Thing, colors [2]string, n int) []Thing {
	list := append([]Thing{}, targets...)
	for len(list) < len(targets)+n {
		t := pick(rng, things())
		if t.Color != colors[0] && t.Color != colors[1] && !slices.Contains(list, t) {
			list = append(list, t)
		}
	}
	return list
}

func (Sort) Judge(g Goal) Judge   { return &sortJudge{goal: g} }
func (Sort) Oracle(g Goal) Oracle { return deedsOracle{g} }

// sortJudge knows what is to be sorted once it has seen the table.
type sortJudge struct {
	goal Goal
	deedsJudge
}

func (j *sortJudge) See(s sim.State) Verdict {
	if j.deeds == nil {
		j.deeds = j.goal.deeds(s.Objects)
	}
	return j.deedsJudge.See(s)
}
