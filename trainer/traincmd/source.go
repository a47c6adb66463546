package traincmd

import (
	"slices"

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

type hybridSource struct{ maker *hybrid.Maker }

func (s hybridSource) Row(index int) (model.Row, string, error) {
	row, mode, err := s.maker.Row(index)
	return row, string(mode), err
}

func groundMaker(t *tokenizer.Tokenizer, c Config) (*ground.Maker, error) {
	scenes, err := ground.NewRendered()
	if err != nil {
		return nil, err
	}
	return &ground.Maker{Scenes: scenes, Tokenizer: t, Seed: c.Seed, Jitter: c.Jitter}, nil
}

// instructions are those of the set, each once, for the vocabulary of a model
// that starts from noise.
func instructions(s *data.Set) []string {
	set := map[string]bool{}
	var list []string
	for i := range s.Len() {
		if text := s.At(i).Instruction; !set[text] {
			set[text] = true
			list = append(list, text)
		}
	}
	slices.Sort(list)
	return list
}
