package policy

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"hyt/policy/onnx"
	"hyt/policy/spec"
	"hyt/policy/tokenizer"
)

// Options says how an engine runs. The zero value is good.
type Options = onnx.Options

// Engine is a model directory, verified and ready to run. Its graphs serve the
// policy and the thinker; both may call it at the same time, and turn says who
// runs first.
type Engine struct {
	spec      *spec.Spec
	tokenizer *tokenizer.Tokenizer
	sha256    string

	turn    *turn
	closed  bool                 // held by turn, as is all down to actions
	image   *onnx.Graph          // images, proprio -> state
	extend  *onnx.Graph          // state, tokens -> state, logits
	act     *onnx.Graph          // state -> actions
	images  *onnx.Tensor         // uint8 [1, cameras, height, width, 3]
	proprio *onnx.Tensor         // float32 [1, proprio], nil where unused
	tokens  map[int]*onnx.Tensor // int64 [1, n], by n
	logits  *onnx.Tensor         // float32 [1, vocabulary]
	actions *onnx.Tensor         // float32 [1, chunk, dims]
	imageIn []*onnx.Tensor       // images and proprio in the graph's order
	latest  struct {             // the policy's last frame, for the thinker
		sync.Mutex
		frame *Frame
	}

	prefills atomic.Int64
	shared   atomic.Int64
}

// Open verifies the model directory dir, loads its graphs and checks them against
// the spec. The caller closes the engine. Errors are one sentence: what is wrong,
// where, and what to do.
func Open(dir string, o Options) (*Engine, error) {
	s, err := spec.Load(dir)
	if err != nil {
		return nil, err
	}
	e := &Engine{spec: s, turn: newTurn(), tokens: make(map[int]*onnx.Tensor)}
	if e.sha256, err = spec.Hash(dir); err != nil {
		return nil, err
	}
	if e.tokenizer, err = tokenizer.Load(filepath.Join(dir, s.Tokenizer)); err != nil {
		return nil, err
	}
	if err := e.openGraphs(dir, o); err != nil {
		e.Close()
		return nil, err
	}
	return e, nil
}

func (e *Engine) openGraphs(dir string, o Options) (err error) {
	for _, g := range []struct {
		graph **onnx.Graph
		file  string
	}{{&e.image, e.spec.Graphs.Image}, {&e.extend, e.spec.Graphs.Extend}, {&e.act, e.spec.Graphs.Act}} {
		if *g.graph, err = onnx.Open(filepath.Join(dir, g.file), o); err != nil {
			return err
		}
	}
	if err := e.checkGraphs(); err != nil {
		return err
	}
	return e.makeTensors()
}

// makeTensors makes the tensors that every step uses again.
func (e *Engine) makeTensors() error {
	for _, p := range e.image.Inputs() {
		dims, tensor := e.imagesDims(), &e.images
		if p.Name == "proprio" {
			dims, tensor = e.proprioDims(), &e.proprio
		}
		var err error
		if *tensor, err = onnx.NewTensor(p.Type, dims...); err != nil {
			return err
		}
		e.imageIn = append(e.imageIn, *tensor)
	}
	var err error
	if e.logits, err = onnx.NewTensor(onnx.Float32, e.logitsDims()...); err != nil {
		return err
	}
	e.actions, err = onnx.NewTensor(onnx.Float32, e.actionsDims()...)
	return err
}

// Spec describes the model: do not modify.
func (e *Engine) Spec() *spec.Spec { return e.spec }

// Tokenizer is the model's.
func (e *Engine) Tokenizer() *tokenizer.Tokenizer { return e.tokenizer }

// SHA256 names the model: the hash, in hex, of its spec.yaml (spec.Hash).
func (e *Engine) SHA256() string { return e.sha256 }

// Stats counts what an engine has done.
type Stats struct {
	Prefills int64 // runs of the image graph
	Shared   int64 // frames that Latest gave out, each a run of the image graph saved
}

// Stats is safe to call at any time.
func (e *Engine) Stats() Stats {
	return Stats{Prefills: e.prefills.Load(), Shared: e.shared.Load()}
}

// Can says, by its error, whether the model was trained for the mode.
func (e *Engine) Can(m Mode) error {
	if slices.Contains(e.spec.Modes, string(m)) {
		return nil
	}
	return fmt.Errorf("%w %s: %s was trained for %s only", ErrMode, m, e.spec.Name, strings.Join(e.spec.Modes, ", "))
}

// Close frees the graphs after the inference that may be running. Frames and
// decoders must not be used after, but must still be released.
func (e *Engine) Close() error {
	e.turn.takeFirst()
	defer e.turn.give()
	if e.closed {
		return nil
	}
	e.closed = true
	e.publish(nil)
	var first error
	for _, g := range []*onnx.Graph{e.image, e.extend, e.act} {
		if err := g.Close(); err != nil && first == nil {
			first = err
		}
	}
	for _, t := range []*onnx.Tensor{e.images, e.proprio, e.logits, e.actions} {
		t.Close()
	}
	for _, t := range e.tokens {
		t.Close()
	}
	return first
}

// The four functions below run one graph each. The caller holds the turn.

// ready says why no graph may run now.
func (e *Engine) ready(ctx context.Context) error {
	if e.closed {
		return ErrClosed
	}
	return ctx.Err()
}

// read turns an observation into a state. The caller releases it.
func (e *Engine) read(ctx context.Context, obs Observation) (*onnx.State, error) {
	if err := e.ready(ctx); err != nil {
		return nil, err
	}
	if err := e.checkObservation(obs); err != nil {
		return nil, err
	}
	size := len(obs.Images[0])
	for i, img := range obs.Images {
		copy(e.images.Uint8()[i*size:], img)
	}
	if e.proprio != nil {
		copy(e.proprio.Float32(), obs.Proprio)
	}
	e.prefills.Add(1)
	return e.image.Run(e.imageIn, nil, nil)
}

// write continues a state by tokens, at least one. The caller releases the new
// state. e.logits holds the logits of the token that comes next.
func (e *Engine) write(ctx context.Context, from *onnx.State, tokens []int64) (*onnx.State, error) {
	if err := e.ready(ctx); err != nil {
		return nil, err
	}
	if have := e.extend.Positions(from); have+len(tokens) > e.spec.MaxState {
		return nil, fmt.Errorf("%w: %d tokens after %d positions exceed max_state %d of %s; shorten it",
			ErrTooLong, len(tokens), have, e.spec.MaxState, e.spec.Name)
	}
	in, ok := e.tokens[len(tokens)]
	if !ok {
		var err error
		if in, err = onnx.NewTensor(onnx.Int64, 1, int64(len(tokens))); err != nil {
			return nil, err
		}
		e.tokens[len(tokens)] = in
	}
	copy(in.Int64(), tokens)
	return e.extend.Run([]*onnx.Tensor{in}, from, []*onnx.Tensor{e.logits})
}

// chunk asks for the actions after what the state holds.
func (e *Engine) chunk(ctx context.Context, from *onnx.State, stamp time.Time, m Mode) (Chunk, error) {
	if err := e.ready(ctx); err != nil {
		return Chunk{}, err
	}
	if _, err := e.act.Run(nil, from, []*onnx.Tensor{e.actions}); err != nil {
		return Chunk{}, err
	}
	actions, err := denormalise(e.actions.Float32(), &e.spec.Action)
	if err != nil {
		return Chunk{}, err
	}
	return Chunk{
		Stamp:   stamp,
		Period:  time.Duration(float64(time.Second) / e.spec.Action.Rate),
		Names:   e.spec.Action.Names,
		Actions: actions,
		Mode:    m,
	}, nil
}
