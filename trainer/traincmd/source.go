package traincmd

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"hyt/policy/tokenizer"
	"hyt/trainer/data"
	"hyt/trainer/ground"
	"hyt/trainer/hybrid"
	"hyt/trainer/model"
)

// groundSource and hybridSource let the loop draw from the makers.
type groundSource struct{ maker *ground.Maker }

func (s groundSource) Row(index int) (model.Row, string, error) {
	row, kind, err := s.maker.Row(index)
	return row, string(kind), err
}

func (groundSource) Texts() []int { return []int{ground.TextLength} }

type hybridSource struct {
	maker *hybrid.Maker
	texts []int
}

// hybridRows is the source of a maker; to measure all texts takes a moment.
func hybridRows(m *hybrid.Maker) hybridSource { return hybridSource{m, m.Texts()} }

func (s hybridSource) Texts() []int { return s.texts }

func (s hybridSource) Row(index int) (model.Row, string, error) {
	row, mode, err := s.maker.Row(index)
	return row, string(mode), err
}

func groundMaker(t *tokenizer.Tokenizer, c Config) (*ground.Maker, error) {
	scenes, err := ground.NewRendered()
	if err != nil {
		return nil, err
	}
	augment := c.Augment
	augment.Shift = 0
	return &ground.Maker{Scenes: scenes, Tokenizer: t, Seed: c.Seed, Augment: augment}, nil
}

// texts are the set's instructions and thoughts, each once, for the vocabulary.
func texts(s *data.Set) []string {
	set := map[string]bool{}
	for i := range s.Len() {
		instruction, thought := s.Text(i)
		set[instruction], set[thought] = true, true
	}
	return slices.Sorted(maps.Keys(set))
}

// hashes is one short text for the bags' hashes, in any order.
func hashes(byBag map[string]string) string {
	sums := slices.Sorted(maps.Values(byBag))
	for i, s := range sums {
		sums[i] = s[:min(16, len(s))]
	}
	return fmt.Sprintf("%d bags: %s", len(sums), strings.Join(sums, " "))
}
