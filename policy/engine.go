package policy

import (
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"hyt/policy/onnx"
	"hyt/policy/spec"
	"hyt/policy/tokenizer"
)

// Options says how an engine runs. The zero value is good.
type Options = onnx.Options

// Engine is a model directory, verified and ready to run. Its weights serve the
// policy and the thinker; both may call it at the same time, and turn says who
// runs first.
type Engine struct {
	spec      *spec.Spec
	tokenizer *tokenizer.Tokenizer
	sha256    string
	files     files
	guide     *Guide
	opened    time.Time
	warmUp    []GraphTime

	turn    *turn
	closed  atomic.Bool
	policy  *lane
	thinker *lane

	prefixes []*prefix              // of the policy's frames; guarded by its lane
	latest   atomic.Pointer[prefix] // the policy's last frame, for the thinker
	shared   atomic.Int64
}

// Open verifies the model directory dir, loads its graphs, checks them against the
// spec and runs each of them, so that the first inference takes no longer than the
// others. The caller closes the engine. Errors are one sentence: what is wrong,
// where, and what to do.
func Open(dir string, o Options) (*Engine, error) {
	files, err := statFiles(dir)
	if err != nil {
		return nil, err
	}
	s, err := spec.Load(dir)
	if err != nil {
		return nil, err
	}
	e := &Engine{spec: s, files: files, opened: time.Now(), turn: newTurn()}
	e.policy, e.thinker = &lane{engine: e, first: true}, &lane{engine: e}
	if e.sha256, err = spec.Hash(dir); err != nil {
		return nil, err
	}
	if e.tokenizer, err = tokenizer.Load(filepath.Join(dir, s.Tokenizer)); err != nil {
		return nil, err
	}
	e.guide = NewGuide(e.tokenizer, GuideFields()...)
	err = e.openGraphs(dir, o)
	if err == nil {
		err = e.warm(dir)
	}
	if err == nil && e.CheckFiles() != nil {
		err = fmt.Errorf("model directory %s was changed while it was loaded; open it again when it is complete", dir)
	}
	if err != nil {
		return nil, errors.Join(err, e.Close())
	}
	return e, nil
}

func (e *Engine) openGraphs(dir string, o Options) (err error) {
	p, t := e.policy, e.thinker
	graphs := []struct {
		graph, twin **onnx.Graph
		file        string
	}{
		{&p.image, &t.image, e.spec.Graphs.Image}, {&p.extend, &t.extend, e.spec.Graphs.Extend},
		{&p.act, &t.act, e.spec.Graphs.Act}, {&p.gate, &t.gate, e.spec.Graphs.Gate},
	}
	for _, g := range graphs {
		if g.file == "" {
			continue
		}
		if *g.graph, err = onnx.Open(filepath.Join(dir, g.file), o); err != nil {
			return err
		}
		if *g.twin, err = (*g.graph).Twin(); err != nil {
			return err
		}
	}
	if err := e.checkGraphs(); err != nil {
		return err
	}
	return errors.Join(p.makeTensors(), t.makeTensors())
}

// Spec describes the model: do not modify.
func (e *Engine) Spec() *spec.Spec { return e.spec }

// Tokenizer is the model's.
func (e *Engine) Tokenizer() *tokenizer.Tokenizer { return e.tokenizer }

// SHA256 names the model: the hash, in hex, of its spec.yaml (spec.Hash).
func (e *Engine) SHA256() string { return e.sha256 }

// Guide is where the thinkers on this engine leave their thoughts, for mode guided.
func (e *Engine) Guide() *Guide { return e.guide }

// Can says, by its error, whether the model can run in the mode: whether it was
// trained for it, and for auto whether it has a gate.
func (e *Engine) Can(m Mode) error {
	switch m {
	case Auto:
		return errors.Join(e.trained(Auto, Act, Think), e.CanGate())
	case Guided:
		return e.trained(Guided, Act, Follow)
	}
	return e.trained(m, m)
}

// trained says whether the model was trained for all that a mode needs.
func (e *Engine) trained(m Mode, needs ...Mode) error {
	for _, n := range needs {
		if !slices.Contains(e.spec.Modes, string(n)) {
			return fmt.Errorf("%w %s: %s was trained for %s only", ErrMode, m, e.spec.Name, strings.Join(e.spec.Modes, ", "))
		}
	}
	return nil
}

// CanGate says, by its error, whether the model has a gate.
func (e *Engine) CanGate() error {
	if e.policy.gate != nil {
		return nil
	}
	return fmt.Errorf("%w: %s has no graphs.gate in its spec.yaml, so it cannot choose when to think; use mode act, think or guided, or train a gate", ErrGate, e.spec.Name)
}

// Modes are the modes that the model can run in.
func (e *Engine) Modes() []Mode {
	var modes []Mode
	for _, m := range []Mode{Act, Think, Follow, Guided, Auto} {
		if e.Can(m) == nil {
			modes = append(modes, m)
		}
	}
	return modes
}

// Close frees the graphs after the inferences that may be running. Frames and
// decoders must not be used after, but must still be released.
func (e *Engine) Close() error {
	if e.closed.Swap(true) {
		return nil
	}
	// A thinker that waits for its turn holds its lane until the policies, which see
	// that the engine is closed, are gone: its lane first.
	e.thinker.mu.Lock()
	defer e.thinker.mu.Unlock()
	e.policy.mu.Lock()
	defer e.policy.mu.Unlock()
	e.latest.Swap(nil).release()
	return errors.Join(e.thinker.close(), e.policy.close())
}

// Stats counts what an engine has done since it was opened.
type Stats struct {
	Prefills int64 // runs of the image graph, by anyone
	Shared   int64 // frames that Latest gave out, each a run of the image graph saved
	Policy   Work
	Thinker  Work
}

// Work counts what one side has done: runs of each graph, and tokens.
type Work struct {
	Prefills int64 // runs of the image graph
	Extends  int64 // runs of the extend graph
	Tokens   int64 // that these runs read
	Acts     int64 // runs of the act graph
	Gates    int64 // runs of the gate graph
}

// Stats is safe to call at any time.
func (e *Engine) Stats() Stats {
	s := Stats{Shared: e.shared.Load(), Policy: e.policy.work(), Thinker: e.thinker.work()}
	s.Prefills = s.Policy.Prefills + s.Thinker.Prefills
	return s
}

func (l *lane) work() Work {
	return Work{
		Prefills: l.prefills.Load(), Extends: l.extends.Load(), Tokens: l.read.Load(),
		Acts: l.acts.Load(), Gates: l.gates.Load(),
	}
}

// Running says for how long the policy's current graph has run, 0 if none does: for
// diagnostics while an inference takes too long. It is safe to call at any time.
func (e *Engine) Running() time.Duration {
	since := e.policy.since.Load()
	if since == 0 {
		return 0
	}
	return time.Since(e.opened) - time.Duration(since)
}
