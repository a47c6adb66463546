package task

import (
	"strings"
	"testing"

	"hyt/gazebo/sim"
)

// kind is how an instruction names its things: "full", "look" or "relation".
func kind(e Episode) string {
	for _, r := range relations() {
		if strings.Contains(e.Instruction, " "+r+" the ") {
			return "relation"
		}
	}
	if e.Instruction != e.Plain {
		return "look"
	}
	return "full"
}

func TestInstructionsNameThingsInSeveralWays(t *testing.T) {
	for _, tk := range []Task{Touch{}, Push{}, Pick{}, Place{}, Rotate{}} {
		count := map[string]int{}
		const n = 500
		for seed := range int64(n) {
			count[kind(episode(t, tk, ID, seed))]++
		}
		full, look, relation := count["full"]*100/n, count["look"]*100/n, count["relation"]*100/n
		if full < 55 || look < 5 || relation < 2 || relation > 25 {
			t.Errorf("%s: %d %% by full name, %d %% by colour or shape, %d %% by a relation", tk.Name(), full, look, relation)
		}
	}
}

func TestHeldOutPairsAreNamedInOODPairOnlyAndThereInFull(t *testing.T) {
	for _, tk := range All() {
		for _, split := range Splits() {
			for seed := range int64(300) {
				e := episode(t, tk, split, seed)
				if split == OODPair {
					if e.Instruction != e.Plain {
						t.Fatalf("%s %s %d: %q does not tell the pair", tk.Name(), split, seed, e.Instruction)
					}
					continue
				}
				for _, thing := range things() {
					if HeldOut(thing) && strings.Contains(e.Instruction, thing.String()) {
						t.Fatalf("%s %s %d: %q names a held-out pair", tk.Name(), split, seed, e.Instruction)
					}
				}
			}
		}
	}
}

// A red and a blue cube, a red ball behind and to the left of both, a green bar between them.
func fourThings() []sim.Object {
	return []sim.Object{
		standing(Thing{"red", "cube"}, 0, 0.1, 0),
		standing(Thing{"blue", "cube"}, 0, -0.1, 0),
		standing(Thing{"red", "ball"}, 0.1, 0.15, 0),
		standing(Thing{"green", "bar"}, -0.02, 0, 0),
	}
}

func TestParseInFindsWhatIsMeant(t *testing.T) {
	for _, tt := range []struct{ text, want string }{
		{"touch the red cube", "red cube"},
		{"touch the ball", "red ball"},
		{"touch the green one", "green bar"},
		{"touch the cube left of the green bar", "red cube"},
		{"tap the cube right of the green bar", "blue cube"},
		{"go to the red one behind the blue cube", "red ball"},
		{"go to the one left of the red ball", ""},
		{"touch the cube", "may mean 2 objects"},
		{"touch the red one", "may mean 2 objects"},
		{"touch the cube behind the green bar", "may mean 2 objects"},
		{"touch the cube behind the yellow bar", "may mean 0 objects"},
		{"touch the bar behind the red ball", "may mean 0 objects"},
	} {
		got, err := ParseIn(tt.text, fourThings())
		switch {
		case err != nil && (tt.want == "" || strings.Contains(err.Error(), tt.want)):
		case err != nil || got.Object.String() != tt.want:
			t.Errorf("%q means %v, %v; want %q", tt.text, got.Object, err, tt.want)
		}
	}
}

func TestRelationsAreClear(t *testing.T) {
	objects := fourThings()
	told := map[string]bool{}
	for _, m := range relative(objects, 0, stays, nil) {
		told[m.String()] = true
		if meant := m.meant(objects); len(meant) != 1 || meant[0] != 0 {
			t.Errorf("the %s means %v", m, meant)
		}
	}
	if !told["cube left of the green bar"] {
		t.Errorf("ways to name the red cube: %v", told)
	}
	for _, wrong := range []string{
		"cube behind the green bar",    // both are, by 2 cm
		"red one left of the red ball", // there is no other red one
	} {
		if told[wrong] {
			t.Errorf("the red cube is named the %s", wrong)
		}
	}
	if list := relative(objects, 0, leaves, nil); len(list) > 0 {
		t.Errorf("a thing that goes anywhere is named %s", list[0])
	}
}
