package pretrained

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"gopkg.in/yaml.v3"
)

// Names is the map of names, a YAML file:
//
//	arrays:
//	  layer{i}.q: {from: "model.layers.{i}.self_attn.q_proj.weight", transpose: true}
//	  norm: {from: model.norm.weight}
//	  embed: {from: model.embed_tokens.weight}
//	tokens: vocab.json   # their tokens' rows, for arrays that count tokens
//	marks: ["▁", "Ġ"]    # what their tokens begin with at the start of a word
//
// "{i}" stands for 0, 1, 2 … as far as our model has such arrays.
type Names struct {
	Arrays map[string]Source `yaml:"arrays"`
	Tokens string            `yaml:"tokens"` // JSON object: token → row; beside the map
	Marks  []string          `yaml:"marks"`

	rows map[string]int
}

// Source says which array of the file becomes one of ours.
type Source struct {
	From      string `yaml:"from"`
	Transpose bool   `yaml:"transpose"` // theirs is [out, in], ours [in, out]
}

// index is what stands for a number in names.
const index = "{i}"

// ReadNames reads a map of names.
func ReadNames(path string) (Names, error) {
	raw, err := os.ReadFile(path)
	if err != nil {
		return Names{}, fmt.Errorf("map of names: %w", err)
	}
	n, err := parseNames(raw)
	if err != nil {
		return n, fmt.Errorf("map of names %s: %w", path, err)
	}
	if n.Tokens == "" {
		return n, nil
	}
	raw, err = os.ReadFile(filepath.Join(filepath.Dir(path), n.Tokens))
	if err != nil {
		return n, fmt.Errorf("map of names %s: tokens: %w", path, err)
	}
	if err := json.Unmarshal(raw, &n.rows); err != nil {
		return n, fmt.Errorf("map of names %s: %s is no JSON object of rows by token: %w", path, n.Tokens, err)
	}
	return n, nil
}

func parseNames(raw []byte) (Names, error) {
	var n Names
	d := yaml.NewDecoder(bytes.NewReader(raw))
	d.KnownFields(true)
	if err := d.Decode(&n); err != nil {
		return n, err
	}
	if len(n.Arrays) == 0 {
		return n, errors.New("arrays is empty: say which of theirs become which of ours")
	}
	for ours, s := range n.Arrays {
		if s.From == "" {
			return n, fmt.Errorf("arrays.%s.from is empty: name the array of the file", ours)
		}
		if strings.Contains(ours, index) != strings.Contains(s.From, index) {
			return n, fmt.Errorf("arrays.%s is from %q: %s stands in one of the two names only", ours, s.From, index)
		}
	}
	return n, nil
}

// of finds where our array comes from.
func (n Names) of(ours string) (Source, bool) {
	if s, ok := n.Arrays[ours]; ok {
		return s, true
	}
	for pattern, s := range n.Arrays {
		before, after, ok := strings.Cut(pattern, index)
		if !ok || !strings.HasPrefix(ours, before) || !strings.HasSuffix(ours, after) || len(ours) <= len(before)+len(after) {
			continue
		}
		number := ours[len(before) : len(ours)-len(after)]
		if strings.Trim(number, "0123456789") == "" {
			s.From = strings.ReplaceAll(s.From, index, number)
			return s, true
		}
	}
	return Source{}, false
}

// row is the row of theirs for one of our tokens.
func (n Names) row(token string) (int, bool) {
	for _, mark := range append(append([]string{}, n.Marks...), "") {
		if row, ok := n.rows[mark+token]; ok {
			return row, true
		}
	}
	return 0, false
}
