package pretrained

import (
	"errors"
	"fmt"
	"maps"
	"slices"

	"hyt/policy/tokenizer"
	"hyt/trainer/model"
)

// Report says what became of both sides' arrays, by name, sorted.
type Report struct {
	Loaded []string // ours that were filled
	Drawn  []string // ours that the map does not name: they stay as they were drawn
	Unused []string // theirs that no entry of the map names
	Tokens int      // of our vocabulary, that have a row of theirs
}

// Load fills w from the file by the map. Nothing is changed unless every array that
// the map names is there and has our shape; the error lists all that do not. An
// array of ours that counts tokens (embed, head.w) takes the rows of those tokens
// that both vocabularies have.
func Load(w *model.Weights, t *tokenizer.Tokenizer, f *File, n Names) (Report, error) {
	var r Report
	var problems []error
	used := map[string]bool{}
	values := make([][]float32, len(w.Params))
	for i, p := range w.Params {
		source, ok := n.of(p.Name)
		if !ok {
			if !p.Frozen {
				r.Drawn = append(r.Drawn, p.Name)
			}
			continue
		}
		used[source.From] = true
		v, known, err := take(w.Tensor[i].F32, p, t, f, n, source)
		if err != nil {
			problems = append(problems, fmt.Errorf("%s: %w", p.Name, err))
			continue
		}
		r.Tokens = max(r.Tokens, known)
		values[i] = v
		r.Loaded = append(r.Loaded, p.Name)
	}
	for ours := range n.Arrays {
		if !slices.ContainsFunc(w.Params, func(p model.Param) bool { return names(ours, p.Name) }) {
			problems = append(problems, fmt.Errorf("arrays.%s: the model has no such array", ours))
		}
	}
	if len(problems) > 0 {
		return Report{}, fmt.Errorf("pretrained weights: %w", errors.Join(problems...))
	}
	for i, v := range values {
		copy(w.Tensor[i].F32, v)
	}
	for _, name := range slices.Sorted(maps.Keys(f.Arrays)) {
		if !used[name] {
			r.Unused = append(r.Unused, name)
		}
	}
	slices.Sort(r.Loaded)
	slices.Sort(r.Drawn)
	return r, nil
}

// names says whether an entry of the map is about one of our arrays.
func names(entry, ours string) bool {
	_, ok := Names{Arrays: map[string]Source{entry: {}}}.of(ours)
	return ok
}

// take reads the array for p in our layout. drawn is what p holds so far. known is
// how many tokens were found.
func take(drawn []float32, p model.Param, t *tokenizer.Tokenizer, f *File, n Names, s Source) (values []float32, known int, err error) {
	a, ok := f.Arrays[s.From]
	if !ok {
		return nil, 0, fmt.Errorf("the file has no array %q", s.From)
	}
	shape := slices.Clone(a.Shape)
	if s.Transpose {
		slices.Reverse(shape)
	}
	counts := p.Rows == model.Tokens || p.Columns == model.Tokens
	if len(shape) != len(p.Dims) || len(shape) > 2 || s.Transpose && len(shape) != 2 {
		return nil, 0, fmt.Errorf("%q has shape %v, ours is %v", s.From, shape, p.Dims)
	}
	for axis, d := range p.Dims {
		ofTokens := axis == 0 && p.Rows == model.Tokens || axis == 1 && p.Columns == model.Tokens
		if shape[axis] != d && !(ofTokens && n.rows != nil) {
			return nil, 0, fmt.Errorf("%q has shape %v, ours is %v", s.From, shape, p.Dims)
		}
	}
	raw, err := f.Floats(s.From)
	if err != nil {
		return nil, 0, err
	}
	if s.Transpose {
		raw = transpose(raw, a.Shape[0], a.Shape[1])
	}
	if !counts || n.rows == nil {
		return raw, 0, nil
	}
	return byToken(drawn, raw, p, shape, t, n)
}

func transpose(x []float32, rows, columns int) []float32 {
	y := make([]float32, len(x))
	for r := range rows {
		for c := range columns {
			y[c*rows+r] = x[r*columns+c]
		}
	}
	return y
}

// byToken puts the vectors of known tokens into what was drawn for ours.
func byToken(drawn, theirs []float32, p model.Param, shape []int, t *tokenizer.Tokenizer, n Names) (values []float32, known int, err error) {
	values = slices.Clone(drawn)
	for id := range t.Size() {
		row, ok := n.row(t.Token(int64(id)))
		if !ok {
			continue
		}
		if p.Rows == model.Tokens {
			if row < 0 || row >= shape[0] {
				return nil, 0, fmt.Errorf("token %q has row %d of %d", t.Token(int64(id)), row, shape[0])
			}
			copy(values[id*p.Dims[1]:][:p.Dims[1]], theirs[row*shape[1]:])
		} else {
			if row < 0 || row >= shape[1] {
				return nil, 0, fmt.Errorf("token %q has row %d of %d", t.Token(int64(id)), row, shape[1])
			}
			for k := range p.Dims[0] {
				values[k*p.Dims[1]+id] = theirs[k*shape[1]+row]
			}
		}
		known++
	}
	return values, known, nil
}
