package spec

import (
	"fmt"
	"math"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// Values of Action.Kind.
const (
	EEDelta       = "ee_delta"       // displacement of the end effector over one period in base_link; gripper absolute
	JointDelta    = "joint_delta"    // displacement of each joint over one period
	JointPosition = "joint_position" // absolute joint positions
)

// Values of Action.Head.
const (
	Continuous = "continuous"
	Bins       = "bins"
)

// Validate checks everything that can be checked without the files' content. The
// error names the field, what is wrong with it and what would be right.
func (s *Spec) Validate() error {
	for _, check := range []func() error{
		s.checkHeader, s.checkNames, s.checkCameras, s.checkAction, s.checkQuantiles, s.checkText,
	} {
		if err := check(); err != nil {
			return err
		}
	}
	return nil
}

func (s *Spec) checkHeader() error {
	switch {
	case s.Format != Format:
		return fmt.Errorf("format is %q, want %q", s.Format, Format)
	case s.Name == "":
		return fmt.Errorf("name is empty; give the model a name")
	case len(s.Modes) == 0:
		return fmt.Errorf("modes is empty; name at least one of act, think, follow")
	case s.MaxState < 1:
		return fmt.Errorf("max_state is %d; it must be the positions, at least 1, that the state may grow to", s.MaxState)
	}
	if err := distinct("modes", s.Modes); err != nil {
		return err
	}
	for _, m := range s.Modes {
		if m != "act" && m != "think" && m != "follow" {
			return fmt.Errorf("modes has %q; want act, think or follow", m)
		}
	}
	return nil
}

// checkNames checks that the spec's files are listed, with hashes, as plain names.
func (s *Spec) checkNames() error {
	hash := regexp.MustCompile(`^[0-9a-f]{64}$`)
	for _, name := range sortedKeys(s.Files) {
		if name != filepath.Base(name) || name == "." || name == ".." || strings.ContainsAny(name, `/\`) {
			return fmt.Errorf("files has %q; a file must lie in the model directory itself", name)
		}
		if !hash.MatchString(s.Files[name]) {
			return fmt.Errorf("files.%s is %q; want a sha256 as 64 lower-case hex digits", name, s.Files[name])
		}
	}
	for _, ref := range []struct{ field, file string }{
		{"graphs.image", s.Graphs.Image},
		{"graphs.extend", s.Graphs.Extend},
		{"graphs.act", s.Graphs.Act},
		{"tokenizer", s.Tokenizer},
		{"graphs.gate", s.Graphs.Gate},
	} {
		if ref.file == "" && ref.field == "graphs.gate" {
			continue // optional
		}
		if _, ok := s.Files[ref.file]; !ok {
			return fmt.Errorf("%s is %q, which files does not list; add the file and its sha256", ref.field, ref.file)
		}
	}
	return nil
}

func (s *Spec) checkCameras() error {
	if len(s.Cameras) == 0 {
		return fmt.Errorf("cameras is empty; a model needs at least one")
	}
	for i, c := range s.Cameras {
		field := fmt.Sprintf("cameras[%d]", i)
		switch {
		case c.Name == "":
			return fmt.Errorf("%s.name is empty; name the camera", field)
		case c.Width < 1 || c.Height < 1:
			return fmt.Errorf("%s is %d x %d pixels; both must be at least 1", field, c.Width, c.Height)
		case c.Width != s.Cameras[0].Width || c.Height != s.Cameras[0].Height:
			return fmt.Errorf("%s is %d x %d pixels, but cameras[0] is %d x %d; all must have one size", field, c.Width, c.Height, s.Cameras[0].Width, s.Cameras[0].Height)
		}
		l, t, r, b := c.Crop[0], c.Crop[1], c.Crop[2], c.Crop[3]
		if !(0 <= l && l < r && r <= 1 && 0 <= t && t < b && b <= 1) {
			return fmt.Errorf("%s.crop is %v; want left < right and top < bottom within 0..1, [0, 0, 1, 1] for the whole image", field, c.Crop)
		}
	}
	return distinct("proprio", s.Proprio)
}

func (s *Spec) checkAction() error {
	a := s.Action
	switch {
	case len(a.Names) == 0:
		return fmt.Errorf("action.names is empty; name the dimensions")
	case len(a.Units) != len(a.Names):
		return fmt.Errorf("action.units has %d entries for %d names; give each dimension its unit", len(a.Units), len(a.Names))
	case slices.Contains(a.Units, ""):
		return fmt.Errorf("action.units has an empty entry; write \"1\" where there is no unit")
	case !slices.Contains([]string{EEDelta, JointDelta, JointPosition}, a.Kind):
		return fmt.Errorf("action.kind is %q; want %s, %s or %s", a.Kind, EEDelta, JointDelta, JointPosition)
	case !(a.Rate > 0) || math.IsInf(a.Rate, 0):
		return fmt.Errorf("action.rate is %v Hz; it must be positive", a.Rate)
	case a.Chunk < 1:
		return fmt.Errorf("action.chunk is %d; a chunk has at least 1 action", a.Chunk)
	case a.Head != Continuous && a.Head != Bins:
		return fmt.Errorf("action.head is %q; want %s or %s", a.Head, Continuous, Bins)
	case a.Head == Bins && a.Bins < 2:
		return fmt.Errorf("action.bins is %d; a head of bins needs at least 2", a.Bins)
	}
	return distinct("action.names", a.Names)
}

func (s *Spec) checkQuantiles() error {
	a := s.Action
	if len(a.Q01) != len(a.Names) || len(a.Q99) != len(a.Names) {
		return fmt.Errorf("action.q01 has %d and action.q99 %d entries for %d names; give each dimension both", len(a.Q01), len(a.Q99), len(a.Names))
	}
	for i, name := range a.Names {
		lo, hi := a.Q01[i], a.Q99[i]
		if math.IsNaN(lo+hi) || math.IsInf(lo, 0) || math.IsInf(hi, 0) {
			return fmt.Errorf("action.q01 and action.q99 of %q are %v and %v; both must be finite", name, lo, hi)
		}
		if lo >= hi {
			return fmt.Errorf("action.q01 of %q is %v, not below action.q99, %v; widen the range of a dimension that never moves", name, lo, hi)
		}
	}
	return nil
}

func (s *Spec) checkText() error {
	thinks := slices.Contains(s.Modes, "think") || slices.Contains(s.Modes, "follow")
	switch {
	case thinks && s.Thought.Grammar != Format:
		return fmt.Errorf("thought.grammar is %q; want %q", s.Thought.Grammar, Format)
	case slices.Contains(s.Modes, "think") && s.Thought.MaxTokens < 1:
		return fmt.Errorf("thought.max_tokens is %d; a model that thinks needs at least 1", s.Thought.MaxTokens)
	}
	return nil
}

// distinct checks that names are neither empty nor repeated.
func distinct(field string, names []string) error {
	for i, n := range names {
		if n == "" {
			return fmt.Errorf("%s has an empty entry; name each", field)
		}
		if slices.Contains(names[:i], n) {
			return fmt.Errorf("%s has %q twice; each must be there once", field, n)
		}
	}
	return nil
}
