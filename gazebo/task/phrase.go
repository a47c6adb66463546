package task

import (
	"math/rand/v2"
	"slices"
	"strings"

	"hyt/gazebo/sim"
)

// phrase is one way to ask for something. A is the object, B the support, C and D
// further things, Z the zone's side, Y a direction, K and L colours; each stands
// for a few words.
type phrase struct {
	task, relation string
	split          Split // OODPhrase: kept for that split
	text           string
}

func phrases() []phrase {
	return []phrase{
		{"touch", "", ID, "touch the A"},
		{"touch", "", ID, "tap the A"},
		{"touch", "", ID, "move the gripper to the A"},
		{"touch", "", ID, "go to the A"},
		{"touch", "", ID, "reach for the A"},
		{"touch", "", OODPhrase, "please touch the A now"},
		{"touch", "", OODPhrase, "find the A and tap it"},
		{"touch", "", OODPhrase, "let the gripper touch the A"},

		{"push", "into", ID, "push the A into the Z zone"},
		{"push", "into", ID, "push the A to the Z zone"},
		{"push", "into", ID, "slide the A into the Z zone"},
		{"push", "into", ID, "shove the A into the Z zone"},
		{"push", "into", OODPhrase, "please push the A over to the Z zone"},
		{"push", "into", OODPhrase, "the A must slide to the Z zone"},

		{"pick", "", ID, "pick up the A"},
		{"pick", "", ID, "pick the A up and hold it"},
		{"pick", "", ID, "lift the A"},
		{"pick", "", ID, "grab the A and lift it"},
		{"pick", "", OODPhrase, "please lift the A up now"},
		{"pick", "", OODPhrase, "find the A and pick it up"},
		{"pick", "", OODPhrase, "let the gripper hold the A"},

		{"place", "on", ID, "put the A on the B"},
		{"place", "on", ID, "place the A on the B"},
		{"place", "on", ID, "put the A on top of the B"},
		{"place", "on", ID, "stack the A on the B"},
		{"place", "on", OODPhrase, "pick up the A and put it on the B"},
		{"place", "on", OODPhrase, "please stack the A on top of the B"},
		{"place", "beside", ID, "put the A beside the B"},
		{"place", "beside", ID, "place the A beside the B"},
		{"place", "beside", ID, "put the A next to the B"},
		{"place", "beside", OODPhrase, "pick up the A and put it next to the B"},

		{"rotate", "", ID, "turn the A Y"},
		{"rotate", "", ID, "rotate the A Y"},
		{"rotate", "", ID, "make the A point Y"},
		{"rotate", "", ID, "turn the A so that it points Y"},
		{"rotate", "", OODPhrase, "please rotate the A so that it points Y"},
		{"rotate", "", OODPhrase, "the A must point Y"},

		{"stack", "", ID, "stack the A on the B in the Z zone"},
		{"stack", "", ID, "put the B into the Z zone and the A on top of it"},
		{"stack", "", ID, "place the B in the Z zone then stack the A on it"},
		{"stack", "", OODPhrase, "in the Z zone put the A on the B"},
		{"stack", "", OODPhrase, "the B must go to the Z zone and the A on top"},

		{"sort", "", ID, "sort the K things into the left zone and the L things into the right zone"},
		{"sort", "", ID, "put all K things into the left zone and all L things into the right zone"},
		{"sort", "", ID, "sort by color K left and L right"},
		{"sort", "", OODPhrase, "please sort L to the right zone and K to the left zone"},
		{"sort", "", OODPhrase, "all K things must go left and all L things right"},

		{"swap", "", ID, "swap the A in the left zone and the B in the right zone"},
		{"swap", "", ID, "swap the B on the right with the A on the left"},
		{"swap", "", ID, "exchange the A on the left and the B on the right"},
		{"swap", "", OODPhrase, "the A on the left and the B on the right must change places"},
		{"swap", "", OODPhrase, "please exchange the B in the right zone with the A in the left zone"},

		{"tower", "", ID, "build a tower of the A the B the C and the D"},
		{"tower", "", ID, "stack the D on the C on the B on the A"},
		{"tower", "", ID, "build a tower with the A at the bottom then the B then the C then the D"},
		{"tower", "", OODPhrase, "put the B on the A then the C on it and the D on top"},
	}
}

// fits says whether the split may ask for the goal in this phrase.
func (p phrase) fits(split Split, g Goal) bool {
	return p.task == g.Task && p.relation == g.Relation && (p.split == OODPhrase) == (split == OODPhrase)
}

// fill puts words where placeholders stand.
func (p phrase) fill(words map[string]string) string {
	list := strings.Fields(p.text)
	for i, w := range list {
		if said, ok := words[w]; ok {
			list[i] = said
		}
	}
	return strings.Join(list, " ")
}

// wording is an instruction, and the same with everything by its full name.
type wording struct{ instruction, plain string }

// word asks for the goal in one of the phrasings that split allows. names holds
// how things are named by placeholder where it is not by their full name.
func word(rng *rand.Rand, split Split, g Goal, names map[string]mention) wording {
	var fitting []phrase
	for _, p := range phrases() {
		if p.fits(split, g) {
			fitting = append(fitting, p)
		}
	}
	p := pick(rng, fitting)
	words := g.words()
	plain := p.fill(words)
	for k, m := range names {
		words[k] = m.String()
	}
	return wording{instruction: p.fill(words), plain: plain}
}

// words says what the placeholders of a phrase stand for.
func (g Goal) words() map[string]string {
	words := map[string]string{
		"A": g.Object.String(), "B": g.Support.String(), "Z": g.Zone, "Y": g.Turn, "K": g.Colors[0], "L": g.Colors[1],
	}
	if g.Task == "tower" {
		for i, k := range []string{"A", "B", "C", "D"} {
			words[k] = g.Tower[i].String()
		}
	}
	return words
}

// Phrasings returns the sentences that tasks of level 1 have in the ID split, with {A} and {B} where the
// things' names stand, for whoever wants to name other things in them. Zones and
// directions are told.
func Phrasings() []string {
	var list []string
	for _, p := range phrases() {
		if p.split != ID || level(p.task) > 1 {
			continue
		}
		for _, words := range choices(p) {
			list = append(list, p.fill(words))
		}
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// choices are the ways to fill what is not a thing.
func choices(p phrase) []map[string]string {
	list := []map[string]string{{"A": "{A}", "B": "{B}"}}
	for placeholder, options := range map[string][]string{"Z": zones(), "Y": directions()} {
		if !slices.Contains(strings.Fields(p.text), placeholder) {
			continue
		}
		list = nil
		for _, said := range options {
			list = append(list, map[string]string{"A": "{A}", "B": "{B}", placeholder: said})
		}
	}
	return list
}

func zones() []string { return []string{"left", "right"} }

// Words returns, sorted, every word that an instruction, a thought or a
// grounding line can hold, place bins and punctuation left out. A tokenizer that
// knows them needs no fallback here.
func Words() []string {
	set := map[string]bool{"one": true}
	for _, p := range phrases() {
		for _, w := range strings.Fields(p.text) {
			if w != strings.ToUpper(w) {
				set[w] = true
			}
		}
	}
	for _, r := range relations() {
		for _, w := range strings.Fields(r) {
			set[w] = true
		}
	}
	for _, list := range [][]string{Colors(), Shapes(), thoughtWords(), zones(), directions()} {
		for _, w := range strings.Fields(strings.Join(list, " ")) {
			set[w] = true
		}
	}
	words := make([]string, 0, len(set))
	for w := range set {
		words = append(words, w)
	}
	slices.Sort(words)
	return words
}

// nameOne words a goal about one object, the i-th, that moves as m says.
func nameOne(rng *rand.Rand, split Split, g Goal, objects []sim.Object, m motion) wording {
	return word(rng, split, g, map[string]mention{"A": name(rng, split, objects, 0, m)})
}
