package contract

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	"gopkg.in/yaml.v3"
)

// Paths is one field path, or a list of which the mean is taken.
type Paths []string

// UnmarshalYAML implements yaml.Unmarshaler.
func (p *Paths) UnmarshalYAML(node *yaml.Node) error {
	if node.Kind == yaml.ScalarNode {
		*p = Paths{node.Value}
		return nil
	}
	var list []string
	if err := node.Decode(&list); err != nil {
		return err
	}
	*p = list
	return nil
}

// Read reads a contract from a file. Errors name the file, and the line where
// there is one.
func Read(path string) (Contract, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return Contract{}, fmt.Errorf("contract: %w", err)
	}
	c, err := Parse(text)
	if err != nil {
		return Contract{}, fmt.Errorf("contract %s: %w", path, err)
	}
	c.path = path
	return c, nil
}

// Parse reads a contract. What it does not say is as in the defaults of
// tabletop.yaml, topics left aside: those must all be there.
func Parse(text []byte) (Contract, error) {
	c := Contract{
		Rate: 10, Chunk: 8, Frame: "base_link", Clock: Stamp,
		Episodes: Episodes{Split: Auto, Gap: time.Second, Longest: 10 * time.Minute, Still: 0.001, Frozen: 2 * time.Second, Misaligned: 0.5},
		Thoughts: Thoughts{Sources: []string{"oracle", "human"}},
	}
	d := yaml.NewDecoder(bytes.NewReader(text))
	d.KnownFields(true)
	if err := d.Decode(&c); err != nil {
		if errors.Is(err, io.EOF) {
			return c, errors.New("it is empty: copy trainer/contract/tabletop.yaml and change it")
		}
		return c, plain(err, text)
	}
	if err := d.Decode(new(yaml.Node)); !errors.Is(err, io.EOF) {
		return c, errors.New("it holds more than one document")
	}
	c.lines = topicLines(text)
	for i := range c.Topics {
		c.Topics[i].complete()
	}
	return c, c.Validate()
}

// complete sets what a topic leaves out.
func (t *Topic) complete() {
	if t.Role == Image && t.Crop == [4]float64{} {
		t.Crop = [4]float64{0, 0, 1, 1}
	}
	if t.Role == Image || t.Role == Proprio || t.Role == Object {
		if t.Align == "" {
			t.Align = Nearest
		}
		if t.Tolerance == 0 {
			t.Tolerance = 20 * time.Millisecond
		}
		if t.Gap == 0 && t.Align == Interpolate {
			t.Gap = 200 * time.Millisecond
		}
	}
	if t.Hold == 0 && (t.Role == Thought || t.Role == Action && t.Kind == Velocity) {
		t.Hold = 500 * time.Millisecond
	}
	if t.Field == "" && (t.Role == Instruction || t.Role == Task) {
		t.Field = "data"
	}
}

var (
	unknownKey = regexp.MustCompile(`line (\d+): field (\S+) not found in type \S+`)
	wrongType  = regexp.MustCompile("line (\\d+): cannot unmarshal !!(\\S+) (`.*` )?into (\\S+)")
)

// plain is a YAML error of a document as one sentence about one line.
func plain(err error, document []byte) error {
	text := err.Error()
	var root yaml.Node
	if strings.Contains(text, "invalid array") && yaml.Unmarshal(document, &root) == nil {
		if err := wrongLength(&root); err != nil { // the library does not say where
			return err
		}
	}
	var several *yaml.TypeError
	if errors.As(err, &several) && len(several.Errors) > 0 {
		text = several.Errors[0]
	}
	text = strings.TrimPrefix(text, "yaml: ")
	if m := unknownKey.FindStringSubmatch(text); m != nil {
		return fmt.Errorf("line %s: there is no key %q: see trainer/contract/tabletop.yaml for those there are", m[1], m[2])
	}
	if m := wrongType.FindStringSubmatch(text); m != nil {
		return fmt.Errorf("line %s: %s%s is no %s", m[1], nodeName(m[2]), strings.TrimSuffix(" "+m[3], " "), typeName(m[4]))
	}
	return errors.New(text)
}

// wrongLength finds the list of numbers that is too long or too short.
func wrongLength(node *yaml.Node) error {
	for i, inner := range node.Content {
		if err := wrongLength(inner); err != nil {
			return err
		}
		if node.Kind != yaml.MappingNode || i%2 == 0 || inner.Kind != yaml.SequenceNode {
			continue
		}
		key := node.Content[i-1].Value
		if n := map[string]int{"crop": 4, "span": 2, "position": 3, "orientation": 4}[key]; n != 0 && n != len(inner.Content) {
			return fmt.Errorf("line %d: %s holds %d numbers: want %d", inner.Line, key, len(inner.Content), n)
		}
	}
	return nil
}

func nodeName(tag string) string {
	switch tag {
	case "map":
		return "a mapping"
	case "seq":
		return "a list"
	}
	return "the value"
}

// typeName is a Go type in words.
func typeName(goType string) string {
	switch {
	case strings.HasPrefix(goType, "[]"), strings.HasPrefix(goType, "["):
		return "list of the right length and kind"
	case strings.Contains(goType, "Duration"):
		return `time (such as "20ms" or "1.5s")`
	case strings.HasPrefix(goType, "float"), goType == "int":
		return "number"
	case goType == "bool":
		return "true or false"
	case goType == "string", strings.HasPrefix(goType, "contract.") && goType == strings.ToLower(goType):
		return "text"
	}
	return "mapping with the keys of trainer/contract/tabletop.yaml"
}

// topicLines are the lines on which the topics start.
func topicLines(text []byte) (lines []int) {
	var doc struct {
		Topics []yaml.Node `yaml:"topics"`
	}
	if yaml.Unmarshal(text, &doc) != nil {
		return nil
	}
	for _, node := range doc.Topics {
		lines = append(lines, node.Line)
	}
	return lines
}

// AnnotationsPath is the annotation file's path, "" without one. It is relative to
// the contract's own folder.
func (c *Contract) AnnotationsPath() string {
	if c.Thoughts.Annotations == "" || filepath.IsAbs(c.Thoughts.Annotations) {
		return c.Thoughts.Annotations
	}
	return filepath.Join(filepath.Dir(c.path), c.Thoughts.Annotations)
}

// Text is the contract in full, all defaults written out: equal texts mean equal
// samples.
func (c *Contract) Text() []byte {
	text, err := yaml.Marshal(c)
	if err != nil {
		panic("contract: " + err.Error()) // it is plain data
	}
	return text
}
