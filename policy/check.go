package policy

import (
	"fmt"
	"path/filepath"

	"hyt/policy/onnx"
	"hyt/policy/spec"
)

func (e *Engine) imagesDims() []int64 {
	c := e.spec.Cameras[0] // all have one size
	return []int64{1, int64(len(e.spec.Cameras)), int64(c.Height), int64(c.Width), 3}
}

func (e *Engine) proprioDims() []int64 { return []int64{1, int64(len(e.spec.Proprio))} }

func (e *Engine) logitsDims() []int64 { return []int64{1, int64(e.tokenizer.Size())} }

func (e *Engine) actionsDims() []int64 {
	return []int64{1, int64(e.spec.Action.Chunk), int64(len(e.spec.Action.Names))}
}

// checkGraphs compares the graphs' ports with the spec and with each other.
func (e *Engine) checkGraphs() error {
	images := onnx.Port{Name: "images", Type: onnx.Uint8, Dims: e.imagesDims()}
	imageIn := []onnx.Port{images}
	if len(e.spec.Proprio) > 0 {
		imageIn = append(imageIn, onnx.Port{Name: "proprio", Type: onnx.Float32, Dims: e.proprioDims()})
	}
	tokens := []onnx.Port{{Name: "tokens", Type: onnx.Int64, Dims: []int64{1, -1}}}
	logits := []onnx.Port{{Name: "logits", Type: onnx.Float32, Dims: e.logitsDims()}}
	actions := []onnx.Port{{Name: "actions", Type: onnx.Float32, Dims: e.actionsDims()}}

	image, extend, act := e.policy.image, e.policy.extend, e.policy.act
	type comparison struct {
		graph      *onnx.Graph
		what       string
		have, want []onnx.Port
	}
	all := []comparison{
		{image, "input", image.Inputs(), imageIn},
		{image, "output", image.Outputs(), nil},
		{extend, "input", extend.Inputs(), tokens},
		{extend, "output", extend.Outputs(), logits},
		{act, "input", act.Inputs(), nil},
		{act, "output", act.Outputs(), actions},
		{act, "state output", act.StateOut(), nil},
		{image, "state input", image.StateIn(), nil},
		{image, "state output", image.StateOut(), extend.StateIn()},
		{extend, "state output", extend.StateOut(), extend.StateIn()},
		{act, "state input", act.StateIn(), extend.StateIn()},
	}
	if gate := e.policy.gate; gate != nil {
		pThink := []onnx.Port{{Name: "p_think", Type: onnx.Float32, Dims: []int64{1}}}
		all = append(all,
			comparison{gate, "input", gate.Inputs(), nil},
			comparison{gate, "output", gate.Outputs(), pThink},
			comparison{gate, "state input", gate.StateIn(), extend.StateIn()},
			comparison{gate, "state output", gate.StateOut(), nil})
	}
	for _, c := range all {
		if err := checkPorts(c.graph, c.what, c.have, c.want); err != nil {
			return err
		}
	}
	return checkLengths(extend)
}

// checkLengths checks that the graph takes texts of any length.
func checkLengths(extend *onnx.Graph) error {
	if n := extend.Inputs()[0].Dims[1]; n >= 0 {
		return fmt.Errorf("graph %s takes %d tokens only, it must take any number; export the model again", filepath.Base(extend.Path()), n)
	}
	if len(extend.StateIn()) == 0 {
		return fmt.Errorf("graph %s has no input named %s*, so it cannot remember the image; export the model again", filepath.Base(extend.Path()), spec.StatePrefix)
	}
	return nil
}

// checkPorts compares ports by name, type and shape, in any order.
func checkPorts(g *onnx.Graph, what string, have, want []onnx.Port) error {
	file := filepath.Base(g.Path())
	named := make(map[string]onnx.Port, len(have))
	for _, p := range have {
		named[p.Name] = p
	}
	for _, w := range want {
		p, ok := named[w.Name]
		if !ok {
			return fmt.Errorf("graph %s has no %s %s; export the model again", file, what, w)
		}
		if !p.Fits(w.Type, w.Dims...) {
			return fmt.Errorf("graph %s has the %s %s, but by spec.yaml and the other graphs it must be %s; export the model again", file, what, p, w)
		}
		delete(named, w.Name)
	}
	for _, p := range have {
		if _, extra := named[p.Name]; extra {
			return fmt.Errorf("graph %s has the %s %s, which this format does not know; export the model again", file, what, p)
		}
	}
	return nil
}
