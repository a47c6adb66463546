package hybrid

import (
	"math/rand/v2"
	"strings"
	"testing"

	"hyt/policy"
	"hyt/policy/thought"
)

// thoughtTold is the thought of a row, without mode and end.
func thoughtTold(t *testing.T, m *Maker, mode policy.Mode, v view) string {
	t.Helper()
	row, err := m.inMode(sample(aThought), mode, v)
	if err != nil {
		t.Fatal(err)
	}
	_, text, ok := strings.Cut(m.Tokenizer.Decode(row.Tokens), "<"+string(mode)+">")
	if !ok {
		t.Fatalf("no <%s> in the text", mode)
	}
	return strings.TrimSpace(strings.TrimSuffix(text, "<eot>"))
}

func TestThoughtsShrinkFromTheirFirstFieldOn(t *testing.T) {
	m := maker(nil)
	m.Thoughts.Shorten = Span{From: 0.2, Until: 0.8}
	for _, test := range []struct {
		progress float64
		want     string
	}{
		{0.1, aThought},
		{0.45, "target red cube <x12> <y40>; ee <x30> <y31>; move left; grip close;"}, // 2.5 of 6 fields gone
		{0.75, "grip close;"},
		{0.8, ""},
		{1, ""},
	} {
		if got := thoughtTold(t, m, policy.Think, view{progress: test.progress}); got != test.want {
			t.Errorf("at %g of the run: %q, want %q", test.progress, got, test.want)
		}
	}
	if got := thoughtTold(t, m, policy.Follow, view{progress: 1}); got != aThought {
		t.Errorf("follow is told %q: only think mode is shortened", got)
	}
}

func TestOnlyTheChosenFieldsAreLearned(t *testing.T) {
	m := maker(nil)
	m.Thoughts.Fields = []string{thought.Target, thought.Grip}
	for _, mode := range []policy.Mode{policy.Think, policy.Follow} {
		if got, want := thoughtTold(t, m, mode, view{}), "target red cube <x12> <y40>; grip close;"; got != want {
			t.Errorf("%s: %q, want %q", mode, got, want)
		}
	}
}

func TestDropLeavesFieldsOutOfThinkMode(t *testing.T) {
	m := maker(nil)
	m.Thoughts.Drop = 0.5
	fields, n := 0, 400
	for i := range n {
		text := thoughtTold(t, m, policy.Think, view{chance: rand.New(rand.NewPCG(2, uint64(i)))})
		fields += strings.Count(text, ";")
	}
	if share := float64(fields) / float64(6*n); share < 0.45 || share > 0.55 {
		t.Errorf("%.2f of the fields are left, want half", share)
	}
}

func TestFollowShowsTheInstructionWhereAsked(t *testing.T) {
	m := maker(nil)
	m.Thoughts.Instruction = 0.5
	shown := 0
	for i := range 200 {
		row, err := m.inMode(sample(aThought), policy.Follow, view{chance: rand.New(rand.NewPCG(3, uint64(i)))})
		if err != nil {
			t.Fatal(err)
		}
		if strings.HasPrefix(m.Tokenizer.Decode(row.Tokens), "touch the red cube <follow>") {
			shown++
		}
	}
	if shown < 70 || shown > 130 {
		t.Errorf("%d of 200 samples show the instruction, want half", shown)
	}
}

func TestPlacesMoveWithThePicture(t *testing.T) {
	m := maker(nil)
	got := thoughtTold(t, m, policy.Think, view{shift: [2]int{3, -40}})
	if want := "target red cube <x15> <y00>; ee <x33> <y00>;"; !strings.Contains(got, want) {
		t.Errorf("%q, want %q in it", got, want)
	}
}

func TestTargetLetsEveryQueryPointAtTheTarget(t *testing.T) {
	m := maker(nil)
	m.Target = 0.5
	row, err := m.InMode(sample(aThought), policy.Act)
	if err != nil {
		t.Fatal(err)
	}
	if len(row.Points) != 8 || row.PointWeight != 0.5 {
		t.Fatalf("%d points of weight %v", len(row.Points), row.PointWeight)
	}
	if at := row.Points[3].At; at[0] != 25.0/64-1 || at[1] != 81.0/64-1 { // 2*(12.5/64)-1, 2*(40.5/64)-1
		t.Errorf("points at %v", at)
	}
}

func TestThoughtOptionsThatAreRefused(t *testing.T) {
	for want, change := range map[string]func(*Thoughts){
		`has "hand"`:         func(o *Thoughts) { o.Fields = []string{"hand"} },
		"whole is 2":         func(o *Thoughts) { o.Whole = 2 },
		"drop is -1":         func(o *Thoughts) { o.Drop = -1 },
		"weight is -1":       func(o *Thoughts) { o.Weight = -1 },
		"before its start":   func(o *Thoughts) { o.Shorten = Span{From: 0.5, Until: 0.2} },
		"shorten.until is 3": func(o *Thoughts) { o.Shorten.Until = 3 },
	} {
		o := DefaultThoughts()
		change(&o)
		if err := o.Validate(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want one with %q", err, want)
		}
	}
}
