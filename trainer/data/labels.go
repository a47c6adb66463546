package data

import (
	"fmt"
	"math"
	"slices"

	"hyt/msgs/sensor_msgs"
	"hyt/trainer/contract"
	"hyt/trainer/label"
)

// labels adds thoughts to samples: those of the annotation file go before recorded
// ones, and these before those made from the data.
type labels struct {
	contract *contract.Contract
	file     *label.Annotations // nil: none
	camera   *label.Camera      // nil: nothing wants one
}

func newLabels(c *contract.Contract) (*labels, error) {
	l := &labels{contract: c}
	if view := c.Thoughts.View; view != nil {
		l.camera = &label.Camera{Position: view.Position, Orientation: view.Orientation, Crop: c.Of(contract.Image)[0].Crop}
	}
	if path := c.AnnotationsPath(); path != "" {
		var err error
		if l.file, err = label.ReadAnnotations(path); err != nil {
			return nil, err
		}
	}
	return l, nil
}

// topic is that of the camera_info that places need; "": none.
func (l *labels) topic() string {
	if l.camera == nil {
		return ""
	}
	return l.contract.Thoughts.View.Topic
}

// see takes the camera's lens from its topic.
func (l *labels) see(topic string, info *sensor_msgs.CameraInfo) error {
	if topic != l.topic() {
		return nil
	}
	return l.camera.Look(info, l.contract.Of(contract.Image)[0].CameraInfo != "")
}

// annotate replaces what the annotation file knows better. Images without an
// instruction of their own get theirs here.
func (l *labels) annotate(d *demo, s *sample, first int64) {
	if l.file == nil {
		return
	}
	thought, instruction := l.file.At(d.Bag, d.ID, float64(s.time-first)/1e9)
	if thought != "" {
		s.thought = thought
	}
	if instruction != "" {
		s.instruction = instruction
	}
}

// make gives thoughts to the samples that have none.
func (l *labels) make(samples []sample) {
	lacks := func(s sample) bool { return s.thought == "" }
	if len(l.contract.Thoughts.Make) == 0 || !slices.ContainsFunc(samples, lacks) {
		return
	}
	for i, t := range label.Make(l.track(samples), l.contract.Thoughts.Make, l.camera) {
		if lacks(samples[i]) {
			samples[i].thought = t.String()
		}
	}
}

// unused says which episodes of the annotation file are in no bag.
func (l *labels) unused() (problems []string) {
	if l.file == nil {
		return nil
	}
	for _, name := range l.file.Unused() {
		problems = append(problems, fmt.Sprintf("annotations: no usable episode is called %s", name))
	}
	return problems
}

// track is what thoughts are made from: the features with the names of the default
// contract.
func (l *labels) track(samples []sample) label.Track {
	shape := ShapeOf(l.contract)
	var t label.Track
	hand, seen := indexes(shape.Proprio, "x", "y", "z")
	opening, opens := indexes(shape.Proprio, "gripper")
	grip, grips := indexes(shape.Action, "gripper")
	for i := range l.contract.Of(contract.Object) {
		t.Things = append(t.Things, label.Thing{Name: l.contract.Of(contract.Object)[i].Name})
	}
	for _, s := range samples {
		t.Seconds = append(t.Seconds, float64(s.time-samples[0].time)/1e9)
		t.Instruction = append(t.Instruction, s.instruction)
		if seen {
			t.Hand = append(t.Hand, [3]float64{float64(s.proprio[hand[0]]), float64(s.proprio[hand[1]]), float64(s.proprio[hand[2]])})
		}
		if opens {
			t.Opening = append(t.Opening, float64(s.proprio[opening[0]]))
		}
		if grips {
			t.Grip = append(t.Grip, float64(s.actions[grip[0]]))
		}
		if v, ok := speed(shape, s); ok {
			t.Speed = append(t.Speed, v)
		}
		for i, at := range s.objects {
			t.Things[i].At = append(t.Things[i].At, at)
		}
	}
	return t
}

// speed is how fast the first action of a sample moves the hand: m/s along x y z, and
// rad/s about z where that is an action.
func speed(shape Shape, s sample) (v [4]float64, ok bool) {
	for axis, name := range []string{"x", "y", "z", "yaw"} {
		i, there := indexes(shape.Action, name)
		displaces := there && (shape.Action[i[0]].Kind == contract.Velocity || shape.Action[i[0]].Kind == contract.Difference)
		if displaces {
			v[axis], ok = float64(s.actions[i[0]])*shape.Rate, true
		} else if axis < 3 {
			return v, false
		}
	}
	return v, ok && !math.IsNaN(v[0])
}

// indexes finds numbers by name.
func indexes(numbers []Number, names ...string) (at []int, ok bool) {
	for _, name := range names {
		i := slices.IndexFunc(numbers, func(n Number) bool { return n.Name == name })
		if i < 0 {
			return nil, false
		}
		at = append(at, i)
	}
	return at, true
}
