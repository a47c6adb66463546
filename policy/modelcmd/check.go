package modelcmd

import (
	"context"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"hyt/policy"
	"hyt/policy/onnx"
	"hyt/thinker"
)

func checkCommand() *cobra.Command {
	var library string
	cmd := &cobra.Command{
		Use:   "check DIR",
		Short: "Verify a model directory, open its graphs and run them once",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return check(cmd.Context(), cmd.OutOrStdout(), args[0], policy.Options{Library: library})
		},
	}
	cmd.Flags().StringVar(&library, "onnxruntime", "", "path of ONNX Runtime's shared library; looked for when empty")
	return cmd
}

// check opens the model, which verifies files, ports and shapes, and runs it in
// each of its modes on a grey image. It prints a line for each thing that is well,
// and returns the first that is not.
func check(ctx context.Context, out io.Writer, dir string, o policy.Options) error {
	e, err := policy.Open(dir, o)
	if err != nil {
		return err
	}
	defer e.Close()
	fmt.Fprintf(out, "ok  files: %d verified (%s)\n", len(e.Spec().Files), e.Spec().Name)
	fmt.Fprintf(out, "ok  graphs: names, types and shapes fit the spec (ONNX Runtime %s)\n", onnx.Version())
	for _, run := range []struct {
		mode policy.Mode
		try  func(context.Context, *policy.Engine) (string, error)
	}{{policy.Act, tryAct}, {policy.Follow, tryFollow}, {policy.Think, tryThink}} {
		if e.Can(run.mode) != nil {
			continue
		}
		result, err := run.try(ctx, e)
		if err != nil {
			return fmt.Errorf("model %s does not run in mode %s: %w", dir, run.mode, err)
		}
		fmt.Fprintf(out, "ok  %s: %s\n", run.mode, result)
	}
	return nil
}

const instruction = "touch the red cube"

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
	return fmt.Sprintf("a chunk of %d actions in %.1f ms", len(c.Actions), 1e3*c.Latency.Seconds()), err
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
	return fmt.Sprintf("a thought of %d tokens and a chunk in %.1f ms", r.Tokens, 1e3*r.Latency.Seconds()), err
}

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
