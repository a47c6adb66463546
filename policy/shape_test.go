package policy_test

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"hyt/policy"
	"hyt/policy/policytest"
	"hyt/policy/prompt"
)

// Models of other makers: more cameras, a state that does not grow, a head of bins.
func TestModelsOfOtherShapesGiveTheirAnswers(t *testing.T) {
	for what, o := range map[string]policytest.Options{
		"three cameras":       {Cameras: 3},
		"a recurrent state":   {Recurrent: true},
		"discrete bins":       {Bins: 256},
		"few bins, recurrent": {Bins: 3, Recurrent: true},
		"both, small images":  {Cameras: 2, Recurrent: true, Width: 8, Height: 6},
	} {
		m := policytest.New(t, o)
		e := open(t, m)
		p := policy.NewPolicy(e)
		obs := scene(m)
		for i := 1; i < len(m.Spec.Cameras); i++ {
			other := slices.Clone(obs.Images[0])
			for k := range other {
				other[k] += byte(40 * i)
			}
			obs.Images = append(obs.Images, other)
		}
		for range 2 {
			c, err := p.Act(context.Background(), obs, "push the red cube")
			if err != nil {
				t.Fatalf("%s: %v", what, err)
			}
			sameActions(t, c.Actions, m.Actions(slices.Concat(obs.Images...), obs.Proprio, prompt.Act(m.Tokenizer, "push the red cube")))
		}
		f := e.Latest()
		d := e.Decode(f)
		tokens := prompt.Think(m.Tokenizer, "push the red cube")
		for _, id := range tokens { // one by one, as thoughts come
			if _, err := d.Read(context.Background(), id); err != nil {
				t.Fatalf("%s: %v", what, err)
			}
		}
		c, err := d.Chunk(context.Background(), policy.Think)
		if err != nil {
			t.Fatalf("%s: %v", what, err)
		}
		sameActions(t, c.Actions, m.Actions(slices.Concat(obs.Images...), obs.Proprio, tokens))
		d.Close()
		f.Release()
	}
}

func TestAMissingImageOfASecondCameraIsAnError(t *testing.T) {
	m := policytest.New(t, policytest.Options{Cameras: 2})
	p := policy.NewPolicy(open(t, m))
	_, err := p.Act(context.Background(), scene(m), "push")
	if !errors.Is(err, policy.ErrObservation) || !strings.Contains(err.Error(), "it has 1 images, the model has 2 cameras") {
		t.Errorf("error %v", err)
	}
}

// A state of fixed size has no length that could overflow; max_state still bounds
// what is read.
func TestMaxStateBoundsRecurrentModelsToo(t *testing.T) {
	m := policytest.New(t, policytest.Options{Recurrent: true})
	e := open(t, m)
	f, err := e.Prefill(context.Background(), scene(m))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Release()
	d := e.Decode(f)
	defer d.Close()
	if _, err := d.Read(context.Background(), make([]int64, policytest.MaxState)...); err != nil || d.Room() != 0 {
		t.Errorf("error %v, room %d", err, d.Room())
	}
	if _, err := d.Read(context.Background(), 1); !errors.Is(err, policy.ErrTooLong) {
		t.Errorf("error %v, want ErrTooLong", err)
	}
}

// red is an observation whose first image has this mean red, 0..255.
func red(m *policytest.Model, v byte) policy.Observation {
	obs := scene(m)
	obs.Images[0] = bytes.Repeat([]byte{v, 0, 0}, len(obs.Images[0])/3)
	return obs
}

func TestTheGateIsAskedAfterTheInstruction(t *testing.T) {
	m := policytest.New(t, policytest.Options{Gate: true})
	e := open(t, m)
	p := policy.NewPolicy(e)
	ctx := context.Background()
	if err := e.Can(policy.Auto); err != nil {
		t.Fatal(err)
	}
	for _, v := range []byte{0, 51, 255} {
		f, err := p.Look(ctx, red(m, v))
		if err != nil {
			t.Fatal(err)
		}
		d := p.Decode(f)
		if _, err := d.Read(ctx, prompt.Instruction(m.Tokenizer, "push cube")...); err != nil {
			t.Fatal(err)
		}
		got, err := d.Gate(ctx)
		if want := float64(v) / 255; err != nil || got < want-1e-5 || got > want+1e-5 {
			t.Errorf("p_think is %v, want %v (error %v)", got, want, err)
		}
		d.Close()
		f.Release()
	}
	if n := e.Stats().Policy.Gates; n != 3 {
		t.Errorf("the gate ran %d times, want 3", n)
	}
}

func TestAModelWithoutAGateRefusesAuto(t *testing.T) {
	m := policytest.New(t, policytest.Options{})
	e := open(t, m)
	err := e.Can(policy.Auto)
	if !errors.Is(err, policy.ErrGate) || !strings.Contains(err.Error(), "policytest has no graphs.gate in its spec.yaml") || strings.Contains(err.Error(), "\n") {
		t.Errorf("error %v, want one sentence of ErrGate", err)
	}
	f, err := e.Prefill(context.Background(), scene(m))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Release()
	d := e.Decode(f)
	defer d.Close()
	if _, err := d.Gate(context.Background()); !errors.Is(err, policy.ErrGate) {
		t.Errorf("error %v, want ErrGate", err)
	}
	if want := []policy.Mode{policy.Act, policy.Think, policy.Follow, policy.Guided}; !slices.Equal(e.Modes(), want) {
		t.Errorf("modes %v, want %v", e.Modes(), want)
	}
}

func TestAGateThatGivesNoProbabilityIsAnError(t *testing.T) {
	m := policytest.New(t, policytest.Options{Gate: true, GateNaN: true})
	e := open(t, m)
	f, err := e.Prefill(context.Background(), scene(m))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Release()
	d := e.Decode(f)
	defer d.Close()
	if _, err := d.Gate(context.Background()); !errors.Is(err, policy.ErrNonFinite) {
		t.Errorf("error %v, want ErrNonFinite", err)
	}
}
