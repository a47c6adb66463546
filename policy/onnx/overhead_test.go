package onnx_test

import (
	"cmp"
	"context"
	"errors"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	ort "github.com/yalue/onnxruntime_go"

	"hyt/msgs/imagemsg"
	"hyt/msgs/sensor_msgs"
	"hyt/policy"
	"hyt/policy/prompt"
	"hyt/policy/spec"
)

// tabletop is the model that ships.
var tabletop = filepath.Join("..", "models", "tabletop")

const instruction = "push the red cube into the left zone"

// bare is direct mode's three graphs as ONNX Runtime runs them by itself: every
// tensor bound once, nothing done between the graphs.
type bare struct {
	sessions []*ort.AdvancedSession
	values   []ort.Value
}

func (r *bare) run() error {
	for _, s := range r.sessions {
		if err := s.Run(); err != nil {
			return err
		}
	}
	return nil
}

func (r *bare) close() (err error) {
	for _, s := range r.sessions {
		err = errors.Join(err, s.Destroy())
	}
	for _, v := range r.values {
		err = errors.Join(err, v.Destroy())
	}
	return err
}

// add opens a graph whose inputs are what earlier graphs left, or else new ones,
// with n where a size varies: the length of the text for tokens, and of the state.
func (r *bare) add(path string, tokens, state int64, have map[string]ort.Value) error {
	ins, outs, err := ort.GetInputOutputInfo(path)
	if err != nil {
		return err
	}
	var names [2][]string
	var values [2][]ort.Value
	for side, infos := range [2][]ort.InputOutputInfo{ins, outs} {
		for _, info := range infos {
			v := have[info.Name]
			if v == nil || side == 1 {
				if v, err = fresh(info, tokens, state); err != nil {
					return err
				}
				r.values = append(r.values, v)
			}
			names[side], values[side] = append(names[side], info.Name), append(values[side], v)
		}
	}
	opts, err := ort.NewSessionOptions()
	if err != nil {
		return err
	}
	defer opts.Destroy()
	if err := errors.Join(opts.SetIntraOpNumThreads(1), opts.SetInterOpNumThreads(1)); err != nil {
		return err
	}
	s, err := ort.NewAdvancedSession(path, names[0], names[1], values[0], values[1], opts)
	if err != nil {
		return err
	}
	r.sessions = append(r.sessions, s)
	for i, name := range names[1] {
		if in, ok := cutOut(name); ok {
			have[in] = values[1][i]
		}
	}
	return nil
}

func cutOut(name string) (string, bool) { return strings.CutSuffix(name, spec.StateOutSuffix) }

func fresh(info ort.InputOutputInfo, tokens, state int64) (ort.Value, error) {
	dims := slices.Clone(info.Dimensions)
	for i, d := range dims {
		if d < 0 && info.Name == "tokens" {
			dims[i] = tokens
		} else if d < 0 {
			dims[i] = state
		}
	}
	switch info.DataType {
	case ort.TensorElementDataTypeUint8:
		return ort.NewEmptyTensor[uint8](dims)
	case ort.TensorElementDataTypeInt64:
		return ort.NewEmptyTensor[int64](dims)
	}
	return ort.NewEmptyTensor[float32](dims)
}

// openBare opens the graphs at the lengths that direct mode has with these tokens.
func openBare(e *policy.Engine, dir string, tokens []int64) (*bare, error) {
	r, have, g := new(bare), map[string]ort.Value{}, e.Spec().Graphs
	_, outs, err := ort.GetInputOutputInfo(filepath.Join(dir, g.Image))
	if err != nil {
		return nil, err
	}
	ins, _, err := ort.GetInputOutputInfo(filepath.Join(dir, g.Extend))
	if err != nil {
		return nil, err
	}
	prefix, n := varying(outs, ins), int64(len(tokens))
	for _, step := range []struct {
		file  string
		state int64
	}{{g.Image, prefix}, {g.Extend, prefix + n}, {g.Act, prefix + n}} {
		if err := r.add(filepath.Join(dir, step.file), n, step.state, have); err != nil {
			return nil, errors.Join(err, r.close())
		}
	}
	for _, v := range r.values {
		if t, ok := v.(*ort.Tensor[int64]); ok && len(t.GetData()) == len(tokens) {
			copy(t.GetData(), tokens)
		}
	}
	return r, nil
}

// varying is the size that the image graph gives where the extend graph's may vary.
func varying(outs, ins []ort.InputOutputInfo) int64 {
	for _, in := range ins {
		axis := slices.Index(in.Dimensions, -1)
		for _, out := range outs {
			if name, _ := cutOut(out.Name); axis >= 0 && name == in.Name {
				return out.Dimensions[axis]
			}
		}
	}
	return 0
}

// From the image message to the chunk, and beside it the bare run of the same
// graphs, one after the other in turns.
func BenchmarkEngineOverhead(b *testing.B) {
	e, err := policy.Open(tabletop, policy.Options{})
	if err != nil {
		b.Fatal(err)
	}
	defer e.Close()
	r, err := openBare(e, tabletop, prompt.Act(e.Tokenizer(), instruction))
	if err != nil {
		b.Fatal(err)
	}
	defer r.close()
	camera := e.Spec().Cameras[0]
	decoder, err := imagemsg.NewDecoder(camera.Width, camera.Height, camera.Crop)
	if err != nil {
		b.Fatal(err)
	}
	msg := &sensor_msgs.Image{Width: 320, Height: 240, Step: 960, Encoding: "rgb8", Data: make([]byte, 320*240*3)}
	obs := policy.Observation{Images: [][]byte{make([]byte, camera.Width*camera.Height*3)}, Proprio: make([]float32, len(e.Spec().Proprio))}
	p, ctx := policy.NewPolicy(e), context.Background()
	var chunk policy.Chunk
	var decode time.Duration
	whole := func() error {
		start := time.Now()
		if err := decoder.Image(msg, obs.Images[0]); err != nil {
			return err
		}
		decode = time.Since(start)
		return p.ActInto(ctx, obs, instruction, &chunk)
	}
	var engine, alone, decoding []time.Duration
	timed := func(f func() error) time.Duration {
		start := time.Now()
		if err := f(); err != nil {
			b.Fatal(err)
		}
		return time.Since(start)
	}
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		if i%2 == 0 {
			engine, alone = append(engine, timed(whole)), append(alone, timed(r.run))
		} else {
			alone, engine = append(alone, timed(r.run)), append(engine, timed(whole))
		}
		decoding = append(decoding, decode)
	}
	ms := func(d []time.Duration, q float64) float64 {
		slices.SortFunc(d, cmp.Compare)
		return 1e3 * d[int(q*float64(len(d)-1))].Seconds()
	}
	b.ReportMetric(ms(engine, 0.5), "engine-p50-ms")
	b.ReportMetric(ms(alone, 0.5), "bare-p50-ms")
	b.ReportMetric(ms(decoding, 0.5), "image-p50-ms")
	b.ReportMetric(ms(engine, 0.5)-ms(alone, 0.5), "over-ms")
	b.ReportMetric(ms(engine, 0.5)-1.05*ms(alone, 0.5), "over-5%-ms") // the bar is 0.3
	b.ReportMetric(ms(engine, 0.99), "engine-p99-ms")
	b.ReportMetric(ms(alone, 0.99), "bare-p99-ms")
}
