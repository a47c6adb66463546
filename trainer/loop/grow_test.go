package loop

import (
	"slices"
	"strings"
	"testing"

	"hyt/policy/tokenizer"
	"hyt/trainer/engine"
	"hyt/trainer/model"
)

// worded is a small model for a vocabulary.
func worded(t *testing.T, e *engine.Engine, tok *tokenizer.Tokenizer, positions int, seed uint64) *model.Weights {
	t.Helper()
	c := tiny()
	c.Vocab, c.PlaceX, c.PlaceY = tok.Size(), int(tok.ID("<x00>")), int(tok.ID("<y00>"))
	c.Positions = positions
	w, err := model.NewWeights(e, c, seed)
	if err != nil {
		t.Fatal(err)
	}
	return w
}

func goEngine(t *testing.T) *engine.Engine {
	t.Helper()
	e, err := engine.Open(engine.Go)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(e.Close)
	return e
}

// checkpointOf is what another run starts from.
func checkpointOf(w *model.Weights, words []string) *Checkpoint {
	return &Checkpoint{Model: w.Config, Words: words, Average: flat(w)}
}

// column is column at of a matrix with the given width.
func column(matrix []float32, width, at int) []float32 {
	var out []float32
	for i := at; i < len(matrix); i += width {
		out = append(out, matrix[i])
	}
	return out
}

func TestAGrownModelKnowsTheOldWordsByTheirWord(t *testing.T) {
	e := goEngine(t)
	old, more := []string{"push", "red", "cube"}, []string{"push", "red", "cube", "rotate", "apple"}
	was, is := tokenizer.Build(old), tokenizer.Build(more)
	if was.ID("cube") == is.ID("cube") {
		t.Fatal("the test wants a word whose id changes")
	}
	a, b := worded(t, e, was, 6, 1), worded(t, e, is, 9, 2)
	fresh := worded(t, e, is, 9, 2)
	if _, err := checkpointOf(a, old).StartFrom(b, is); err != nil {
		t.Fatal(err)
	}
	d := a.Config.Width
	vector := func(w *model.Weights, tok *tokenizer.Tokenizer, word string) []float32 {
		id := int(tok.ID(word))
		return slices.Concat(w.Get("embed")[id*d:][:d], column(w.Get("head.w"), w.Config.Vocab, id))
	}
	for _, word := range []string{"push", "red", "cube", "<eot>", "<x12>", ";", "<0x41>"} {
		if !slices.Equal(vector(a, was, word), vector(b, is, word)) {
			t.Errorf("the vectors of %q were lost", word)
		}
	}
	for _, word := range []string{"rotate", "apple"} {
		if !slices.Equal(vector(b, is, word), vector(fresh, is, word)) {
			t.Errorf("the vectors of the new word %q are not freshly drawn", word)
		}
	}
	if got, want := b.Get("text.pos"), append(slices.Clone(a.Get("text.pos")), fresh.Get("text.pos")[6*d:]...); !slices.Equal(got, want) {
		t.Error("learned text positions were lost, or new ones not drawn")
	}
	if !slices.Equal(a.Get("layer1.down"), b.Get("layer1.down")) || !slices.Equal(a.Get("norm"), b.Get("norm")) {
		t.Error("other weights were not taken over")
	}
}

func TestAModelThatCannotGrowFromACheckpointSaysWhy(t *testing.T) {
	e := goEngine(t)
	old := []string{"push", "red", "cube"}
	a := worded(t, e, tokenizer.Build(old), 6, 1)
	for _, test := range []struct {
		name      string
		words     []string
		positions int
		want      string
	}{
		{"a word is missing", []string{"push", "red", "rotate"}, 6, `lacks "cube"`},
		{"fewer words", []string{"push"}, 6, "are fewer than"},
		{"fewer positions", old, 5, "are fewer than"},
	} {
		tok := tokenizer.Build(test.words)
		w := worded(t, e, tok, max(test.positions, 6), 1)
		w.Config.Positions = test.positions
		if _, err := checkpointOf(a, old).StartFrom(w, tok); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: error %v, want one with %q", test.name, err, test.want)
		}
	}
}
