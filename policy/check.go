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

	for _, c := range []struct {
		graph      *onnx.Graph
		what       string
		have, want []onnx.Port
	}{
		{e.image, "input", e.image.Inputs(), imageIn},
		{e.image, "output", e.image.Outputs(), nil},
		{e.extend, "input", e.extend.Inputs(), tokens},
		{e.extend, "output", e.extend.Outputs(), logits},
		{e.act, "input", e.act.Inputs(), nil},
		{e.act, "output", e.act.Outputs(), actions},
		{e.act, "state output", e.act.StateOut(), nil},
		{e.image, "state input", e.image.StateIn(), nil},
		{e.image, "state output", e.image.StateOut(), e.extend.StateIn()},
		{e.extend, "state output", e.extend.StateOut(), e.extend.StateIn()},
		{e.act, "state input", e.act.StateIn(), e.extend.StateIn()},
	} {
		if err := checkPorts(c.graph, c.what, c.have, c.want); err != nil {
			return err
		}
	}
	return e.checkLengths()
}

// checkLengths checks that the graph takes texts of any length.
func (e *Engine) checkLengths() error {
	if n := e.extend.Inputs()[0].Dims[1]; n >= 0 {
		return fmt.Errorf("graph %s takes %d tokens only, it must take any number; export the model again", filepath.Base(e.extend.Path()), n)
	}
	if len(e.extend.StateIn()) == 0 {
		return fmt.Errorf("graph %s has no input named %s*, so it cannot remember the image; export the model again", filepath.Base(e.extend.Path()), spec.StatePrefix)
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
