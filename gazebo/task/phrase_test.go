package task

import (
	"slices"
	"strings"
	"testing"

	"hyt/policy/thought"
)

func TestEveryInstructionParsesToItsGoal(t *testing.T) {
	phrasings := map[string]bool{}
	for _, tk := range All() {
		for _, split := range Splits() {
			for seed := range int64(100) {
				e := episode(t, tk, split, seed)
				got, err := ParseIn(e.Instruction, e.Scene.Objects)
				if err != nil {
					t.Fatal(err)
				}
				plain, err := Parse(e.Plain)
				if err != nil {
					t.Fatal(err)
				}
				if got != e.Goal || plain != e.Goal {
					t.Fatalf("%q parses to %+v, %q to %+v, the goal is %+v", e.Instruction, got, e.Plain, plain, e.Goal)
				}
				phrasings[phrasing(e)] = true
			}
		}
	}
	if len(phrasings) != len(phrases()) {
		t.Errorf("%d phrasings seen of %d", len(phrasings), len(phrases()))
	}
}

// phrasing is the instruction with its names taken out.
func phrasing(e Episode) string {
	s := e.Plain
	for _, t := range things() {
		s = strings.ReplaceAll(s, " "+t.String(), " ?")
	}
	for _, c := range Colors() {
		s = strings.ReplaceAll(s, " "+c, " ?")
	}
	return strings.NewReplacer("forward left", "?", "forward right", "?", "sideways", "?", "left", "?", "right", "?").Replace(s)
}

func TestRejectsUnknownInstructions(t *testing.T) {
	for _, text := range []string{
		"", "touch", "touch the", "touch the red", "touch the red cube twice", "touch the pink cube",
		"push the red cube into the middle zone", "put the red cube on", "sing",
	} {
		if g, err := Parse(text); err == nil {
			t.Errorf("Parse(%q) = %+v, want an error", text, g)
		}
	}
}

func TestOODPhrasesAreNeverUsedInID(t *testing.T) {
	for _, tk := range All() {
		id, ood := map[string]bool{}, map[string]bool{}
		for seed := range int64(200) {
			id[phrasing(episode(t, tk, ID, seed))] = true
			ood[phrasing(episode(t, tk, OODPhrase, seed))] = true
		}
		for p := range ood {
			if id[p] {
				t.Errorf("%s: %q is in both", tk.Name(), p)
			}
		}
	}
}

func TestWordsCoverInstructionsThoughtsAndGrounding(t *testing.T) {
	words := Words()
	if !slices.IsSorted(words) || len(slices.Compact(slices.Clone(words))) != len(words) {
		t.Fatal("words are not sorted and distinct")
	}
	check := func(text string) {
		t.Helper()
		for _, w := range strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune(" ,;", r) }) {
			if _, ok := slices.BinarySearch(words, w); !ok && !strings.HasPrefix(w, "<") {
				t.Fatalf("%q, of %q, is not among the words", w, text)
			}
		}
	}
	for _, tk := range All() {
		for _, split := range Splits() {
			for seed := range int64(50) {
				e := episode(t, tk, split, seed)
				s := stateOf(e.Scene)
				check(e.Instruction)
				text := tk.Oracle(e.Goal).Decide(s).Thought(s, plan{}).String()
				check(text)
				if _, err := thought.Parse(text); err != nil {
					t.Fatal(err)
				}
				for _, seen := range See(s.Objects, plan{}) {
					check(seen.String())
				}
			}
		}
	}
}
