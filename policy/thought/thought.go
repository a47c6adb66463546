// Package thought is the language a policy thinks in: a short line of fields
// that people read as is.
//
//	thought = { field ";" } ;            fields in this order, any may be missing
//	field   = "see" object place { "," object place } | "plan" step { "," step }
//	        | "sub" step | "target" object place | "ee" place | "move" motion
//	        | "grip" ( "open" | "close" | "hold" )
//	step    = verb object [ relation object ] | "done"
//	place   = "<xNN>" "<yNN>"            image bins 00..63 of the first camera, column and row
//	motion  = ( "left" | "right" | "forward" | "back" | "up" | "down"
//	        | "turn" "left"|"right" | "still" ) { same }
//
// For example:
//
//	plan push red cube left of blue ball, touch green bar; sub push red cube left of blue ball; target red cube <x12> <y40>; ee <x30> <y31>; move left back; grip close;
//
// "sub done;" says that there is nothing left to do ([Thought.Done]). "see" lists what
// matters in the image before anything is concluded from it: what a relation is to, and
// the things that may be meant.
//
// Verbs, objects and relations are open: any words will do, so that a new task
// needs no new grammar. [Parse] reads a thought, [Thought.String] writes it.
package thought

import (
	"fmt"
	"strings"
)

// Thought is one parsed thought. Empty fields are missing ones.
type Thought struct {
	See      []Seen   // what matters in the image
	Plan     []string // steps still ahead, the current one first
	Sub      string   // the current sub-task, a step
	Target   string   // the object that the hand goes for
	TargetAt *Place   // where that object is in the image; set if and only if Target is
	EE       *Place   // where the end effector is in the image
	Move     []string // "left", "turn right", ...
	Grip     string   // "open", "close" or "hold"
}

// Seen is an object and where it is in the image.
type Seen struct {
	Object string
	At     Place
}

func (s Seen) String() string { return s.Object + " " + s.At.String() }

// The fields' names, in the order of the grammar.
const (
	See    = "see"
	Plan   = "plan"
	Sub    = "sub"
	Target = "target"
	EE     = "ee"
	Move   = "move"
	Grip   = "grip"
)

// order is the grammar's order of fields.
func order() [7]string { return [7]string{See, Plan, Sub, Target, EE, Move, Grip} }

// stepDone is the step of a task that is carried out.
const stepDone = "done"

// Done says whether the thought is that the task is carried out.
func (t Thought) Done() bool { return t.Sub == stepDone }

// Fields returns the names of the fields that t has, in the grammar's order.
func (t Thought) Fields() []string {
	var names []string
	for _, name := range order() {
		if t.body(name) != "" {
			names = append(names, name)
		}
	}
	return names
}

// Keep returns t with only those of its fields for which keep answers true. It
// asks once for each field that t has, in the grammar's order, so that a seeded
// random keep gives the same result again. Slices and places are shared with t.
func (t Thought) Keep(keep func(field string) bool) Thought {
	for _, name := range t.Fields() {
		if !keep(name) {
			t = t.without(name)
		}
	}
	return t
}

func (t Thought) without(field string) Thought {
	switch field {
	case See:
		t.See = nil
	case Plan:
		t.Plan = nil
	case Sub:
		t.Sub = ""
	case Target:
		t.Target, t.TargetAt = "", nil
	case EE:
		t.EE = nil
	case Move:
		t.Move = nil
	case Grip:
		t.Grip = ""
	}
	return t
}

// String writes t in the grammar's canonical form: one space between words, none
// before ";" and ",", every field closed by ";". A thought without fields is "".
// Parse reads back what String writes as long as t's steps are lower-case words.
func (t Thought) String() string {
	var fields []string
	for _, name := range t.Fields() {
		fields = append(fields, name+" "+t.body(name)+";")
	}
	return strings.Join(fields, " ")
}

// body is what stands after the field's name, or "" when the field is missing.
func (t Thought) body(field string) string {
	switch field {
	case See:
		var list []string
		for _, s := range t.See {
			list = append(list, s.String())
		}
		return strings.Join(list, ", ")
	case Plan:
		return strings.Join(t.Plan, ", ")
	case Sub:
		return t.Sub
	case Target:
		if t.Target != "" && t.TargetAt != nil {
			return t.Target + " " + t.TargetAt.String()
		}
	case EE:
		if t.EE != nil {
			return t.EE.String()
		}
	case Move:
		return strings.Join(t.Move, " ")
	case Grip:
		return t.Grip
	}
	return ""
}

// Bins is how many bins an image's width and height are cut into.
const Bins = 64

// Place is a location in the first camera's image, in bins of 1/64 of its width
// (X, column) and height (Y, row). Both are 0..63.
type Place struct{ X, Y int }

// At is the bin of the point u (of the width, 0 left .. 1 right) and v (of the
// height, 0 top .. 1 bottom). Points outside the image go to its nearest bin.
func At(u, v float64) Place { return Place{X: bin(u), Y: bin(v)} }

func bin(f float64) int {
	if !(f > 0) { // also NaN
		return 0
	}
	return int(min(f*Bins, Bins-1))
}

// Centre is the middle of the bin as fractions of the image's width and height.
func (p Place) Centre() (u, v float64) {
	return (float64(p.X) + 0.5) / Bins, (float64(p.Y) + 0.5) / Bins
}

// String writes the place's two tokens, "<x12> <y40>".
func (p Place) String() string { return fmt.Sprintf("<x%02d> <y%02d>", p.X, p.Y) }
