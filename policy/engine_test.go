package policy_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"hyt/policy"
	"hyt/policy/policytest"
	"hyt/policy/prompt"
	"hyt/policy/tokenizer"
)

// open opens m and closes it with the test.
func open(t testing.TB, m *policytest.Model) *policy.Engine {
	t.Helper()
	e, err := policy.Open(m.Dir, policy.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := e.Close(); err != nil {
			t.Error(err)
		}
	})
	return e
}

// scene is an observation that fits m: a picture of changing pixels.
func scene(m *policytest.Model) policy.Observation {
	c := m.Spec.Cameras[0]
	img := make([]byte, c.Width*c.Height*3)
	for i := range img {
		img[i] = byte(i * 31 % 251)
	}
	return policy.Observation{
		Stamp:   time.Unix(100, 0),
		Images:  [][]byte{img},
		Proprio: []float32{0.1, -0.2, 0.05, 0.3, 1},
	}
}

func TestOpenSaysWhatIsWrong(t *testing.T) {
	for _, c := range []struct {
		what    string
		options policytest.Options
		spoil   func(t *testing.T, m *policytest.Model)
		want    string
	}{
		{"missing file", policytest.Options{}, func(t *testing.T, m *policytest.Model) {
			if err := os.Remove(filepath.Join(m.Dir, "act.onnx")); err != nil {
				t.Fatal(err)
			}
		}, "act.onnx is missing"},
		{"changed file", policytest.Options{}, func(t *testing.T, m *policytest.Model) {
			overwrite(t, m, "image.onnx", "other bytes")
		}, "image.onnx has the sha256"},
		{"no graph", policytest.Options{}, func(t *testing.T, m *policytest.Model) {
			overwrite(t, m, "image.onnx", "other bytes")
			rewrite(t, m)
		}, "image.onnx is not one that ONNX Runtime can run"},
		{"too many dimensions", policytest.Options{ExtraDims: 2}, nil,
			"graph act.onnx has the output actions float32 [1, 8, 7], but by spec.yaml and the other graphs it must be actions float32 [1, 8, 5]"},
		{"other image size", policytest.Options{}, func(t *testing.T, m *policytest.Model) {
			m.Spec.Cameras[0].Width = 32
			rewrite(t, m)
		}, "graph image.onnx has the input images uint8 [1, 1, 64, 64, 3], but by spec.yaml and the other graphs it must be images uint8 [1, 1, 64, 32, 3]"},
		{"no proprioception", policytest.Options{}, func(t *testing.T, m *policytest.Model) {
			m.Spec.Proprio = nil
			rewrite(t, m)
		}, "graph image.onnx has the input proprio float32 [1, 5], which this format does not know"},
		{"swapped graphs", policytest.Options{}, func(t *testing.T, m *policytest.Model) {
			m.Spec.Graphs.Act, m.Spec.Graphs.Extend = m.Spec.Graphs.Extend, m.Spec.Graphs.Act
			rewrite(t, m)
		}, "graph act.onnx has no input tokens int64 [1, n]"},
		{"another vocabulary", policytest.Options{}, func(t *testing.T, m *policytest.Model) {
			if err := tokenizer.Build([]string{"cube"}).Save(filepath.Join(m.Dir, "tokenizer.json")); err != nil {
				t.Fatal(err)
			}
			rewrite(t, m)
		}, "it must be logits float32 [1, 392]"},
	} {
		m := policytest.New(t, c.options)
		if c.spoil != nil {
			c.spoil(t, m)
		}
		e, err := policy.Open(m.Dir, policy.Options{})
		if err == nil {
			e.Close()
		}
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: error %v, want %q", c.what, err, c.want)
		}
	}
}

func overwrite(t *testing.T, m *policytest.Model, name, content string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(m.Dir, name), []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
}

// rewrite makes the spec's hashes true again.
func rewrite(t *testing.T, m *policytest.Model) {
	t.Helper()
	if err := m.Spec.Write(m.Dir); err != nil {
		t.Fatal(err)
	}
}

func TestThinkingOnTheLatestFrameReadsNoImage(t *testing.T) {
	m := policytest.New(t, policytest.Options{})
	e := open(t, m)
	ctx := context.Background()
	if f := e.Latest(); f != nil {
		t.Fatal("there is a frame before the first observation")
	}
	obs := scene(m)
	chunk, err := policy.NewPolicy(e).Act(ctx, obs, "push cube")
	if err != nil {
		t.Fatal(err)
	}
	f := e.Latest()
	defer f.Release()
	tokens := prompt.Think(m.Tokenizer, "push cube")
	d := e.Decode(f)
	defer d.Close()
	if _, err := d.Read(ctx, tokens...); err != nil {
		t.Fatal(err)
	}
	c, err := d.Chunk(ctx, policy.Think)
	if err != nil {
		t.Fatal(err)
	}
	sameActions(t, c.Actions, m.Actions(obs.Images[0], obs.Proprio, tokens))
	if !f.Stamp.Equal(obs.Stamp) || !c.Stamp.Equal(obs.Stamp) {
		t.Errorf("frame of %v, chunk of %v, want %v", f.Stamp, c.Stamp, obs.Stamp)
	}
	if s := e.Stats(); s.Prefills != 1 || s.Shared != 1 {
		t.Errorf("%d images read, %d frames shared, want 1 and 1", s.Prefills, s.Shared)
	}
	direct, ok := f.Direct("push cube")
	if !ok {
		t.Fatal("the frame does not know the policy's chunk")
	}
	sameActions(t, direct.Actions, chunk.Actions)
	if _, ok := f.Direct("touch ball"); ok {
		t.Error("the frame has a chunk for an instruction that was not given")
	}
}

func TestAFrameOutlivesTheNextOne(t *testing.T) {
	m := policytest.New(t, policytest.Options{})
	e := open(t, m)
	p := policy.NewPolicy(e)
	ctx := context.Background()
	old := scene(m)
	if _, err := p.Act(ctx, old, "push"); err != nil {
		t.Fatal(err)
	}
	f := e.Latest()
	defer f.Release()
	for range 3 {
		next := scene(m)
		next.Proprio = []float32{1, 1, 1, 1, 1}
		if _, err := p.Act(ctx, next, "touch"); err != nil {
			t.Fatal(err)
		}
	}
	d := e.Decode(f)
	defer d.Close()
	tokens := prompt.Act(m.Tokenizer, "push")
	if _, err := d.Read(ctx, tokens...); err != nil {
		t.Fatal(err)
	}
	c, err := d.Chunk(ctx, policy.Act)
	if err != nil {
		t.Fatal(err)
	}
	sameActions(t, c.Actions, m.Actions(old.Images[0], old.Proprio, tokens))
}

func TestClosedEngineSaysSo(t *testing.T) {
	m := policytest.New(t, policytest.Options{})
	e, err := policy.Open(m.Dir, policy.Options{})
	if err != nil {
		t.Fatal(err)
	}
	ctx := context.Background()
	p := policy.NewPolicy(e)
	if _, err := p.Act(ctx, scene(m), "push"); err != nil {
		t.Fatal(err)
	}
	f := e.Latest()
	for range 2 {
		if err := e.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := p.Act(ctx, scene(m), "push"); !errors.Is(err, policy.ErrClosed) {
		t.Errorf("Act: error %v, want ErrClosed", err)
	}
	if _, err := e.Prefill(ctx, scene(m)); !errors.Is(err, policy.ErrClosed) {
		t.Errorf("Prefill: error %v, want ErrClosed", err)
	}
	if e.Latest() != nil {
		t.Error("there is still a latest frame")
	}
	d := e.Decode(f)
	if _, err := d.Read(ctx, 1); !errors.Is(err, policy.ErrClosed) {
		t.Errorf("Read: error %v, want ErrClosed", err)
	}
	if d.Room() != 0 {
		t.Error("there is room")
	}
	d.Close()
	f.Release()
}
