package pretrained

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"hyt/policy/tokenizer"
	"hyt/trainer/engine"
	"hyt/trainer/model"
)

// entry is one array for a file of the tests.
type entry struct {
	name  string
	dtype string
	shape []int
	data  []byte
}

func floats(name string, shape []int, values ...float32) entry {
	e := entry{name: name, dtype: "F32", shape: shape}
	for _, v := range values {
		e.data = binary.LittleEndian.AppendUint32(e.data, math.Float32bits(v))
	}
	return e
}

// counting is a matrix of 0, 1, 2 … in row-major order.
func counting(name string, rows, columns int) entry {
	values := make([]float32, rows*columns)
	for i := range values {
		values[i] = float32(i)
	}
	return floats(name, []int{rows, columns}, values...)
}

// file is the arrays in the safetensors format.
func file(entries ...entry) []byte {
	header := map[string]any{"__metadata__": map[string]string{"format": "pt"}}
	var data []byte
	for _, e := range entries {
		header[e.name] = map[string]any{"dtype": e.dtype, "shape": e.shape, "data_offsets": []int{len(data), len(data) + len(e.data)}}
		data = append(data, e.data...)
	}
	raw, err := json.Marshal(header)
	if err != nil {
		panic(err) // plain maps
	}
	out := binary.LittleEndian.AppendUint64(nil, uint64(len(raw)))
	return append(append(out, raw...), data...)
}

func open(t *testing.T, raw []byte) *File {
	t.Helper()
	f, err := parse(bytes.NewReader(raw), int64(len(raw)))
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func TestNumbersOfAllTypesAreRead(t *testing.T) {
	f := open(t, file(
		floats("f32", []int{2}, 1.5, -2),
		entry{"f16", "F16", []int{5}, []byte{0x00, 0x3c, 0x00, 0xc0, 0x01, 0x00, 0x00, 0x7c, 0xff, 0x7b}},
		entry{"bf16", "BF16", []int{2}, []byte{0xc0, 0x3f, 0x00, 0xc0}},
		entry{"f64", "F64", []int{1}, binary.LittleEndian.AppendUint64(nil, math.Float64bits(0.25))},
		entry{"ids", "I64", []int{1}, make([]byte, 8)},
	))
	for name, want := range map[string][]float32{
		"f32": {1.5, -2}, "f16": {1, -2, 5.9604645e-8, float32(math.Inf(1)), 65504}, "bf16": {1.5, -2}, "f64": {0.25},
	} {
		if got, err := f.Floats(name); err != nil || !slices.Equal(got, want) {
			t.Errorf("%s: %v, %v; want %v", name, got, err, want)
		}
	}
	if _, err := f.Floats("ids"); err == nil || !strings.Contains(err.Error(), "of type I64") {
		t.Errorf("integers as weights: %v", err)
	}
}

func TestBrokenFilesAreRefused(t *testing.T) {
	whole := file(floats("a", []int{2}, 1, 2))
	header := func(text string) []byte {
		return append(binary.LittleEndian.AppendUint64(nil, uint64(len(text))), text...)
	}
	for name, test := range map[string]struct {
		raw  []byte
		want string
	}{
		"nothing":              {nil, "too short"},
		"a cut header":         {whole[:20], "header would have"},
		"cut data":             {whole[:len(whole)-1], "outside the file"},
		"another format":       {[]byte("PK\x03\x04 a zip archive, this"), "header would have"},
		"no JSON":              {header("{]"), "no JSON object"},
		"too few bytes":        {append(header(`{"a":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}}`), make([]byte, 8)...), "8 bytes are not [3] of type F32"},
		"an absurd shape":      {header(`{"a":{"dtype":"F32","shape":[4611686018427387904,4611686018427387904],"data_offsets":[0,0]}}`), "does not fit"},
		"a negative offset":    {header(`{"a":{"dtype":"F32","shape":[1],"data_offsets":[-4,0]}}`), "outside the file"},
		"arrays that overlap":  {append(header(`{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"b":{"dtype":"F32","shape":[1],"data_offsets":[2,6]}}`), make([]byte, 8)...), "overlap"},
		"a list for an object": {header(`{"a":[1]}`), "its entry is [1]"},
	} {
		if _, err := parse(bytes.NewReader(test.raw), int64(len(test.raw))); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: error %v, want one with %q", name, err, test.want)
		}
	}
}

// weights of a small model with the words "red" and "cube".
func weights(t *testing.T) (*model.Weights, *tokenizer.Tokenizer) {
	t.Helper()
	e, err := engine.Open(engine.Go)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(e.Close)
	tok := tokenizer.Build([]string{"red cube"})
	c := model.Config{Backbone: model.Transformer, Stem1: 32, Stem2: 64, Positions: 56, Text: 56, Cameras: 1, Proprio: 5, Chunk: 8, Dims: 5}
	c.Vocab, c.PlaceX, c.PlaceY = tok.Size(), int(tok.ID("<x00>")), int(tok.ID("<y00>"))
	c.Width, c.Heads, c.Layers, c.Hidden = 4, 1, 2, 6
	w, err := model.NewWeights(e, c, 1)
	if err != nil {
		t.Fatal(err)
	}
	return w, tok
}

func TestArraysFollowTheMapOfNames(t *testing.T) {
	w, tok := weights(t)
	dir := t.TempDir()
	path := filepath.Join(dir, "names.yaml")
	for name, text := range map[string]string{
		"names.yaml": `
arrays:
  layer{i}.up: {from: "blocks.{i}.mlp.weight", transpose: true}
  norm: {from: final.weight}
  embed: {from: wte}
  head.w: {from: lm_head, transpose: true}
tokens: vocab.json
marks: ["Ġ"]
`,
		"vocab.json": `{"Ġred": 2, "blue": 0}`,
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	n, err := ReadNames(path)
	if err != nil {
		t.Fatal(err)
	}
	f := open(t, file(counting("blocks.0.mlp.weight", 6, 4), counting("blocks.1.mlp.weight", 6, 4),
		floats("final.weight", []int{4}, 9, 8, 7, 6), counting("wte", 3, 4), counting("lm_head", 3, 4), counting("rotary", 1, 1)))
	cube := slices.Clone(w.Get("embed")[tok.ID("cube")*4:][:4])
	r, err := Load(w, tok, f, n)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := w.Get("layer1.up"), []float32{0, 4, 8, 12, 16, 20, 1}; !slices.Equal(got[:7], want) {
		t.Errorf("layer1.up starts %v, want the first column of theirs, %v", got[:7], want)
	}
	if got := w.Get("norm"); !slices.Equal(got, []float32{9, 8, 7, 6}) {
		t.Errorf("norm %v", got)
	}
	if got := w.Get("embed")[tok.ID("red")*4:][:4]; !slices.Equal(got, []float32{8, 9, 10, 11}) {
		t.Errorf("red is %v, want their row 2", got)
	}
	if got := w.Get("embed")[tok.ID("cube")*4:][:4]; !slices.Equal(got, cube) {
		t.Errorf("a word that they do not have became %v", got)
	}
	if got := w.Get("head.w")[w.Config.Vocab+int(tok.ID("red"))]; got != 9 {
		t.Errorf("the second output weight of red is %v, want 9", got)
	}
	if !slices.Equal(r.Loaded, []string{"embed", "head.w", "layer0.up", "layer1.up", "norm"}) || !slices.Equal(r.Unused, []string{"rotary"}) || r.Tokens != 1 {
		t.Errorf("report %+v", r)
	}
	if !slices.Contains(r.Drawn, "layer0.q") || slices.Contains(r.Drawn, "norm") {
		t.Errorf("drawn %v", r.Drawn)
	}
}

func TestEveryMismatchIsNamedAndNothingChanges(t *testing.T) {
	w, tok := weights(t)
	before := slices.Clone(w.Get("norm"))
	n := Names{Arrays: map[string]Source{
		"norm":         {From: "norm"},
		"layer0.q":     {From: "none"},
		"layer0.down":  {From: "down"},
		"embed":        {From: "wte"},
		"layer0.wings": {From: "norm"},
	}}
	_, err := Load(w, tok, open(t, file(floats("norm", []int{4}, 1, 2, 3, 4), counting("down", 4, 6), counting("wte", 3, 4))), n)
	if err == nil {
		t.Fatal("loaded")
	}
	for _, want := range []string{`layer0.q: the file has no array "none"`, `layer0.down: "down" has shape [4 6], ours is [6 4]`,
		`embed: "wte" has shape [3 4]`, "arrays.layer0.wings: the model has no such array"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("error %v\nlacks %q", err, want)
		}
	}
	if !slices.Equal(w.Get("norm"), before) {
		t.Error("a load that failed changed weights")
	}
}

func TestMapsThatAreRefused(t *testing.T) {
	for text, want := range map[string]string{
		"arrays: {}":                  "arrays is empty",
		"arrays: {a: {}}":             "arrays.a.from is empty",
		"arrays: {'a{i}': {from: b}}": "one of the two names only",
		"rows: 3":                     "field rows not found",
	} {
		if _, err := parseNames([]byte(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: error %v, want one with %q", text, err, want)
		}
	}
}

func FuzzParseNeverPanicsNorReadsOutside(f *testing.F) {
	f.Add(file(floats("a", []int{2}, 1, 2), counting("b", 2, 2)))
	f.Add([]byte{8, 0, 0, 0, 0, 0, 0, 0, '{', '}', ' ', ' ', ' ', ' ', ' ', ' '})
	f.Fuzz(func(t *testing.T, raw []byte) {
		s, err := parse(bytes.NewReader(raw), int64(len(raw)))
		if err != nil {
			return
		}
		for name, a := range s.Arrays {
			n := 1
			for _, d := range a.Shape {
				n *= d
			}
			if values, err := s.Floats(name); err == nil && len(values) != n {
				t.Errorf("%q of shape %v has %d values", name, a.Shape, len(values))
			}
		}
	})
}

func FuzzParseNamesNeverPanics(f *testing.F) {
	f.Add([]byte("arrays: {a: {from: b}}\nmarks: [x]"))
	f.Fuzz(func(_ *testing.T, raw []byte) {
		if n, err := parseNames(raw); err == nil {
			n.of("layer0.q")
			n.row("red")
		}
	})
}
