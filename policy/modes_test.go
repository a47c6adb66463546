package policy_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"math"
	"testing"

	"hyt/policy"
	"hyt/policy/policytest"
	"hyt/policy/prompt"
)

// trace is all that direct mode does: which graphs, by their hash, how often, how
// many tokens, and to the bit what comes out.
type trace struct {
	image, extend, act string
	work               policy.Work
	actions            string
}

func direct(t *testing.T, m *policytest.Model, instructions ...string) trace {
	t.Helper()
	e := open(t, m)
	var out bytes.Buffer
	for _, text := range instructions {
		c, err := policy.NewPolicy(e).Act(context.Background(), scene(m), text)
		if err != nil {
			t.Fatal(err)
		}
		for _, row := range c.Actions {
			for _, v := range row {
				out.Write(binary.LittleEndian.AppendUint64(nil, math.Float64bits(v)))
			}
		}
	}
	s := e.Spec()
	return trace{s.Files[s.Graphs.Image], s.Files[s.Graphs.Extend], s.Files[s.Graphs.Act], e.Stats().Policy, out.String()}
}

// A plain VLA is a model that was trained to act and nothing else.
func TestDirectModeIsWhatAPlainVLADoes(t *testing.T) {
	hybrid := policytest.New(t, policytest.Options{Gate: true})
	plain := policytest.New(t, policytest.Options{})
	plain.Spec.Training.Regime, plain.Spec.Modes = "vla", []string{"act"}
	rewrite(t, plain)
	texts := []string{"push the red cube", "touch ball", ""}
	have, want := direct(t, hybrid, texts...), direct(t, plain, texts...)
	if have != want {
		t.Errorf("direct mode does\n%+v, a plain VLA\n%+v", have, want)
	}
	tokens := 0
	for _, text := range texts {
		tokens += len(prompt.Instruction(hybrid.Tokenizer, text)) + 1 // and <act>
	}
	if want := (policy.Work{Prefills: 3, Extends: 3, Acts: 3, Tokens: int64(tokens)}); have.work != want {
		t.Errorf("work %+v, want %+v", have.work, want)
	}
}
