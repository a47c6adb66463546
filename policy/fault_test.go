package policy_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"hyt/policy"
	"hyt/policy/onnx"
	"hyt/policy/policytest"
	"hyt/policy/prompt"
)

// fail is an observation at which a Fragile model's image graph fails.
func fail(m *policytest.Model) policy.Observation {
	obs := scene(m)
	obs.Proprio[4] = policytest.FailAt
	return obs
}

func TestAFailedInferenceIsAnErrorAndTheNextOneRuns(t *testing.T) {
	m := policytest.New(t, policytest.Options{Fragile: true})
	e := open(t, m)
	p := policy.NewPolicy(e)
	ctx := context.Background()
	good := scene(m)
	want := m.Actions(good.Images[0], good.Proprio, prompt.Act(m.Tokenizer, "push"))
	for range 20 { // more often than prefixes or blocks could be lost unnoticed
		c, err := p.Act(ctx, fail(m), "push")
		if err == nil || !strings.Contains(err.Error(), "image.onnx does not run") || strings.Contains(err.Error(), "\n") {
			t.Fatalf("error %v, want one line that names the graph", err)
		}
		if c.Actions != nil {
			t.Fatal("there is a chunk")
		}
		if c, err = p.Act(ctx, good, "push"); err != nil {
			t.Fatal(err)
		}
		sameActions(t, c.Actions, want)
	}
	if f := e.Latest(); f == nil || !f.Stamp.Equal(good.Stamp) {
		t.Error("the good frame is not the latest one")
	} else {
		f.Release()
	}
}

func TestInfiniteOutputGivesNoChunk(t *testing.T) {
	m := policytest.New(t, policytest.Options{Inf: "x"})
	p := policy.NewPolicy(open(t, m))
	c, err := p.Act(context.Background(), scene(m), "push")
	if !errors.Is(err, policy.ErrNonFinite) || !strings.Contains(err.Error(), `"x" of action 0 is +Inf`) || c.Actions != nil {
		t.Errorf("chunk %v, error %v, want ErrNonFinite for x", c.Actions, err)
	}
}

// ending is a context that ends after it was asked so many times.
type ending struct {
	context.Context
	left int
}

func (e *ending) Err() error {
	if e.left--; e.left < 0 {
		return context.DeadlineExceeded
	}
	return nil
}

// A graph that runs cannot be interrupted, but when the time is up no other starts.
func TestInferenceEndsBetweenGraphsWhenItsTimeIsUp(t *testing.T) {
	m := policytest.New(t, policytest.Options{})
	for graphs, want := range []policy.Work{{}, {Prefills: 1}, {Prefills: 1, Extends: 1, Tokens: 2}} {
		e := open(t, m)
		p := policy.NewPolicy(e)
		c, err := p.Act(&ending{context.Background(), 1 + graphs}, scene(m), "push")
		if !errors.Is(err, context.DeadlineExceeded) || c.Actions != nil {
			t.Errorf("after %d graphs: error %v, want context.DeadlineExceeded", graphs, err)
		}
		if got := e.Stats().Policy; got != want {
			t.Errorf("after %d graphs: %+v, want %+v", graphs, got, want)
		}
	}
}

func TestDiagnosticsSeeAGraphThatRuns(t *testing.T) {
	m := policytest.New(t, policytest.Options{Work: 20})
	e := open(t, m)
	p := policy.NewPolicy(e)
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		for ctx.Err() == nil {
			if _, err := p.Act(ctx, scene(m), "push"); err != nil && ctx.Err() == nil {
				t.Error(err)
				return
			}
		}
	}()
	for e.Running() == 0 {
		select {
		case <-ended:
			t.Fatal("the policy ended by itself")
		default:
		}
	}
	stop()
	<-ended
	if d := e.Running(); d != 0 {
		t.Errorf("after the last inference a graph has run for %v", d)
	}
}

func TestAModelThatIsReplacedUnderneathRunsOn(t *testing.T) {
	for _, how := range []string{"overwritten", "renamed over", "removed"} {
		m := policytest.New(t, policytest.Options{})
		e := open(t, m)
		p := policy.NewPolicy(e)
		obs := scene(m)
		if err := e.CheckFiles(); err != nil {
			t.Fatal(err)
		}
		for _, name := range []string{"image.onnx", "extend.onnx", "act.onnx", "tokenizer.json", "spec.yaml"} {
			path := filepath.Join(m.Dir, name)
			var err error
			switch how {
			case "overwritten":
				err = os.WriteFile(path, []byte(strings.Repeat("other bytes ", 1000)), 0o644)
			case "renamed over":
				if err = os.WriteFile(path+".new", []byte("other bytes"), 0o644); err == nil {
					err = os.Rename(path+".new", path)
				}
			default:
				err = os.Remove(path)
			}
			if err != nil {
				t.Fatal(err)
			}
		}
		for range 3 {
			c, err := p.Act(context.Background(), obs, "push red cube")
			if err != nil {
				t.Fatalf("%s: %v", how, err)
			}
			sameActions(t, c.Actions, m.Actions(obs.Images[0], obs.Proprio, prompt.Act(m.Tokenizer, "push red cube")))
		}
		if err := e.CheckFiles(); err == nil || !strings.Contains(err.Error(), "since it was loaded") {
			t.Errorf("%s: error %v, want one that says so", how, err)
		}
		if _, err := policy.Open(m.Dir, policy.Options{}); err == nil {
			t.Errorf("%s: it was opened again", how)
		}
	}
}

// What people may type, and what a broken publisher may send.
func TestInstructionsOfAnyKindAreDefined(t *testing.T) {
	m := policytest.New(t, policytest.Options{})
	p := policy.NewPolicy(open(t, m))
	ctx, obs := context.Background(), scene(m)
	for what, text := range map[string]string{
		"empty": "", "white space": " \t\n", "unknown words": "Fetch the zebra", "not UTF-8": "push \xff\xfe cube",
		"a NUL": "push\x00cube", "special tokens": "<think> <x01>", "100 kB of nothing": strings.Repeat(" ", 100<<10),
		"100 kB that is not UTF-8": strings.Repeat("\xff", 100<<10), // reads as one unknown character
	} {
		c, err := p.Act(ctx, obs, text)
		if err != nil {
			t.Errorf("%s: %v", what, err)
			continue
		}
		sameActions(t, c.Actions, m.Actions(obs.Images[0], obs.Proprio, prompt.Act(m.Tokenizer, text)))
	}
	for what, text := range map[string]string{
		"100 kB of words":       strings.Repeat("push the red cube ", 100<<10/18),
		"100 kB of no word":     strings.Repeat("z", 100<<10),
		"100 kB of punctuation": strings.Repeat(";", 100<<10),
	} {
		_, err := p.Act(ctx, obs, text)
		if !errors.Is(err, policy.ErrTooLong) || len(err.Error()) > 300 {
			t.Errorf("%s: error %.200v, want a short ErrTooLong", what, err)
		}
		if _, err := p.Act(ctx, obs, "push the red cube"); err != nil {
			t.Errorf("after %s: %v", what, err)
		}
		if _, err := p.Follow(ctx, obs, text); err == nil || len(err.Error()) > 300 {
			t.Errorf("%s, to follow: error %.200v, want a short one", what, err)
		}
	}
}

func TestAProviderThatTheLibraryLacksIsOneSentence(t *testing.T) {
	m := policytest.New(t, policytest.Options{})
	for _, provider := range []string{onnx.CUDA, onnx.TensorRT, onnx.OpenVINO, "abacus"} {
		e, err := policy.Open(m.Dir, policy.Options{Provider: provider})
		if err == nil { // a library that has it
			e.Close()
			continue
		}
		if !errors.Is(err, policy.ErrProvider) || !strings.Contains(err.Error(), provider) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: error %v, want one line of ErrProvider that names it", provider, err)
		}
	}
	e, err := policy.Open(m.Dir, policy.Options{Provider: onnx.CPU})
	if err != nil {
		t.Fatal(err)
	}
	e.Close()
}

func TestOpenWarmsEveryGraphUp(t *testing.T) {
	e := open(t, policytest.New(t, policytest.Options{Gate: true}))
	var names []string
	for _, g := range e.WarmUp() {
		names = append(names, g.Graph)
		if g.First <= 0 || g.Again <= 0 {
			t.Errorf("%s took %v, then %v", g.Graph, g.First, g.Again)
		}
	}
	if got := strings.Join(names, " "); got != "image extend act gate" {
		t.Errorf("warmed up: %s", got)
	}
	if s := e.Stats(); s != (policy.Stats{}) {
		t.Errorf("the warm-up counts as work: %+v", s)
	}
}
