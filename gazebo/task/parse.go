package task

import (
	"fmt"
	"slices"
	"strings"

	"hyt/gazebo/sim"
)

// Parse reads an instruction in any of the known phrasings that names its things
// by colour and shape.
func Parse(instruction string) (Goal, error) { return ParseIn(instruction, nil) }

// ParseIn reads an instruction about these objects. It may name them by what tells
// them apart, too: "the red one", "the cube left of the blue ball".
func ParseIn(instruction string, objects []sim.Object) (Goal, error) {
	r, err := read(instruction, objects)
	return r.goal, err
}

// read finds the phrasing of an instruction, and what it means.
func read(instruction string, objects []sim.Object) (reading, error) {
	words := strings.Fields(strings.ToLower(instruction))
	var wrong error
	for _, p := range phrases() {
		r := reading{words: words, goal: Goal{Task: p.task, Relation: p.relation}}
		if !r.match(p) {
			continue
		}
		if wrong = r.resolve(objects); wrong == nil {
			return r, nil
		}
	}
	if wrong != nil {
		return reading{}, fmt.Errorf("instruction %q: %w", instruction, wrong)
	}
	return reading{}, fmt.Errorf("instruction %q is in none of the known phrasings; say for example %q",
		instruction, "push the red cube into the left zone")
}

// reading is an instruction half read.
type reading struct {
	words  []string // still to read
	goal   Goal
	things []named
}

// named is a thing that the instruction mentions, and where the goal wants it.
type named struct {
	mention
	to *Thing
}

// match reads all words as this phrase.
func (r *reading) match(p phrase) bool {
	for _, want := range strings.Fields(p.text) {
		ok := false
		switch want {
		case "A", "B", "C", "D":
			ok = r.thing(r.goal.place(want))
		case "K":
			ok = r.oneOf(Colors(), &r.goal.Colors[0])
		case "L":
			ok = r.oneOf(Colors(), &r.goal.Colors[1])
		case "Z":
			ok = r.oneOf(zones(), &r.goal.Zone)
		case "Y":
			ok = r.oneOf(directions(), &r.goal.Turn)
		default:
			ok = r.literal(want)
		}
		if !ok {
			return false
		}
	}
	return len(r.words) == 0
}

// place is where the goal has the thing that a placeholder stands for.
func (g *Goal) place(placeholder string) *Thing {
	switch {
	case g.Task == "tower":
		return &g.Tower[placeholder[0]-'A']
	case placeholder == "A":
		return &g.Object
	default:
		return &g.Support
	}
}

// literal reads exactly these words.
func (r *reading) literal(text string) bool {
	want := strings.Fields(text)
	if len(r.words) < len(want) || !slices.Equal(r.words[:len(want)], want) {
		return false
	}
	r.words = r.words[len(want):]
	return true
}

// oneOf reads one of these words.
func (r *reading) oneOf(list []string, to *string) bool {
	for _, w := range list {
		if r.literal(w) {
			*to = w
			return true
		}
	}
	return false
}

// thing reads a mention.
func (r *reading) thing(to *Thing) bool {
	var m mention
	colored := r.oneOf(Colors(), &m.color)
	if !r.oneOf(Shapes(), &m.shape) && !(colored && r.literal("one")) {
		return false
	}
	for _, relation := range relations() {
		if r.literal(relation + " the") {
			m.relation = relation
			if !r.oneOf(Colors(), &m.of.Color) || !r.oneOf(Shapes(), &m.of.Shape) {
				return false
			}
			break
		}
	}
	r.things = append(r.things, named{m, to})
	return true
}

// resolve finds out which things are meant.
func (r *reading) resolve(objects []sim.Object) error {
	for _, n := range r.things {
		if n.color != "" && n.shape != "" && n.relation == "" {
			*n.to = Thing{n.color, n.shape}
			continue
		}
		found := n.meant(objects)
		if len(found) != 1 {
			return fmt.Errorf("the %s may mean %d objects", n, len(found))
		}
		*n.to = thingOf(objects[found[0]])
	}
	return nil
}
