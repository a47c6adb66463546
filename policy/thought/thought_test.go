package thought

import (
	"reflect"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

const whole = "see blue ball <x20> <y40>, red cube <x12> <y40>; plan push red cube left of blue ball, touch green bar; sub push red cube left of blue ball; " +
	"target red cube <x12> <y40>; ee <x30> <y31>; move left turn right still; grip close;"

func TestParseReadsEveryField(t *testing.T) {
	got, err := Parse(whole)
	if err != nil {
		t.Fatal(err)
	}
	want := Thought{
		See:      []Seen{{"blue ball", Place{20, 40}}, {"red cube", Place{12, 40}}},
		Plan:     []string{"push red cube left of blue ball", "touch green bar"},
		Sub:      "push red cube left of blue ball",
		Target:   "red cube",
		TargetAt: &Place{12, 40},
		EE:       &Place{30, 31},
		Move:     []string{"left", "turn right", "still"},
		Grip:     "close",
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, want %+v", got, want)
	}
	if got.String() != whole {
		t.Errorf("String() is\n%q, want\n%q", got.String(), whole)
	}
}

func TestParseTakesWhatPeopleType(t *testing.T) {
	for _, c := range []struct{ typed, want string }{
		{"", ""},
		{" \n", ""},
		{"sub push blue cylinder", "sub push blue cylinder;"},
		{"Sub PUSH blue cylinder ;", "sub push blue cylinder;"},
		{"target red cube<x01><y02>;grip open", "target red cube <x01> <y02>; grip open;"},
		{"plan touch ball,push cube", "plan touch ball, push cube;"},
		{"EE <X63> <Y00>", "ee <x63> <y00>;"},
	} {
		got, err := Parse(c.typed)
		if err != nil || got.String() != c.want {
			t.Errorf("Parse(%q) = %q, %v, want %q", c.typed, got, err, c.want)
		}
	}
}

func TestErrorsSayWhichWordIsWrong(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"hello world;", `field 1 starts with "hello": want one of see, plan, sub, target, ee, move, grip`},
		{";", `field 1 is empty`},
		{"grip open;; ", `field 2 is empty`},
		{"grip open; sub push cube;", `field 2, "sub", comes too late or twice: the order is see, plan, sub,`},
		{"sub push cube; sub push cube;", `field 2, "sub", comes too late or twice`},
		{"plan;", `field 1, "plan": want one more at its end, such as "touch red cube"`},
		{"plan push cube,;", `field 1, "plan": want one more at its end`},
		{"plan push cube, push;", `field 1, "plan": part 2: "push" is too short: want a verb and an object`},
		{"see;", `"see": want one more at its end, such as "red cube <x12> <y40>"`},
		{"see red cube;", `"see": part 1: "red" is not a column`},
		{"see red cube <x01> <y01>, <x01> <y02>;", `"see": part 2: "" is too short: want an object`},
		{"sub;", `"sub": "" is too short`},
		{"sub push cube <x01> <y01>;", `"sub": "<x01>" is not a word here`},
		{"sub push, cube;", `"sub": "," is not a word here`},
		{"target red cube;", `"target": "red" is not a column: want "<x00>" to "<x63>"`},
		{"target <x01> <y01>;", `"target": "" is too short: want an object`},
		{"target red cube <y01> <x01>;", `"<y01>" is not a column`},
		{"ee <x01>;", `"<x01>" is not a place`},
		{"ee <x64> <y01>;", `"<x64>" is not a column`},
		{"ee <x01> <y1>;", `"<y1>" is not a row`},
		{"ee <x01> <y0a>;", `"<y0a>" is not a row`},
		{"move;", `"move": want a motion`},
		{"move north;", `"north" is not a motion`},
		{"move turn;", `"turn" wants "left" or "right"`},
		{"move turn up;", `"turn" wants "left" or "right"`},
		{"grip;", `"grip": "" is not a grip: want open, close or hold`},
		{"grip shut;", `"shut" is not a grip`},
		{"grip open wide;", `"open wide" is not a grip`},
	} {
		got, err := Parse(c.text)
		if err == nil {
			t.Errorf("Parse(%q) = %q, want an error with %q", c.text, got, c.want)
		} else if !strings.Contains(err.Error(), c.want) {
			t.Errorf("Parse(%q): %q, want %q in it", c.text, err, c.want)
		}
	}
}

func FuzzParsedThoughtsRoundTrip(f *testing.F) {
	f.Add(whole)
	f.Add("sub push blue cylinder")
	f.Add("move turn left up;grip hold")
	f.Fuzz(func(t *testing.T, text string) {
		first, err := Parse(text)
		if err != nil {
			return
		}
		second, err := Parse(first.String())
		if err != nil {
			t.Fatalf("%q was read as %q, which does not parse: %v", text, first, err)
		}
		if !reflect.DeepEqual(first, second) {
			t.Fatalf("%q: %+v became %+v", text, first, second)
		}
	})
}

func TestEveryThoughtRoundTrips(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		want := draw(rt)
		got, err := Parse(want.String())
		if err != nil {
			rt.Fatal(err)
		}
		if !reflect.DeepEqual(got, want) {
			rt.Fatalf("%+v became %+v", want, got)
		}
	})
}

// draw makes any valid thought.
func draw(t *rapid.T) Thought {
	word := rapid.StringMatching(`[a-z]{1,6}`)
	phrase := func(least int) string {
		return strings.Join(rapid.SliceOfN(word, least, 5).Draw(t, "words"), " ")
	}
	place := func() *Place {
		bin := rapid.IntRange(0, Bins-1)
		return &Place{bin.Draw(t, "x"), bin.Draw(t, "y")}
	}
	has := func(field string) bool { return rapid.Bool().Draw(t, field) }
	var th Thought
	if has(See) {
		for range rapid.IntRange(1, 3).Draw(t, "things") {
			th.See = append(th.See, Seen{phrase(1), *place()})
		}
	}
	if has(Plan) {
		for range rapid.IntRange(1, 3).Draw(t, "steps") {
			th.Plan = append(th.Plan, phrase(2))
		}
	}
	if has(Sub) {
		th.Sub = phrase(2)
	}
	if has(Target) {
		th.Target, th.TargetAt = phrase(1), place()
	}
	if has(EE) {
		th.EE = place()
	}
	if has(Move) {
		th.Move = rapid.SliceOfN(rapid.SampledFrom([]string{"left", "up", "turn left", "turn right", "still"}), 1, 3).Draw(t, "moves")
	}
	if has(Grip) {
		th.Grip = rapid.SampledFrom([]string{"open", "close", "hold"}).Draw(t, "grip")
	}
	return th
}

func TestKeepDropsTheOtherFields(t *testing.T) {
	th, err := Parse(whole)
	if err != nil {
		t.Fatal(err)
	}
	var asked []string
	kept := th.Keep(func(field string) bool {
		asked = append(asked, field)
		return field == Sub || field == Grip
	})
	if want := "sub push red cube left of blue ball; grip close;"; kept.String() != want {
		t.Errorf("kept %q, want %q", kept, want)
	}
	if want := []string{See, Plan, Sub, Target, EE, Move, Grip}; !reflect.DeepEqual(asked, want) {
		t.Errorf("asked for %v, want %v", asked, want)
	}
	if th.String() != whole {
		t.Errorf("the thought itself changed to %q", th)
	}
	if none := th.Keep(func(string) bool { return false }); none.String() != "" || len(none.Fields()) != 0 {
		t.Errorf("nothing kept leaves %q", none)
	}
}

func TestHalfATargetIsMissing(t *testing.T) {
	for _, th := range []Thought{{Target: "red cube"}, {TargetAt: &Place{1, 2}}} {
		if th.String() != "" || len(th.Fields()) != 0 {
			t.Errorf("%+v is written as %q, want nothing", th, th)
		}
	}
}

func TestAtFindsTheNearestBin(t *testing.T) {
	nan := 0.0
	nan /= nan
	for _, c := range []struct {
		u, v float64
		want Place
	}{
		{0, 0, Place{0, 0}},
		{0.999, 0.5, Place{63, 32}},
		{1, 1, Place{63, 63}},
		{-3, 7, Place{0, 63}},
		{nan, 1.0 / 64, Place{0, 1}},
	} {
		if got := At(c.u, c.v); got != c.want {
			t.Errorf("At(%v, %v) = %v, want %v", c.u, c.v, got, c.want)
		}
	}
	for i := range Bins {
		p := Place{i, Bins - 1 - i}
		if At(p.Centre()) != p {
			t.Errorf("the centre of %v lies in %v", p, At(p.Centre()))
		}
	}
}

func TestDoneIsAStepByItself(t *testing.T) {
	for text, want := range map[string]bool{
		"sub done;": true, "Sub Done": true, "sub done; move still; grip open;": true,
		"sub push done cube;": false, "plan done; sub push cube;": false, "grip open;": false, "": false,
	} {
		got, err := Parse(text)
		if err != nil || got.Done() != want {
			t.Errorf("%q: %v, %v", text, got.Done(), err)
		}
	}
}
