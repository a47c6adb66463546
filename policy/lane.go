package policy

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"hyt/policy/onnx"
)

// lane is what one inference at a time needs: twins of the graphs, and tensors that
// every step uses again. The policy has one and the thinker has another, over the
// same weights.
type lane struct {
	engine *Engine
	first  bool // the policy's: with the right of way

	mu      sync.Mutex           // held while the lane works; guards all down to state
	image   *onnx.Graph          // images, proprio -> state
	extend  *onnx.Graph          // state, tokens -> state, logits
	act     *onnx.Graph          // state -> actions
	gate    *onnx.Graph          // state -> p_think; nil where the model has none
	images  *onnx.Tensor         // uint8 [1, cameras, height, width, 3]
	proprio *onnx.Tensor         // float32 [1, proprio], nil where unused
	tokens  map[int]*onnx.Tensor // int64 [1, n], by n
	logits  *onnx.Tensor         // float32 [1, vocabulary]
	actions *onnx.Tensor         // float32 [1, chunk, dims]
	pThink  *onnx.Tensor         // float32 [1]
	imageIn []*onnx.Tensor       // images and proprio in the graph's order
	one     [2][1]*onnx.Tensor   // scratch: the one input, the one output
	state   onnx.State           // scratch: what is read in this turn

	prefills, extends, read, acts, gates atomic.Int64
	since                                atomic.Int64 // ns after engine.opened that a graph has run; 0: none runs
}

// enter begins a turn in the lane. leave must follow if there is no error.
func (l *lane) enter(ctx context.Context) (err error) {
	if l.first {
		l.engine.turn.enter()
		l.mu.Lock()
	} else {
		l.mu.Lock()
		err = l.engine.turn.await(ctx)
	}
	if l.engine.closed.Load() {
		err = ErrClosed
	} else if err == nil {
		err = ctx.Err()
	}
	if err != nil {
		l.leave()
	}
	return err
}

func (l *lane) leave() {
	l.mu.Unlock()
	if l.first {
		l.engine.turn.leave()
	}
}

// makeTensors makes what every step uses again.
func (l *lane) makeTensors() error {
	e := l.engine
	l.tokens = make(map[int]*onnx.Tensor)
	for _, p := range l.image.Inputs() {
		dims, tensor := e.imagesDims(), &l.images
		if p.Name == "proprio" {
			dims, tensor = e.proprioDims(), &l.proprio
		}
		var err error
		if *tensor, err = onnx.NewTensor(p.Type, dims...); err != nil {
			return err
		}
		l.imageIn = append(l.imageIn, *tensor)
	}
	var err1, err2, err3 error
	l.logits, err1 = onnx.NewTensor(onnx.Float32, e.logitsDims()...)
	l.actions, err2 = onnx.NewTensor(onnx.Float32, e.actionsDims()...)
	l.pThink, err3 = onnx.NewTensor(onnx.Float32, 1)
	return errors.Join(err1, err2, err3)
}

func (l *lane) close() error {
	var errs []error
	for _, g := range []*onnx.Graph{l.image, l.extend, l.act, l.gate} {
		errs = append(errs, g.Close())
	}
	for _, t := range []*onnx.Tensor{l.images, l.proprio, l.logits, l.actions, l.pThink} {
		t.Close()
	}
	for _, t := range l.tokens {
		t.Close()
	}
	l.state.Release()
	return errors.Join(errs...)
}

// The functions below run one graph each, within a turn. They allocate nothing for
// shapes that they have seen before. A running graph cannot be interrupted: ctx
// counts before each.

// run counts a run of the graph, where there is a count.
func (l *lane) run(ctx context.Context, count *atomic.Int64, g *onnx.Graph, in []*onnx.Tensor, from *onnx.State, out []*onnx.Tensor, into *onnx.State) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if count != nil {
		count.Add(1)
	}
	l.since.Store(max(int64(time.Since(l.engine.opened)), 1))
	defer l.since.Store(0)
	return g.RunInto(in, from, out, into)
}

// look turns an observation into a state.
func (l *lane) look(ctx context.Context, obs Observation, into *onnx.State) error {
	if err := l.engine.checkObservation(obs); err != nil {
		return err
	}
	size := len(obs.Images[0])
	for i, img := range obs.Images {
		copy(l.images.Uint8()[i*size:], img)
	}
	if l.proprio != nil {
		copy(l.proprio.Float32(), obs.Proprio)
	}
	return l.run(ctx, &l.prefills, l.image, l.imageIn, nil, nil, into)
}

// write continues from, a state of so many positions, by tokens, at least one.
// l.logits holds the logits of the token that comes next.
func (l *lane) write(ctx context.Context, from *onnx.State, positions int, tokens []int64, into *onnx.State) error {
	s := l.engine.spec
	if positions+len(tokens) > s.MaxState {
		return fmt.Errorf("%w: %d tokens after %d positions exceed max_state %d of %s; shorten it",
			ErrTooLong, len(tokens), positions, s.MaxState, s.Name)
	}
	in, ok := l.tokens[len(tokens)]
	if !ok {
		var err error
		if in, err = onnx.NewTensor(onnx.Int64, 1, int64(len(tokens))); err != nil {
			return err
		}
		l.tokens[len(tokens)] = in
	}
	copy(in.Int64(), tokens)
	l.one[0][0], l.one[1][0] = in, l.logits
	if err := l.run(ctx, &l.extends, l.extend, l.one[0][:], from, l.one[1][:], into); err != nil {
		return err
	}
	l.read.Add(int64(len(tokens)))
	return nil
}

// chunk asks for the actions after what the state holds, and writes them into c.
func (l *lane) chunk(ctx context.Context, from *onnx.State, stamp time.Time, m Mode, c *Chunk) error {
	l.one[1][0] = l.actions
	if err := l.run(ctx, &l.acts, l.act, nil, from, l.one[1][:], nil); err != nil {
		return err
	}
	a := &l.engine.spec.Action
	actions, err := denormalise(l.actions.Float32(), a, c.Actions)
	if err != nil {
		return err
	}
	*c = Chunk{Stamp: stamp, Period: time.Duration(float64(time.Second) / a.Rate), Names: a.Names, Actions: actions, Mode: m}
	return nil
}

// choose asks the gate, after the instruction, for the probability that thinking
// pays.
func (l *lane) choose(ctx context.Context, from *onnx.State) (float64, error) {
	l.one[1][0] = l.pThink
	if err := l.run(ctx, &l.gates, l.gate, nil, from, l.one[1][:], nil); err != nil {
		return 0, err
	}
	p := float64(l.pThink.Float32()[0])
	if !(p >= 0 && p <= 1) { // also NaN
		return 0, fmt.Errorf("%w: p_think of the gate is %v, which is no probability", ErrNonFinite, p)
	}
	return p, nil
}
