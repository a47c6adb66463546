// Package policytest writes a tiny, real model directory, so that tests of all
// that runs a model need no trained weights. Its three ONNX graphs do almost
// nothing, but what they do is known: [Model.Actions] and [Options.Thought] say
// what must come out.
package policytest

import (
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"hyt/policy/spec"
	"hyt/policy/tokenizer"
)

// Options bends the model. The zero value is a sound one.
type Options struct {
	Width, Height int      // of the image, pixels; 0 means 64
	Thought       string   // what the model thinks, no token twice; "" means DefaultThought
	Endless       bool     // the thought starts again instead of ending
	Words         []string // more words of the vocabulary, besides those of the tasks
	Cameras       int      // images of an observation; 0 means 1
	Recurrent     bool     // the state has a fixed size, as a recurrent net's does
	Forgetful     bool     // of a Recurrent model: it keeps nothing but the tokens read last
	Bins          int      // the head chooses among so many bins; 0: it is continuous
	Modes         []string // that it was trained for; nil means act, think and follow
	Gate          bool     // there is a gate: p_think is the first image's mean red, 0..1
	NaN           string   // action dimension that comes out NaN
	Inf           string   // action dimension that comes out infinite
	GateNaN       bool     // what the gate puts out is NaN
	ExtraDims     int      // dimensions too many that the act graph has
	Fragile       bool     // the image graph fails while the gripper's opening is FailAt or more
	Work          int      // needless matrix products in the image graph, about 1 ms each
}

// FailAt is the gripper's opening at which a Fragile model fails.
const FailAt = 4

// DefaultThought is what the model thinks unless it is told otherwise.
const DefaultThought = "target red cube <x10> <y20>;"

// MaxState is the positions that the model's state may have.
const MaxState = 64

// Model is a model directory on disk and the answers that it must give.
type Model struct {
	Dir       string
	Spec      *spec.Spec
	Tokenizer *tokenizer.Tokenizer

	opts Options
}

// New writes a model directory that lives as long as the test.
func New(t testing.TB, o Options) *Model {
	t.Helper()
	m, err := Write(t.TempDir(), o)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// Write writes a model directory to dir, which must exist.
func Write(dir string, o Options) (*Model, error) {
	if o.Width == 0 {
		o.Width = 64
	}
	if o.Height == 0 {
		o.Height = 64
	}
	if o.Cameras == 0 {
		o.Cameras = 1
	}
	if o.Thought == "" {
		o.Thought = DefaultThought
	}
	words := append([]string{"touch push place pick up the left right zone on of red green blue yellow purple orange cube bar cylinder ball",
		"plan sub target ee move grip forward back down turn still open close hold", o.Thought}, o.Words...)
	m := &Model{Dir: dir, Tokenizer: tokenizer.Build(words), opts: o}
	if err := m.scriptable(); err != nil {
		return nil, err
	}
	for name, data := range m.graphs() {
		if err := os.WriteFile(filepath.Join(dir, name), data, 0o644); err != nil {
			return nil, err
		}
	}
	if err := m.Tokenizer.Save(filepath.Join(dir, "tokenizer.json")); err != nil {
		return nil, err
	}
	m.Spec = m.describe()
	return m, m.Spec.Write(dir)
}

func (m *Model) graphs() map[string][]byte {
	g := map[string][]byte{"image.onnx": m.imageGraph(), "extend.onnx": m.extendGraph(), "act.onnx": m.actGraph()}
	if m.opts.Recurrent {
		g["image.onnx"], g["extend.onnx"], g["act.onnx"] = m.recurrentImage(), m.recurrentExtend(), m.recurrentAct()
	}
	if m.opts.Gate {
		g["gate.onnx"] = m.gateGraph()
	}
	return g
}

func (m *Model) describe() *spec.Spec {
	s := m.common()
	for i := range m.opts.Cameras {
		name := "overhead"
		if i > 0 {
			name = fmt.Sprintf("camera%d", i)
		}
		s.Cameras = append(s.Cameras, spec.Camera{Name: name, Width: m.opts.Width, Height: m.opts.Height, Crop: [4]float64{0, 0, 1, 1}})
	}
	if m.opts.Bins > 0 {
		s.Action.Head, s.Action.Bins = spec.Bins, m.opts.Bins
	}
	if m.opts.Gate {
		s.Graphs.Gate = "gate.onnx"
	}
	return s
}

func (m *Model) common() *spec.Spec {
	return &spec.Spec{
		Name:    "policytest",
		Proprio: []string{"x", "y", "z", "yaw", "gripper"},
		Action: spec.Action{
			Names: []string{"x", "y", "z", "yaw", "gripper"},
			Units: []string{"m", "m", "m", "rad", "1"},
			Kind:  spec.EEDelta, Rate: 10, Chunk: chunk, Head: spec.Continuous,
			Q01: []float64{-0.03, -0.03, -0.03, -0.2, 0},
			Q99: []float64{0.03, 0.03, 0.03, 0.2, 1},
		},
		Modes:     m.modes(),
		MaxState:  MaxState,
		Graphs:    spec.Graphs{Image: "image.onnx", Extend: "extend.onnx", Act: "act.onnx"},
		Tokenizer: "tokenizer.json",
		Thought:   spec.Thought{Grammar: spec.Format, MaxTokens: 24},
		Training:  spec.Training{Command: "written by policytest, not trained", Regime: "hyt"},
	}
}

// Actions is the model's answer in the spec's units, chunk x dims, to one image
// (RGB8; several cameras' one after the other), proprioception and the text tokens that were read after them.
func (m *Model) Actions(image []byte, proprio []float32, tokens []int64) [][]float64 {
	var sum [width]float64
	for i, v := range image {
		sum[i%3] += float64(v) / 255 / float64(len(image)/3)
	}
	sum[3]++
	embedding := m.embedding()
	for d := range width {
		sum[d] += float64(proprio[d])
		for _, id := range tokens {
			sum[d] += float64(embedding[int(id)*width+d])
		}
	}
	actions := make([][]float64, chunk)
	for k := range actions {
		for d := range width {
			raw := m.binned(sum[d] / float64(prefix+len(tokens)) * float64(m.gain(k, d)))
			lo, hi := m.Spec.Action.Q01[d], m.Spec.Action.Q99[d]
			actions[k] = append(actions[k], lo+(raw+1)/2*(hi-lo))
		}
	}
	return actions
}

func (m *Model) modes() []string {
	if m.opts.Modes == nil {
		return []string{"act", "think", "follow"}
	}
	return m.opts.Modes
}

// centres are the middles of the bins, -1..1.
func (m *Model) centres() []float32 {
	c := make([]float32, m.opts.Bins)
	for i := range c {
		c[i] = (2*float32(i)+1)/float32(m.opts.Bins) - 1
	}
	return c
}

// binned is what a head of bins makes of a value: the middle of the nearest bin.
func (m *Model) binned(raw float64) float64 {
	if m.opts.Bins == 0 {
		return raw
	}
	centres := m.centres()
	best := float64(centres[0])
	for _, c := range centres {
		if math.Abs(float64(c)-raw) < math.Abs(best-raw) {
			best = float64(c)
		}
	}
	return best
}

// embedding is what the model remembers of each token, within ±0.5.
func (m *Model) embedding() []float32 {
	e := make([]float32, m.Tokenizer.Size()*width)
	for i := range e {
		id, d := i/width, i%width
		e[i] = float32((id*7+d*3)%11-5) / 10
	}
	return e
}

// gain makes each action of a chunk another one.
func (m *Model) gain(k, d int) float32 {
	switch m.common().Action.Names[d] {
	case m.opts.NaN:
		return float32(math.NaN())
	case m.opts.Inf:
		return float32(math.Inf(1))
	}
	return 1 - float32(k)/(2*chunk)
}

// script is the token that comes after each token.
func (m *Model) script() []int64 {
	next := make([]int64, m.Tokenizer.Size())
	for i := range next {
		next[i] = m.Tokenizer.ID(tokenizer.EOT)
	}
	tokens := m.Tokenizer.Encode(m.opts.Thought)
	last := m.Tokenizer.ID(tokenizer.Think)
	for _, id := range tokens {
		next[last], last = id, id
	}
	if m.opts.Endless {
		next[last] = tokens[0]
	}
	return next
}

// scriptable says why the thought cannot be scripted by each token's successor.
func (m *Model) scriptable() error {
	seen := make(map[int64]bool)
	for _, id := range m.Tokenizer.Encode(m.opts.Thought) {
		if seen[id] {
			return fmt.Errorf("policytest: thought %q has %q twice, so it cannot be scripted", strings.TrimSpace(m.opts.Thought), m.Tokenizer.Token(id))
		}
		seen[id] = true
	}
	return nil
}
