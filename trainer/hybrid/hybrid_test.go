package hybrid

import (
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"

	"hyt/policy"
	"hyt/policy/tokenizer"
	"hyt/trainer/contract"
	"hyt/trainer/data"
	"hyt/trainer/model"
)

const aThought = "plan touch red cube; sub touch red cube; target red cube <x12> <y40>; ee <x30> <y31>; move left; grip close;"

// samples is a Set in memory.
type samples []data.Sample

func (s samples) Len() int             { return len(s) }
func (s samples) At(i int) data.Sample { return s[i] }
func (s samples) Text(i int) (instruction, thought string) {
	return s[i].Instruction, s[i].Thought
}

func sample(thought string) data.Sample {
	return data.Sample{
		Images: [][]byte{make([]byte, model.ImageSide*model.ImageSide*model.Channels)}, Proprio: make([]float32, 5),
		Instruction: "touch the red cube", Thought: thought, Actions: make([]float32, 8*data.Dims),
	}
}

// tabletop is what the samples hold.
func tabletop() data.Shape {
	var s data.Shape
	for _, name := range []string{"x", "y", "z", "yaw", "gripper"} {
		n := data.Number{Name: name, Unit: map[string]string{"yaw": "rad", "gripper": "opening"}[name]}
		n.Kind = contract.Velocity
		if n.Unit == "" {
			n.Unit = "m"
		}
		if name == "gripper" {
			n.Kind = contract.Target
		}
		s.Proprio, s.Action = append(s.Proprio, n), append(s.Action, n)
	}
	return s
}

func maker(set samples) *Maker {
	return &Maker{
		Set: set, Shape: tabletop(), Tokenizer: tokenizer.Build([]string{"touch the red cube plan sub target ee move left grip close"}),
		Norm: Norm{Q01: []float64{-1, -1, -1, -1, 0}, Q99: []float64{1, 1, 1, 1, 1}},
		Mix:  Mix{Modes: DefaultWeights()}, Thoughts: DefaultThoughts(), Seed: 7, Augment: model.DefaultAugment(),
	}
}

func modes(t *testing.T, m *Maker, n int) map[policy.Mode]int {
	t.Helper()
	count := map[policy.Mode]int{}
	for i := range n {
		_, mode, err := m.Row(i)
		if err != nil {
			t.Fatal(err)
		}
		count[mode]++
	}
	return count
}

func TestModesAreDrawnWithTheirWeights(t *testing.T) {
	const n = 4000
	for _, test := range []struct {
		name    string
		weights Weights
		want    map[policy.Mode]float64
	}{
		{"the paper's", DefaultWeights(), map[policy.Mode]float64{policy.Act: 0.25, policy.Think: 0.5, policy.Follow: 0.25}},
		{"they need not sum to one", Weights{Act: 2, Think: 2}, map[policy.Mode]float64{policy.Act: 0.5, policy.Think: 0.5}},
		{"a plain VLA", Weights{Act: 1}, map[policy.Mode]float64{policy.Act: 1}},
	} {
		t.Run(test.name, func(t *testing.T) {
			m := maker(samples{sample(aThought)})
			m.Mix.Modes = test.weights
			got := modes(t, m, n)
			for _, mode := range []policy.Mode{policy.Act, policy.Think, policy.Follow} {
				share := float64(got[mode]) / n
				if math.Abs(share-test.want[mode]) > 0.03 {
					t.Errorf("%s has a share of %.3f, want %.2f", mode, share, test.want[mode])
				}
			}
		})
	}
}

func TestSamplesWithoutThoughtOnlyAct(t *testing.T) {
	if got := modes(t, maker(samples{sample("")}), 200); got[policy.Act] != 200 {
		t.Errorf("modes %v, want act only", got)
	}
}

func TestRowsDependOnSeedAndIndexOnly(t *testing.T) {
	set := samples{sample(aThought), sample(""), sample(aThought)}
	first, second := maker(set), maker(set)
	for _, i := range []int{5, 0, 2, 11, 5} { // in any order
		a, modeA, errA := first.Row(i)
		b, modeB, errB := second.Row(i)
		if errA != nil || errB != nil {
			t.Fatal(errA, errB)
		}
		if modeA != modeB || !reflect.DeepEqual(a, b) {
			t.Errorf("row %d differs between two makers of one seed", i)
		}
	}
	other := maker(set)
	other.Seed = 8
	same := 0
	for i := range 60 {
		_, a, _ := first.Row(i)
		_, b, _ := other.Row(i)
		if a == b {
			same++
		}
	}
	if same == 60 {
		t.Error("another seed draws the same modes")
	}
}

func TestAnEpochTakesEachSampleOnce(t *testing.T) {
	var set samples
	for i := range 10 {
		s := sample("")
		s.Proprio = []float32{float32(i), 0, 0, 0, 0}
		set = append(set, s)
	}
	m := maker(set)
	for epoch := range 2 {
		var seen []int
		for i := range 10 {
			row, _, err := m.Row(epoch*10 + i)
			if err != nil {
				t.Fatal(err)
			}
			seen = append(seen, int(row.Proprio[0]))
		}
		slices.Sort(seen)
		if !slices.Equal(seen, []int{0, 1, 2, 3, 4, 5, 6, 7, 8, 9}) {
			t.Errorf("epoch %d took %v", epoch, seen)
		}
	}
}

func TestLayoutOfTheModes(t *testing.T) {
	m := maker(nil)
	for _, test := range []struct {
		mode       policy.Mode
		text       string
		predicted  string // the tokens that are learned, "" for none
		textWeight float32
	}{
		{policy.Act, "touch the red cube <act>", "", 0},
		{policy.Think, "touch the red cube <think> " + aThought + " <eot>", aThought + " <eot>", 1},
		{policy.Follow, "<follow> " + aThought + " <eot>", "", 0},
	} {
		t.Run(string(test.mode), func(t *testing.T) {
			row, err := m.InMode(sample(aThought), test.mode)
			if err != nil {
				t.Fatal(err)
			}
			if got := m.Tokenizer.Decode(row.Tokens); got != test.text {
				t.Errorf("text %q, want %q", got, test.text)
			}
			if row.TextWeight != test.textWeight || row.ActWeight != 1 {
				t.Errorf("weights: text %v, actions %v", row.TextWeight, row.ActWeight)
			}
			if test.predicted != "" {
				if got := m.Tokenizer.Decode(row.Tokens[row.Predict:]); got != test.predicted {
					t.Errorf("learns %q, want %q", got, test.predicted)
				}
			}
		})
	}
}

func TestThinnedThoughtsStillSayWhatToDo(t *testing.T) {
	m := maker(nil)
	whole, texts := 0, map[string]bool{}
	const n = 500
	for i := range n {
		row, err := m.inMode(sample(aThought), policy.Follow, view{chance: rand.New(rand.NewPCG(1, uint64(i)))})
		if err != nil {
			t.Fatal(err)
		}
		text := m.Tokenizer.Decode(row.Tokens)
		texts[text] = true
		if strings.Contains(text, aThought) {
			whole++
		}
		if !strings.Contains(text, "red cube") {
			t.Fatalf("%q names neither task nor target", text)
		}
		if strings.Contains(text, "touch the") {
			t.Fatalf("%q holds the instruction", text)
		}
	}
	if whole < n/5 || whole > n/2 {
		t.Errorf("%d of %d thoughts are whole, want about a quarter", whole, n)
	}
	if len(texts) < 20 {
		t.Errorf("only %d different thoughts", len(texts))
	}
}

func TestNormMapsQuantilesAndBack(t *testing.T) {
	var set samples
	for i := range 101 {
		s := sample("")
		s.Actions[0] = float32(i) / 1000 // x: 0 .. 0.1
		s.Actions[4] = 1                 // the gripper never moves
		set = append(set, s)
	}
	n, err := FitNorm(set, tabletop().Action)
	if err != nil {
		t.Fatal(err)
	}
	if math.Abs(n.Q01[0]-0.001) > 1e-6 || math.Abs(n.Q99[0]-0.099) > 1e-6 {
		t.Errorf("x quantiles %v, %v; want 0.001, 0.099", n.Q01[0], n.Q99[0])
	}
	for d := range data.Dims {
		if least := smallestSpan(tabletop().Action[d].Unit); n.Q99[d]-n.Q01[d] < least-1e-9 {
			t.Errorf("dimension %d spans %v..%v, narrower than %v", d, n.Q01[d], n.Q99[d], least)
		}
	}
	if n.Q01[4] != 0 || n.Q99[4] != 1 {
		t.Errorf("gripper quantiles %v, %v; want 0 and 1", n.Q01[4], n.Q99[4])
	}
	units := []float32{0.02, -0.01, 0.005, 0.1, 0.7}
	for i, v := range n.From(n.To(units)) {
		if math.Abs(float64(v-units[i])) > 1e-6 {
			t.Errorf("there and back, %v became %v", units[i], v)
		}
	}
	if _, err := FitNorm(samples{}, tabletop().Action); err == nil {
		t.Error("quantiles of no samples")
	}
}

func TestRejectsAThoughtThatDoesNotParse(t *testing.T) {
	if _, err := maker(nil).InMode(sample("hmm"), policy.Follow); err == nil {
		t.Error("a thought outside the grammar was taken")
	}
}

func TestWeights(t *testing.T) {
	for _, test := range []struct {
		w      Weights
		regime string
		modes  []string
	}{
		{DefaultWeights(), "hyt", []string{"act", "think", "follow"}},
		{Weights{Act: 1}, "vla", []string{"act"}},
		{Weights{Think: 1}, "ecot", []string{"think"}},
		{Weights{Act: 1, Think: 1}, "ecot-lite", []string{"act", "think"}},
	} {
		if test.w.Regime() != test.regime || !slices.Equal(test.w.Trained(), test.modes) {
			t.Errorf("%+v: regime %s, modes %v", test.w, test.w.Regime(), test.w.Trained())
		}
	}
	for _, w := range []Weights{{}, {Act: -1, Think: 2}} {
		if w.Validate() == nil {
			t.Errorf("accepts %+v", w)
		}
	}
}

func TestGripJitterMovesTheOpeningOnlyAndInACopy(t *testing.T) {
	s := sample("")
	s.Proprio = []float32{0.1, -0.1, 0.12, 0.3, 0.85}
	m := maker(samples{s})
	m.GripJitter = 0.2
	lowest, highest := float32(1), float32(0)
	for i := range 300 {
		row, _, err := m.Row(i)
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(row.Proprio[:4], s.Proprio[:4]) {
			t.Fatalf("the pose became %v", row.Proprio)
		}
		lowest, highest = min(lowest, row.Proprio[4]), max(highest, row.Proprio[4])
	}
	if lowest < 0.65 || lowest > 0.68 || highest > 1.05 || highest < 1.02 {
		t.Errorf("openings from %v to %v, want 0.65 to 1.05", lowest, highest)
	}
	if s.Proprio[4] != 0.85 {
		t.Error("the sample itself was changed")
	}
}
