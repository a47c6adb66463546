package ground

import (
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"

	"hyt/gazebo/sim"
	"hyt/gazebo/task"
	"hyt/policy/tokenizer"
	"hyt/trainer/model"
)

// table is a scene without a renderer, seen straight from above: u = 0.5 - y,
// v = 0.5 - x.
type table struct{}

func (table) Project(x, y, _ float64) (u, v float64) { return 0.5 - y, 0.5 - x }

func (table) Draw(seed int64) (Picture, error) {
	object := func(color, shape string, x, y float64) sim.Object {
		return sim.Object{Color: color, Shape: shape, Pose: sim.Pose{X: x, Y: y, Z: 0.02}}
	}
	return Picture{
		Image: make([]byte, model.ImageSide*model.ImageSide*model.Channels), Camera: table{},
		Arm:     sim.Arm{Pose: sim.Pose{X: 0.1, Y: -0.1, Z: 0.12}, Gripper: 1},
		Objects: []sim.Object{object("red", "cube", 0.1, 0.15), object("blue", "ball", -0.2, -0.1)},
	}, nil
}

func testMaker() *Maker {
	return &Maker{Scenes: table{}, Tokenizer: tokenizer.Build(task.Words()), Seed: 3}
}

// rowsByKind draws until each kind was seen.
func rowsByKind(t *testing.T, m *Maker) map[Kind]model.Row {
	t.Helper()
	rows := map[Kind]model.Row{}
	for i := 0; len(rows) < 3 && i < 100; i++ {
		row, kind, err := m.Row(i)
		if err != nil {
			t.Fatal(err)
		}
		rows[kind] = row
	}
	if len(rows) < 3 {
		t.Fatalf("kinds %v", rows)
	}
	return rows
}

func TestWhatTheKindsSay(t *testing.T) {
	m := testMaker()
	rows := rowsByKind(t, m)
	if got, want := m.Tokenizer.Decode(rows[List].Tokens), "<think> blue ball <x38> <y44> red cube <x22> <y25> <eot>"; got != want {
		t.Errorf("list says %q, want %q", got, want)
	}
	if rows[List].Predict != 1 || len(rows[List].Points) != 2 {
		t.Error("a list learns all its words, and its two names point")
	}
	think := m.Tokenizer.Decode(rows[Think].Tokens)
	if !strings.Contains(think, "<think> target ") || !strings.HasSuffix(think, "; ee <x38> <y25>; <eot>") {
		t.Errorf("think says %q", think)
	}
	act := m.Tokenizer.Decode(rows[Act].Tokens)
	if !strings.HasSuffix(act, " <act>") || rows[Act].TextWeight != 0 || rows[Act].PointWeight != 1 {
		t.Errorf("act says %q and learns text %v, points %v", act, rows[Act].TextWeight, rows[Act].PointWeight)
	}
	for kind, row := range rows {
		if row.ActWeight != 0 {
			t.Errorf("%s trains actions", kind)
		}
		if len(row.Tokens) > TextLength {
			t.Errorf("%s has %d tokens, more than TextLength", kind, len(row.Tokens))
		}
	}
}

func TestPointsAreTheWayFromTheHand(t *testing.T) {
	m := testMaker()
	for i := range 200 {
		row, kind, err := m.Row(i)
		if err != nil {
			t.Fatal(err)
		}
		if kind != Act {
			continue
		}
		text := m.Tokenizer.Decode(row.Tokens)
		red, blue := strings.Index(text, "red cube"), strings.Index(text, "blue ball")
		wantRed, wantBlue := [2]float64{0, 1}, [2]float64{-1.2, 0} // (object - hand) / PointScale
		first, second := wantRed, wantBlue
		switch {
		case red < 0:
			first, second = wantBlue, wantBlue
		case blue < 0:
			first, second = wantRed, wantRed
		case blue < red:
			first, second = wantBlue, wantRed
		}
		for _, p := range row.Points {
			want := first
			switch words := strings.Fields(text); {
			case p.Token >= 0 && words[p.Token] == "cube":
				want = wantRed
			case p.Token >= 0:
				want = wantBlue
			case p.Token < -queries/2:
				want = second
			}
			for axis := range 2 {
				if math.Abs(float64(p.At[axis])-want[axis]) > 1e-6 {
					t.Fatalf("in %q, token %d points at %v, want %v", text, p.Token, p.At, want)
				}
			}
		}
	}
}

func TestCellsHoldWhatHasItsCentreThere(t *testing.T) {
	pic, err := table{}.Draw(0)
	if err != nil {
		t.Fatal(err)
	}
	cells := map[int]model.Cell{}
	for _, c := range pic.cells() {
		cells[c.Token] = c
	}
	red, ok := cells[3*model.Grid+2] // v = 0.4, u = 0.35
	if !ok || red.Thing != thing(pic.Objects[0]) {
		t.Fatalf("cells %v", cells)
	}
	if math.Abs(float64(red.Offset[0])-0.6) > 1e-5 || math.Abs(float64(red.Offset[1])+0.6) > 1e-5 {
		t.Errorf("offset %v, want 0.6, -0.6: u*8 = 2.8, v*8 = 3.2", red.Offset)
	}
}

func TestRowsDependOnSeedAndIndexOnly(t *testing.T) {
	a, b := testMaker(), testMaker()
	for _, i := range []int{4, 1, 4} {
		x, _, errX := a.Row(i)
		y, _, errY := b.Row(i)
		if errX != nil || errY != nil || !reflect.DeepEqual(x.Tokens, y.Tokens) || !reflect.DeepEqual(x.Points, y.Points) {
			t.Errorf("row %d differs: %v %v", i, errX, errY)
		}
	}
}

func TestTemplatesCoverEveryPhrasingOfTheTasks(t *testing.T) {
	one, two := 0, 0
	for _, tmpl := range templates() {
		if tmpl.two {
			two++
		} else {
			one++
		}
		for _, color := range task.Colors() {
			if strings.Contains(tmpl.text, color) {
				t.Errorf("template %q still names a colour", tmpl.text)
			}
		}
	}
	if one < 10 || two < 6 {
		t.Errorf("%d templates with one thing, %d with two", one, two)
	}
}

func TestRenderedScenesFillTheModelsImage(t *testing.T) {
	r, err := NewRendered()
	if err != nil {
		t.Fatal(err)
	}
	a, err := r.Draw(1)
	if err != nil {
		t.Fatal(err)
	}
	if len(a.Image) != model.ImageSide*model.ImageSide*model.Channels || len(a.Objects) < 4 {
		t.Errorf("%d bytes, %d objects", len(a.Image), len(a.Objects))
	}
	if len(task.Colors())*len(task.Shapes()) != model.Things {
		t.Errorf("%d things, the model has room for %d", len(task.Colors())*len(task.Shapes()), model.Things)
	}
}

// TestReachBringsTheHandToThings: half of the scenes or so are where tasks are
// decided, and none of them puts closed fingers into a thing.
func TestReachBringsTheHandToThings(t *testing.T) {
	near, round := 0, 0
	const n = 1000
	for seed := range int64(n) {
		scene, err := task.Ground(seed)
		if err != nil {
			t.Fatal(err)
		}
		held := slices.ContainsFunc(scene.Objects, func(o sim.Object) bool { return o.Held })
		before := scene.Arm
		reach(&scene, rand.New(rand.NewPCG(uint64(seed), reachStream)))
		if held {
			if scene.Arm != before {
				t.Fatalf("seed %d: a hand that holds something was moved away from it", seed)
			}
			continue
		}
		if scene.Arm == before {
			continue
		}
		near++
		for _, o := range scene.Objects {
			beside := math.Hypot(o.Pose.X-scene.Arm.X, o.Pose.Y-scene.Arm.Y)
			if beside > reachRound/4 || scene.Arm.Z > o.Size[2] {
				continue
			}
			round++
			if scene.Arm.Gripper != 1 {
				t.Errorf("seed %d: the hand is in %s, %.0f mm high, opened %.2f", seed, o.Name, 1000*scene.Arm.Z, scene.Arm.Gripper)
			}
		}
	}
	if near < n*4/10 || near > n*6/10 || round == 0 {
		t.Errorf("%d of %d hands are brought to a thing, %d of them round it", near, n, round)
	}
}
