// Package ground makes the samples of grounding pretraining: what is on the
// table, and where. There are no actions in it. It stands in for what a
// pretrained vision-language model would bring, learned from rendered scenes of
// which the simulator has as many as one likes.
//
// A scene is shown in one of three ways:
//
//	list:  <think> red cube <x12> <y40> blue ball <x50> <y20> … <eot>
//	think: touch the red cube <think> target red cube <x12> <y40>; ee <x30> <y31>; <eot>
//	act:   touch the red cube <act>
//
// The network also points, which ties names to places: each name in the text
// points at its thing, and of the action queries the first half points at the
// first thing that is asked for, the second half at the second (or the first
// again). A point is the displacement from the hand. Pointing has a head of its
// own, which the exported model lacks; the action head is not trained here.
package ground

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"

	"hyt/gazebo/sim"
	"hyt/gazebo/task"
	"hyt/policy/prompt"
	"hyt/policy/thought"
	"hyt/policy/tokenizer"
	"hyt/trainer/model"
)

// PointScale is the displacement, metres, that a pointing output of 1 means.
const PointScale = 0.25

// TextLength is how many text positions the batches need: a list of six things.
const TextLength = 28

// Kind is a way to show a scene.
type Kind string

const (
	List  Kind = "list"
	Think Kind = "think"
	Act   Kind = "act"
)

// Shares of the kinds, the rest being Act.
const listShare, thinkShare = 0.3, 0.3

// Scenes draws one picture of a scene by seed.
type Scenes interface {
	// Draw returns the scene's picture, the caller's own, and what is true in it.
	Draw(seed int64) (Picture, error)
}

// Picture is one rendered scene.
type Picture struct {
	Image   []byte
	Camera  task.Camera
	Arm     sim.Arm
	Objects []sim.Object
}

// Maker turns pictures into the network's rows.
type Maker struct {
	Scenes    Scenes
	Tokenizer *tokenizer.Tokenizer
	Seed      uint64
	Augment   model.Augment // of training's pictures; without Shift, which would move places away from what is said of them

	templates []template
}

// sceneSeeds is how many different scenes there are: all below task.EvalSeed.
const sceneSeeds = task.EvalSeed / 2

// HeldOut is the first seed of the scenes that a Maker never shows.
const HeldOut = sceneSeeds

// Row is the index-th sample of the run, a pure function of (Seed, index).
func (m *Maker) Row(index int) (model.Row, Kind, error) {
	r := rand.New(rand.NewPCG(m.Seed, uint64(index)))
	look := m.Augment.Draw(r)
	row, kind, err := m.row(r, int64(index)%sceneSeeds)
	row.Look = look
	return row, kind, err
}

// HeldOutRow is a sample of a scene that training never shows.
func (m *Maker) HeldOutRow(index int) (model.Row, Kind, error) {
	r := rand.New(rand.NewPCG(m.Seed+1, uint64(index)))
	return m.row(r, HeldOut+int64(index)%sceneSeeds)
}

func (m *Maker) row(r *rand.Rand, seed int64) (model.Row, Kind, error) {
	pic, err := m.Scenes.Draw(seed)
	if err != nil {
		return model.Row{}, "", fmt.Errorf("grounding scene %d: %w", seed, err)
	}
	if m.templates == nil {
		m.templates = templates()
	}
	a := pic.Arm
	row := model.Row{
		Images: [][]byte{pic.Image}, Predict: 1,
		Proprio: []float32{float32(a.X), float32(a.Y), float32(a.Z), float32(a.Yaw), float32(a.Gripper)},
	}
	row.Cells, row.CellWeight = pic.cells(), 1
	if u := r.Float64(); u < listShare {
		m.list(&row, pic)
		m.names(&row, pic)
		return row, List, nil
	} else if u < listShare+thinkShare {
		m.ask(&row, pic, r, true)
		m.names(&row, pic)
		return row, Think, nil
	}
	m.ask(&row, pic, r, false)
	m.names(&row, pic)
	return row, Act, nil
}

// list names everything on the table, in the order of task.See.
func (m *Maker) list(row *model.Row, pic Picture) {
	var words []string
	for _, seen := range task.See(pic.Objects, pic.Camera) {
		words = append(words, seen.String())
	}
	row.Tokens = append([]int64{m.Tokenizer.ID(tokenizer.Think)}, prompt.Thought(m.Tokenizer, strings.Join(words, " "))...)
	row.TextWeight = 1
}

// ask asks for one or two things of the scene in the words of an instruction.
func (m *Maker) ask(row *model.Row, pic Picture, r *rand.Rand, think bool) {
	first := r.IntN(len(pic.Objects))
	second := (first + 1 + r.IntN(len(pic.Objects)-1)) % len(pic.Objects)
	t := m.templates[r.IntN(len(m.templates))]
	a, b := pic.Objects[first], pic.Objects[second]
	instruction := t.fill(a, b)
	if !t.two {
		b = a
	}
	for k := range queries {
		o := a
		if k >= queries/2 {
			o = b
		}
		row.Points = append(row.Points, model.Point{Token: -1 - k, At: displacement(pic.Arm, o)})
	}
	if !think {
		row.Tokens = prompt.Act(m.Tokenizer, instruction)
		return
	}
	row.Tokens = prompt.Think(m.Tokenizer, instruction)
	row.Predict = len(row.Tokens)
	row.TextWeight = 1
	said := thought.Thought{Target: name(a), TargetAt: pic.place(a.Pose), EE: pic.place(pic.Arm.Pose)}
	row.Tokens = append(row.Tokens, prompt.Thought(m.Tokenizer, said.String())...)
}

func (pic Picture) place(p sim.Pose) *thought.Place {
	at := thought.At(pic.Camera.Project(p.X, p.Y, p.Z))
	return &at
}

// queries is the number of action queries of every model of this version.
const queries = 8

// names lets each name in the text point at its thing, from the name's last word.
func (m *Maker) names(row *model.Row, pic Picture) {
	row.PointWeight = 1
	for _, o := range pic.Objects {
		color, shape := m.Tokenizer.ID(o.Color), m.Tokenizer.ID(o.Shape)
		for i := 1; i < len(row.Tokens); i++ {
			if row.Tokens[i-1] == color && row.Tokens[i] == shape {
				row.Points = append(row.Points, model.Point{Token: i, At: displacement(pic.Arm, o)})
			}
		}
	}
}

// displacement is the way from the hand to the object, in PointScale.
func displacement(arm sim.Arm, o sim.Object) [model.PointDims]float32 {
	return [model.PointDims]float32{
		float32((o.Pose.X - arm.X) / PointScale),
		float32((o.Pose.Y - arm.Y) / PointScale),
		float32((o.Pose.Z - arm.Z) / PointScale),
	}
}

func name(o sim.Object) string { return o.Color + " " + o.Shape }

// cells says what is where in the image. Of two things in one cell the later is
// told of.
func (pic Picture) cells() []model.Cell {
	byToken := map[int]model.Cell{}
	for _, o := range pic.Objects {
		u, v := pic.Camera.Project(o.Pose.X, o.Pose.Y, o.Pose.Z)
		col, dx := split(u)
		row, dy := split(v)
		token := row*model.Grid + col
		byToken[token] = model.Cell{Token: token, Thing: thing(o), Offset: [model.CellDims]float32{dx, dy}}
	}
	return slices.Collect(maps.Values(byToken))
}

// split cuts a fraction of the image's width into a cell and a place in it.
func split(u float64) (cell int, offset float32) {
	at := max(0, min(u*model.Grid, model.Grid-1e-6))
	cell = int(at)
	return cell, float32(2*(at-float64(cell)) - 1)
}

// thing numbers colour and shape.
func thing(o sim.Object) int {
	return slices.Index(task.Colors(), o.Color)*len(task.Shapes()) + slices.Index(task.Shapes(), o.Shape)
}
