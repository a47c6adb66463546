package modelcmd

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"hyt/policy"
	"hyt/policy/onnx"
	"hyt/policy/prompt"
	"hyt/policy/proof"
	"hyt/policy/spec"
	"hyt/thinker"
)

func checkCommand() *cobra.Command {
	var o policy.Options
	cmd := &cobra.Command{
		Use:   "check DIR",
		Short: "Verify that a model directory meets the contract, and run it",
		Long: `Verify a model directory against the contract (docs/model.md): files and hashes,
graphs with their tensors' names, types, shapes and varying sizes, state that comes
out as it goes in, and, on a grey image, finite outputs and tokens in range in every
mode that the model has. Where the model holds a proof, samples of its training with
the training graph's answers, they are computed again and may differ by 1e-4. Prints
a line for each thing that is well, with latencies, and ends with the first that is
not.`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return check(cmd.Context(), cmd.OutOrStdout(), args[0], o)
		},
	}
	cmd.Flags().StringVar(&o.Library, "onnxruntime", "", "path of ONNX Runtime's shared library; looked for when empty")
	cmd.Flags().StringVar(&o.Provider, "provider", onnx.CPU, "execution provider: "+strings.Join(onnx.Providers(), ", "))
	cmd.Flags().IntVar(&o.Threads, "threads", 1, "threads inside one operator")
	return cmd
}

// check opens the model, which verifies files, ports and shapes, and runs it in each
// of its modes. It prints a line for each thing that is well, and returns the first
// that is not.
func check(ctx context.Context, out io.Writer, dir string, o policy.Options) error {
	e, err := policy.Open(dir, o)
	if err != nil {
		return err
	}
	defer e.Close()
	fmt.Fprintf(out, "ok  files: %d verified (%s)\n", len(e.Spec().Files), e.Spec().Name)
	fmt.Fprintf(out, "ok  graphs: names, types and shapes fit the spec (ONNX Runtime %s, provider %s)\n", onnx.Version(), provider(o))
	for _, g := range e.WarmUp() {
		fmt.Fprintf(out, "ok  graph %s: %.2f ms, the first time %.2f ms\n", g.Graph, ms(g.Again), ms(g.First))
	}
	if err := checkProof(out, dir, e.Spec(), o); err != nil {
		return fmt.Errorf("model %s fails at proof: %w", dir, err)
	}
	for _, part := range []struct {
		name string
		try  func(context.Context, *policy.Engine) (string, error)
	}{{"act", tryAct}, {"follow", tryFollow}, {"think", tryThink}, {"state", tryState}, {"gate", tryGate}} {
		result, err := part.try(ctx, e)
		if errors.Is(err, policy.ErrMode) || errors.Is(err, policy.ErrGate) {
			continue // the model does not have it
		}
		if err != nil {
			return fmt.Errorf("model %s fails at %s: %w", dir, part.name, err)
		}
		fmt.Fprintf(out, "ok  %s: %s\n", part.name, result)
	}
	return nil
}

// checkProof repeats here what the trainer did when it wrote the model, where it left
// samples to do so.
func checkProof(out io.Writer, dir string, s *spec.Spec, o policy.Options) error {
	samples, err := proof.Read(dir)
	if err != nil {
		return err
	}
	if len(samples) == 0 {
		fmt.Fprintf(out, "--  proof: the model holds no %s, so that it computes what was trained is not checked\n", proof.File)
		return nil
	}
	d, err := proof.Run(dir, s.Graphs, samples, o)
	if err == nil {
		err = d.Error()
	}
	if err == nil {
		fmt.Fprintf(out, "ok  proof: %d samples of the training, logits within %.1g and actions within %.1g of the training graph's\n", len(samples), d.Logits, d.Actions)
	}
	return err
}

func provider(o policy.Options) string {
	if o.Provider == "" {
		return onnx.CPU
	}
	return o.Provider
}

const instruction = "touch the red cube"

// rounding is how far the same sums in another order may be apart: logits, and
// actions in quantile ranges.
const rounding = 1e-2

// tryState reads a text whole and token by token: the state must remember the same.
func tryState(ctx context.Context, e *policy.Engine) (string, error) {
	f, err := e.Prefill(ctx, grey(e))
	if err != nil {
		return "", err
	}
	defer f.Release()
	text := prompt.Act(e.Tokenizer(), instruction)
	whole, err := readIn(ctx, e, f, len(text), text)
	if err != nil {
		return "", err
	}
	pieces, err := readIn(ctx, e, f, 1, text)
	if err != nil {
		return "", err
	}
	logits := 0.0
	for i, v := range whole.logits {
		if v != pieces.logits[i] { // infinities of one sign are equal
			logits = max(logits, math.Abs(float64(v)-float64(pieces.logits[i])))
		}
	}
	actions := thinker.Differ(whole.chunk, pieces.chunk, &e.Spec().Action).Range
	if !(logits <= rounding && actions <= rounding) {
		return "", fmt.Errorf("a text of %d tokens, read at once and one by one, gives logits that differ by %.3g and actions that differ by %.3g of their range: the extend graph does not carry its state on",
			len(text), logits, actions)
	}
	return fmt.Sprintf("a text read at once and token by token is the same (logits within %.1g, actions within %.1g)", logits, actions), nil
}

// reading is what came of a text.
type reading struct {
	logits []float32
	chunk  policy.Chunk
}

// readIn reads the text in pieces of n tokens.
func readIn(ctx context.Context, e *policy.Engine, f *policy.Frame, n int, text []int64) (r reading, err error) {
	d := e.Decode(f)
	defer d.Close()
	for piece := range slices.Chunk(text, n) {
		if r.logits, err = d.Read(ctx, piece...); err != nil {
			return r, err
		}
	}
	r.chunk, err = d.Chunk(ctx, policy.Act)
	return r, err
}

func tryAct(ctx context.Context, e *policy.Engine) (string, error) {
	p := policy.NewPolicy(e)
	return secondRun(func() (policy.Chunk, error) { return p.Act(ctx, grey(e), instruction) })
}

func tryFollow(ctx context.Context, e *policy.Engine) (string, error) {
	p := policy.NewPolicy(e)
	return secondRun(func() (policy.Chunk, error) { return p.Follow(ctx, grey(e), "sub touch red cube;") })
}

// secondRun tells the second run's latency: the first one does work that is done
// only once.
func secondRun(run func() (policy.Chunk, error)) (string, error) {
	if _, err := run(); err != nil {
		return "", err
	}
	c, err := run()
	return fmt.Sprintf("a chunk of %d finite actions in %.1f ms", len(c.Actions), ms(c.Latency)), err
}

func tryThink(ctx context.Context, e *policy.Engine) (string, error) {
	t, err := thinker.New(e, thinker.Options{})
	if err != nil {
		return "", err
	}
	f, err := e.Prefill(ctx, grey(e))
	if err != nil {
		return "", err
	}
	defer f.Release()
	r, err := t.Think(ctx, f, instruction)
	return fmt.Sprintf("a thought of %d tokens and a chunk in %.1f ms", r.Tokens, ms(r.Latency)), err
}

func tryGate(ctx context.Context, e *policy.Engine) (string, error) {
	if err := e.CanGate(); err != nil {
		return "", err
	}
	f, err := e.Prefill(ctx, grey(e))
	if err != nil {
		return "", err
	}
	defer f.Release()
	d := e.Decode(f)
	defer d.Close()
	if _, err := d.Read(ctx, prompt.Instruction(e.Tokenizer(), instruction)...); err != nil {
		return "", err
	}
	p, err := d.Gate(ctx)
	return fmt.Sprintf("p_think is %.3f", p), err
}

func ms(d time.Duration) float64 { return 1e3 * d.Seconds() }

// grey is an observation of nothing.
func grey(e *policy.Engine) policy.Observation {
	obs := policy.Observation{Proprio: make([]float32, len(e.Spec().Proprio))}
	for _, c := range e.Spec().Cameras {
		img := make([]byte, c.Width*c.Height*3)
		for i := range img {
			img[i] = 128
		}
		obs.Images = append(obs.Images, img)
	}
	return obs
}
