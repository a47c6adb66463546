package label

import (
	"bufio"
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"reflect"
	"slices"

	"hyt/policy/thought"
)

// Annotations are thoughts and instructions for episodes, by time. Its file is JSONL:
// a line is
//
//	{"episode": "touch-7", "from": 0, "to": 1.2, "thought": "sub touch red cube; move left;"}
//
// Times are seconds since the episode's first image; without "to" a line holds until
// the next one, or the end. "instruction" replaces what was said, "bag" tells apart
// episodes of one name. Empty lines count for nothing.
type Annotations struct {
	path     string
	episodes map[key][]note // by time
	used     map[key]bool
}

type key struct{ bag, episode string }

// note is one line.
type note struct {
	line        int
	From        float64
	To          float64
	Thought     string
	Instruction string
}

// entry is a line as it is written; nil where it says nothing.
type entry struct {
	Episode     *string  `json:"episode"`
	Bag         string   `json:"bag"`
	From        float64  `json:"from"`
	To          *float64 `json:"to"`
	Thought     string   `json:"thought"`
	Instruction string   `json:"instruction"`
}

// longestLine bounds a line, bytes.
const longestLine = 1 << 20

// ReadAnnotations reads an annotation file. An error names the file and the line.
func ReadAnnotations(path string) (*Annotations, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("annotations: %w", err)
	}
	defer f.Close()
	a, err := ParseAnnotations(f)
	if err != nil {
		return nil, fmt.Errorf("annotations %s: %w", path, err)
	}
	a.path = path
	return a, nil
}

// ParseAnnotations is ReadAnnotations of what r holds. An error names the line.
func ParseAnnotations(r io.Reader) (*Annotations, error) {
	a := &Annotations{episodes: map[key][]note{}, used: map[key]bool{}}
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, longestLine)
	n := 0
	for lines.Scan() {
		n++
		text := bytes.TrimSpace(bytes.TrimPrefix(lines.Bytes(), []byte("\xef\xbb\xbf")))
		if len(text) == 0 {
			continue
		}
		if err := a.add(n, text); err != nil {
			return nil, fmt.Errorf("line %d: %w", n, err)
		}
	}
	if err := lines.Err(); errors.Is(err, bufio.ErrTooLong) {
		return nil, fmt.Errorf("line %d: it is longer than %d bytes", n+1, longestLine)
	} else if err != nil {
		return nil, err
	}
	return a, a.order()
}

func (a *Annotations) add(line int, text []byte) error {
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	e := entry{}
	if err := d.Decode(&e); err != nil {
		return plain(err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return errors.New("more than one JSON value: write one a line")
	}
	one := note{line: line, From: e.From, To: math.Inf(1), Thought: e.Thought, Instruction: e.Instruction}
	if e.To != nil {
		one.To = *e.To
	}
	switch {
	case e.Episode == nil || *e.Episode == "":
		return errors.New(`"episode" is missing: name the episode that it is about`)
	case e.Thought == "" && e.Instruction == "":
		return errors.New(`it holds neither "thought" nor "instruction"`)
	case one.From < 0 || !(one.To > one.From):
		return fmt.Errorf("from %g to %g s: want times since the episode's start, the second one later", one.From, one.To)
	}
	t, err := thought.Parse(e.Thought)
	if err != nil {
		return err
	}
	one.Thought = t.String()
	k := key{e.Bag, *e.Episode}
	a.episodes[k] = append(a.episodes[k], one)
	return nil
}

// plain is a JSON error without Go's own words.
func plain(err error) error {
	var typ *json.UnmarshalTypeError
	var syntax *json.SyntaxError
	switch {
	case errors.As(err, &typ):
		want := "a text"
		if typ.Type.Kind() == reflect.Float64 {
			want = "a number"
		}
		return fmt.Errorf("%q is a %s: want %s", typ.Field, typ.Value, want)
	case errors.As(err, &syntax), errors.Is(err, io.ErrUnexpectedEOF):
		return fmt.Errorf("it is no JSON (%v)", err)
	}
	return fmt.Errorf("%v: known are episode, bag, from, to, thought, instruction", err)
}

// order sorts the notes of each episode and refuses those that overlap.
func (a *Annotations) order() error {
	for k, notes := range a.episodes {
		slices.SortFunc(notes, func(x, y note) int { return cmp.Or(cmp.Compare(x.From, y.From), cmp.Compare(x.line, y.line)) })
		for i := range notes[:len(notes)-1] {
			next := notes[i+1]
			if math.IsInf(notes[i].To, 1) && next.From > notes[i].From {
				notes[i].To = next.From
			}
			if notes[i].To > next.From {
				return fmt.Errorf("line %d: it overlaps line %d, both about episode %s", max(next.line, notes[i].line), min(next.line, notes[i].line), k.episode)
			}
		}
	}
	return nil
}

// At is what the file says about a time of an episode, seconds since its first image;
// "" where it says nothing.
func (a *Annotations) At(bag, episode string, seconds float64) (thought, instruction string) {
	for _, k := range []key{{bag, episode}, {"", episode}} {
		notes := a.episodes[k]
		if len(notes) > 0 {
			a.used[k] = true
		}
		for _, n := range notes {
			if n.From <= seconds && seconds < n.To {
				return n.Thought, n.Instruction
			}
		}
	}
	return "", ""
}

// Unused are the episodes that the file tells of and nobody asked for, by name.
func (a *Annotations) Unused() (names []string) {
	for k := range a.episodes {
		if !a.used[k] {
			names = append(names, k.episode)
		}
	}
	slices.Sort(names)
	return names
}
