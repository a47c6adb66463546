package policy_test

import (
	"bytes"
	"context"
	"errors"
	"math"
	"strings"
	"testing"
	"time"

	"hyt/policy"
	"hyt/policy/policytest"
	"hyt/policy/prompt"
)

func TestActGivesTheModelsAnswer(t *testing.T) {
	m := policytest.New(t, policytest.Options{})
	p := policy.NewPolicy(open(t, m))
	obs := scene(m)
	for range 3 { // the first run learns shapes, later ones use memory again
		for _, instruction := range []string{"push the red cube", "touch ball", "Fetch the zebra.", ""} {
			c, err := p.Act(context.Background(), obs, instruction)
			if err != nil {
				t.Fatal(err)
			}
			sameActions(t, c.Actions, m.Actions(obs.Images[0], obs.Proprio, prompt.Act(m.Tokenizer, instruction)))
		}
	}
}

func TestFollowGivesTheModelsAnswerToTheCanonicalThought(t *testing.T) {
	m := policytest.New(t, policytest.Options{})
	p := policy.NewPolicy(open(t, m))
	obs := scene(m)
	c, err := p.Follow(context.Background(), obs, "Sub PUSH blue cylinder")
	if err != nil {
		t.Fatal(err)
	}
	want := prompt.Follow(m.Tokenizer, "sub push blue cylinder;")
	sameActions(t, c.Actions, m.Actions(obs.Images[0], obs.Proprio, want))
	if c.Mode != policy.Follow {
		t.Errorf("mode %q, want follow", c.Mode)
	}
}

func sameActions(t *testing.T, have, want [][]float64) {
	t.Helper()
	if len(have) != len(want) {
		t.Fatalf("%d actions, want %d", len(have), len(want))
	}
	for k := range want {
		for d := range want[k] {
			if math.Abs(have[k][d]-want[k][d]) > 1e-6 {
				t.Fatalf("action %d, dimension %d is %v, want %v", k, d, have[k][d], want[k][d])
			}
		}
	}
}

func TestChunkSaysWhereItComesFrom(t *testing.T) {
	m := policytest.New(t, policytest.Options{})
	p := policy.NewPolicy(open(t, m))
	obs := scene(m)
	c, err := p.Act(context.Background(), obs, "push")
	if err != nil {
		t.Fatal(err)
	}
	if !c.Stamp.Equal(obs.Stamp) || c.Period != 100*time.Millisecond || c.Mode != policy.Act || c.Latency <= 0 {
		t.Errorf("stamp %v, period %v, mode %v, latency %v", c.Stamp, c.Period, c.Mode, c.Latency)
	}
	if strings.Join(c.Names, " ") != "x y z yaw gripper" {
		t.Errorf("names %v", c.Names)
	}
}

func TestNonFiniteOutputGivesNoChunk(t *testing.T) {
	m := policytest.New(t, policytest.Options{NaN: "yaw"})
	p := policy.NewPolicy(open(t, m))
	c, err := p.Act(context.Background(), scene(m), "push")
	if !errors.Is(err, policy.ErrNonFinite) || !strings.Contains(err.Error(), `"yaw" of action 0 is NaN`) {
		t.Errorf("error %v, want ErrNonFinite for yaw", err)
	}
	if c.Actions != nil {
		t.Errorf("there is a chunk: %v", c.Actions)
	}
}

func TestObservationsThatDoNotFitAreErrors(t *testing.T) {
	m := policytest.New(t, policytest.Options{})
	p := policy.NewPolicy(open(t, m))
	for _, c := range []struct {
		want  string
		spoil func(o *policy.Observation)
	}{
		{"it has 0 images, the model has 1 cameras", func(o *policy.Observation) { o.Images = nil }},
		{`image "overhead" has 12287 bytes; 64 x 64 pixels RGB8 are 12288`, func(o *policy.Observation) {
			o.Images = [][]byte{o.Images[0][1:]}
		}},
		{`image "overhead" has 24576 bytes`, func(o *policy.Observation) {
			o.Images = [][]byte{bytes.Repeat(o.Images[0], 2)}
		}},
		{"it has 4 proprioceptive values, the model wants 5 ([x y z yaw gripper])", func(o *policy.Observation) {
			o.Proprio = o.Proprio[:4]
		}},
		{`proprio "z" is NaN`, func(o *policy.Observation) {
			o.Proprio = []float32{0, 0, float32(math.NaN()), 0, 0}
		}},
	} {
		obs := scene(m)
		c.spoil(&obs)
		chunk, err := p.Act(context.Background(), obs, "push")
		if !errors.Is(err, policy.ErrObservation) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("error %v, want ErrObservation with %q", err, c.want)
		}
		if chunk.Actions != nil {
			t.Errorf("%s: there is a chunk", c.want)
		}
	}
	if _, err := p.Act(context.Background(), scene(m), "push"); err != nil {
		t.Errorf("a sound observation afterwards: %v", err)
	}
}

func TestTextThatDoesNotFitIsAnError(t *testing.T) {
	m := policytest.New(t, policytest.Options{})
	p := policy.NewPolicy(open(t, m))
	long := strings.Repeat("push ", policytest.MaxState)
	if _, err := p.Act(context.Background(), scene(m), long); !errors.Is(err, policy.ErrTooLong) {
		t.Errorf("error %v, want ErrTooLong", err)
	}
}

func TestFollowRefusesWhatIsNoThought(t *testing.T) {
	m := policytest.New(t, policytest.Options{})
	p := policy.NewPolicy(open(t, m))
	for text, want := range map[string]string{
		"go home":    `field 1 starts with "go"`,
		" ":          "there is nothing to follow",
		"grip shut;": `"shut" is not a grip`,
	} {
		if _, err := p.Follow(context.Background(), scene(m), text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: error %v, want %q", text, err, want)
		}
	}
}

func TestModeThatWasNotTrainedIsAnError(t *testing.T) {
	m := policytest.New(t, policytest.Options{})
	m.Spec.Modes = []string{"act"}
	if err := m.Spec.Write(m.Dir); err != nil {
		t.Fatal(err)
	}
	p := policy.NewPolicy(open(t, m))
	_, err := p.Follow(context.Background(), scene(m), "grip open;")
	if !errors.Is(err, policy.ErrMode) || !strings.Contains(err.Error(), "policytest was trained for act only") {
		t.Errorf("error %v, want ErrMode", err)
	}
}

func TestEndedContextGivesNoChunk(t *testing.T) {
	m := policytest.New(t, policytest.Options{})
	p := policy.NewPolicy(open(t, m))
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := p.Act(ctx, scene(m), "push"); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want context.Canceled", err)
	}
}
