package export

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"

	"google.golang.org/protobuf/encoding/protowire"

	"hyt/policy/spec"
	"hyt/policy/tokenizer"
	"hyt/trainer/engine"
	"hyt/trainer/hybrid"
	"hyt/trainer/loop"
	"hyt/trainer/model"
)

// Read loads a model directory that Write wrote as a checkpoint to start another
// run from. What only pretraining uses is not in it and is drawn afresh.
func Read(e *engine.Engine, dir string) (*loop.Checkpoint, error) {
	s, err := spec.Load(dir)
	if err != nil {
		return nil, err
	}
	tok, err := tokenizer.Load(filepath.Join(dir, s.Tokenizer))
	if err != nil {
		return nil, err
	}
	found, config := constants{floats: map[string][]float32{}, ints: map[string][]byte{}}, ""
	for _, file := range []string{s.Graphs.Image, s.Graphs.Extend, s.Graphs.Act} {
		raw, err := os.ReadFile(filepath.Join(dir, file))
		if err != nil {
			return nil, err
		}
		if err := readModel(raw, found, &config); err != nil {
			return nil, fmt.Errorf("%s: %w", filepath.Join(dir, file), err)
		}
	}
	found.dequantise()
	c := model.Config{Backbone: model.Transformer, Cameras: 1, Proprio: 5} // what a graph means that does not say
	if config == "" || json.Unmarshal([]byte(config), &c) != nil {
		return nil, fmt.Errorf("%s holds no weights of this trainer to start from; give a checkpoint instead", dir)
	}
	w, err := model.NewWeights(e, c, uint64(s.Training.Seed))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", dir, err)
	}
	norm := hybrid.Norm{Q01: s.Action.Q01, Q99: s.Action.Q99}
	out := &loop.Checkpoint{Model: c, Words: tok.Words(), Norm: &norm, Proprio: s.Proprio, Seed: uint64(s.Training.Seed)}
	for i, p := range w.Params {
		values, ok := found.floats[p.Name]
		switch {
		case p.Name == "stem1.w":
			kernel := found.floats[kernelName]
			values, ok = unfold(kernel, c.Stem1), kernel != nil
		case !ok && p.Pretrain:
			values, ok = w.Tensor[i].F32, true
		}
		if !ok || len(values) != p.Size() {
			return nil, fmt.Errorf("%s: weights %q are missing or of another size", dir, p.Name)
		}
		out.Names = append(out.Names, p.Name)
		out.Average = append(out.Average, append([]float32(nil), values...))
	}
	w.Free()
	return out, nil
}

// unfold is the inverse of convolution.
func unfold(kernel []float32, out int) []float32 {
	w := make([]float32, len(kernel))
	i := 0
	for o := range out {
		for ch := range model.Channels {
			for at := range model.Window * model.Window {
				if i < len(kernel) {
					w[(at*model.Channels+ch)*out+o] = kernel[i]
				}
				i++
			}
		}
	}
	return w
}

var errDamaged = errors.New("damaged ONNX file")

// fields walks over a message. take is given the content of each field that has
// a length; it returns the first error.
func fields(raw []byte, take func(field protowire.Number, content []byte) error) error {
	for len(raw) > 0 {
		num, typ, n := protowire.ConsumeTag(raw)
		if n < 0 {
			return errDamaged
		}
		raw = raw[n:]
		if typ != protowire.BytesType {
			if n = protowire.ConsumeFieldValue(num, typ, raw); n < 0 {
				return errDamaged
			}
			raw = raw[n:]
			continue
		}
		content, n := protowire.ConsumeBytes(raw)
		if n < 0 {
			return errDamaged
		}
		if err := take(num, content); err != nil {
			return err
		}
		raw = raw[n:]
	}
	return nil
}

// constants are a model's initializers by name.
type constants struct {
	floats map[string][]float32
	ints   map[string][]byte // of 8 bits
}

// dequantise adds the floats that integers and scales stand for.
func (k constants) dequantise() {
	for name, ints := range k.ints {
		of, ok := strings.CutSuffix(name, intSuffix)
		if scales := k.floats[of+scaleSuffix]; ok && len(scales) > 0 {
			k.floats[of] = dequantise(ints, scales)
		}
	}
}

// readModel collects the constants of a ModelProto, and our configuration from its
// metadata.
func readModel(raw []byte, found constants, config *string) error {
	return fields(raw, func(field protowire.Number, content []byte) error {
		switch field {
		case 7: // graph
			return fields(content, func(field protowire.Number, content []byte) error {
				if field != 5 { // initializer
					return nil
				}
				return found.add(content)
			})
		case 14: // metadata_props
			var key, text string
			err := fields(content, func(field protowire.Number, content []byte) error {
				switch field {
				case 1:
					key = string(content)
				case 2:
					text = string(content)
				}
				return nil
			})
			if key == configKey {
				*config = text
			}
			return err
		}
		return nil
	})
}

// add keeps a TensorProto.
func (k constants) add(raw []byte) error {
	var name string
	var content []byte
	err := fields(raw, func(field protowire.Number, value []byte) error {
		switch field {
		case 8:
			name = string(value)
		case 9:
			content = value
		}
		return nil
	})
	switch {
	case strings.HasSuffix(name, intSuffix):
		k.ints[name] = content
	case len(content)%4 == 0: // else no floats
		values := make([]float32, 0, len(content)/4)
		for i := 0; i < len(content); i += 4 {
			values = append(values, math.Float32frombits(binary.LittleEndian.Uint32(content[i:])))
		}
		k.floats[name] = values
	}
	return err
}
