package contract

import (
	"fmt"
	"math"
	"slices"
	"strings"
)

// Validate says what is wrong with c, with the topic's line in the file.
func (c *Contract) Validate() error {
	e := &c.Episodes
	switch {
	case !(c.Rate > 0 && c.Rate <= 1000):
		return fmt.Errorf("rate is %g Hz: want more than 0, at most 1000", c.Rate)
	case c.Chunk < 1 || c.Chunk > 1000:
		return fmt.Errorf("chunk is %d: want 1 to 1000", c.Chunk)
	case c.Clock != Stamp && c.Clock != Receipt:
		return fmt.Errorf("clock is %q: want stamp or receipt", c.Clock)
	case !slices.Contains([]Split{Auto, ByMarker, ByInstruction, ByGap}, e.Split):
		return fmt.Errorf("episodes.split is %q: want auto, marker, instruction or gap", e.Split)
	case e.Gap <= 0 || e.Longest <= 0 || e.Frozen < 0:
		return fmt.Errorf("episodes: gap %v, longest %v, frozen %v: the first two must be more than 0, no time negative", e.Gap, e.Longest, e.Frozen)
	case !(e.Still >= 0) || !(e.Misaligned >= 0 && e.Misaligned <= 1):
		return fmt.Errorf("episodes: still %g, misaligned %g: want at least 0, and 0 to 1", e.Still, e.Misaligned)
	}
	if err := c.Thoughts.validate(); err != nil {
		return err
	}
	for i := range c.Topics {
		if err := c.Topics[i].validate(); err != nil {
			return c.at(i, err)
		}
	}
	return c.validateTogether()
}

// at says where a topic is.
func (c *Contract) at(i int, err error) error {
	where := fmt.Sprintf("topic %d", i+1)
	if c.Topics[i].Topic != "" {
		where = "topic " + c.Topics[i].Topic
	}
	if i < len(c.lines) {
		where = fmt.Sprintf("line %d: %s", c.lines[i], where)
	}
	return fmt.Errorf("%s: %w", where, err)
}

func (t *Thoughts) validate() error {
	for _, s := range t.Sources {
		if !slices.Contains([]string{"oracle", "human", "model"}, s) {
			return fmt.Errorf("thoughts.sources holds %q: want oracle, human or model", s)
		}
	}
	for _, s := range t.Make {
		if !slices.Contains([]string{"sub", "target", "ee", "move", "grip"}, s) {
			return fmt.Errorf("thoughts.make holds %q: want sub, target, ee, move or grip", s)
		}
		if (s == "target" || s == "ee") && t.View == nil {
			return fmt.Errorf("thoughts.make holds %s, which needs thoughts.view: say where the first camera stands", s)
		}
	}
	if v := t.View; v != nil && (v.Topic == "" || v.Orientation == [4]float64{}) {
		return fmt.Errorf("thoughts.view needs a topic (sensor_msgs/CameraInfo) and an orientation (x y z w)")
	}
	return nil
}

// validate checks one topic by itself.
func (t *Topic) validate() error {
	if !strings.HasPrefix(t.Topic, "/") {
		return fmt.Errorf("topic is %q: write the whole name, from its slash on", t.Topic)
	}
	switch t.Role {
	case Image:
		return t.validateImage()
	case Proprio, Object:
		if t.Role == Object && t.Name == "" {
			return fmt.Errorf("an object needs a name, such as red cube")
		}
		return firstOf(t.validateAlign(), t.validateFeatures())
	case Action:
		if !slices.Contains([]Kind{Velocity, Target, Difference, State}, t.Kind) {
			return fmt.Errorf("kind is %q: want velocity, target, difference or state", t.Kind)
		}
		if t.Hold < 0 {
			return fmt.Errorf("hold is %v: want more than 0", t.Hold)
		}
		return t.validateFeatures()
	case Instruction, Task, Thought, Episode:
		if len(t.Features) > 0 {
			return fmt.Errorf("role %s takes a text (field), no features", t.Role)
		}
		return nil
	}
	return fmt.Errorf("role is %q: want image, proprio, action, instruction, thought, episode, task or object", t.Role)
}

const maxSide = 1 << 15 // pixels, as imagemsg

func (t *Topic) validateImage() error {
	inside := t.Crop[0] >= 0 && t.Crop[1] >= 0 && t.Crop[2] <= 1 && t.Crop[3] <= 1
	switch {
	case t.Name == "":
		return fmt.Errorf("a camera needs a name")
	case t.Width < 1 || t.Height < 1 || t.Width > maxSide || t.Height > maxSide:
		return fmt.Errorf("width and height are %dx%d: want 1 to %d pixels each", t.Width, t.Height, maxSide)
	case !inside || !(t.Crop[0] < t.Crop[2]) || !(t.Crop[1] < t.Crop[3]):
		return fmt.Errorf("crop is %v: want left, top, right, bottom between 0 and 1", t.Crop)
	}
	return t.validateAlign()
}

func (t *Topic) validateAlign() error {
	switch {
	case !slices.Contains([]Align{Hold, Nearest, Interpolate}, t.Align):
		return fmt.Errorf("align is %q: want hold, nearest or interpolate", t.Align)
	case t.Align == Interpolate && t.Role == Image:
		return fmt.Errorf("images cannot be interpolated: align them by hold or nearest")
	case t.Tolerance < 0 || t.Gap < 0:
		return fmt.Errorf("tolerance %v, gap %v: no time may be negative", t.Tolerance, t.Gap)
	}
	return nil
}

func (t *Topic) validateFeatures() error {
	if len(t.Features) == 0 {
		return fmt.Errorf("it has no features: say which numbers to take")
	}
	for _, f := range t.Features {
		switch {
		case f.Name == "" || len(f.Field) == 0 || slices.Contains(f.Field, ""):
			return fmt.Errorf("feature %q: a feature needs a name and a field", f.Name)
		case !slices.Contains([]string{"", "roll", "pitch", "yaw"}, f.As):
			return fmt.Errorf("feature %s: as is %q: want roll, pitch or yaw", f.Name, f.As)
		case f.As != "" && len(f.Field) > 1:
			return fmt.Errorf("feature %s: there is no mean of angles: name one field", f.Name)
		case f.Span != nil && (f.Span[0] == f.Span[1] || math.IsInf(f.Span[0]-f.Span[1], 0) || math.IsNaN(f.Span[0]-f.Span[1])):
			return fmt.Errorf("feature %s: span %v: want two different numbers", f.Name, *f.Span)
		}
	}
	return nil
}

// validateTogether checks the topics as a whole.
func (c *Contract) validateTogether() error {
	for _, role := range []Role{Image, Action} {
		if len(c.Of(role)) == 0 {
			return fmt.Errorf("no topic has the role %s: a sample needs an image and an action", role)
		}
	}
	for _, role := range []Role{Instruction, Thought, Episode, Task} {
		if len(c.Of(role)) > 1 {
			return fmt.Errorf("%d topics have the role %s: want one", len(c.Of(role)), role)
		}
	}
	if len(c.Of(Instruction)) == 0 && c.Episodes.Instruction == "" && c.Thoughts.Annotations == "" {
		return fmt.Errorf("no topic has the role instruction: without one, say it in episodes.instruction")
	}
	if c.Of(Image)[0].Optional {
		return fmt.Errorf("topic %s: the first camera cannot be optional: samples stand at the times of its images", c.Of(Image)[0].Topic)
	}
	for _, role := range []Role{Image, Proprio, Action, Object} {
		seen := map[string]bool{}
		for i, t := range c.Topics {
			if t.Role != role {
				continue
			}
			for _, name := range t.names() {
				if seen[name] {
					return c.at(i, fmt.Errorf("a second %s is named %s: names tell them apart", role, name))
				}
				seen[name] = true
			}
		}
	}
	return nil
}

func (t *Topic) names() []string {
	if t.Role == Image || t.Role == Object {
		return []string{t.Name}
	}
	var names []string
	for _, f := range t.Features {
		names = append(names, f.Name)
	}
	return names
}

func firstOf(first, second error) error {
	if first != nil {
		return first
	}
	return second
}
