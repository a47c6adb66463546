package task

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
)

// phrase is one way to ask for something. A is the object, B the support, Z the
// zone's side; each stands for a word or two.
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
	}
}

// instruct words the goal, in one of the phrasings that split allows.
func instruct(rng *rand.Rand, split Split, g Goal) string {
	var fitting []phrase
	for _, p := range phrases() {
		if p.task == g.Task && p.relation == g.Relation && (p.split == OODPhrase) == (split == OODPhrase) {
			fitting = append(fitting, p)
		}
	}
	words := strings.Fields(pick(rng, fitting).text)
	for i, w := range words {
		switch w {
		case "A":
			words[i] = g.Object.String()
		case "B":
			words[i] = g.Support.String()
		case "Z":
			words[i] = g.Zone
		}
	}
	return strings.Join(words, " ")
}

// Parse reads an instruction in any of the known phrasings.
func Parse(instruction string) (Goal, error) {
	words := strings.Fields(strings.ToLower(instruction))
	for _, p := range phrases() {
		if g, ok := p.match(words); ok {
			return g, nil
		}
	}
	return Goal{}, fmt.Errorf("instruction %q is in none of the known phrasings; say for example %q",
		instruction, "push the red cube into the left zone")
}

// match reads words as this phrase.
func (p phrase) match(words []string) (Goal, bool) {
	g := Goal{Task: p.task, Relation: p.relation}
	for _, want := range strings.Fields(p.text) {
		switch want {
		case "A", "B":
			if len(words) < 2 || !contains(things(), Thing{words[0], words[1]}) {
				return Goal{}, false
			}
			t := Thing{words[0], words[1]}
			if want == "A" {
				g.Object = t
			} else {
				g.Support = t
			}
			words = words[2:]
		case "Z":
			if len(words) < 1 || (words[0] != "left" && words[0] != "right") {
				return Goal{}, false
			}
			g.Zone, words = words[0], words[1:]
		default:
			if len(words) < 1 || words[0] != want {
				return Goal{}, false
			}
			words = words[1:]
		}
	}
	return g, len(words) == 0
}

// Words returns, sorted, every word that an instruction, a thought or a
// grounding line can hold, place bins and punctuation left out. A tokenizer that
// knows them needs no fallback here.
func Words() []string {
	set := map[string]bool{}
	for _, p := range phrases() {
		for _, w := range strings.Fields(p.text) {
			set[w] = true
		}
	}
	delete(set, "A")
	delete(set, "B")
	delete(set, "Z")
	lists := [][]string{Colors(), Shapes(), thoughtWords()}
	for _, list := range lists {
		for _, w := range list {
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
