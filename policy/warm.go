package policy

import (
	"context"
	"fmt"
	"time"

	"hyt/policy/onnx"
	"hyt/policy/prompt"
)

// warmUpText is what the warm-up reads.
const warmUpText = "touch the red cube"

// GraphTime is how long a graph took.
type GraphTime struct {
	Graph string        // "image", "extend", "act" or "gate"
	First time.Duration // the first time, with all that is done only once
	Again time.Duration // the second time
}

// WarmUp is how long each graph took while the engine was opened.
func (e *Engine) WarmUp() []GraphTime { return e.warmUp }

// warm runs every graph twice in each lane, on a black image. What comes out does
// not matter here, and does not count in Stats.
func (e *Engine) warm(dir string) error {
	for _, l := range []*lane{e.thinker, e.policy} {
		times, err := l.warm(context.Background())
		if err != nil {
			return fmt.Errorf("model %s does not run: %w", dir, err)
		}
		e.warmUp = times
	}
	return nil
}

func (l *lane) warm(ctx context.Context) ([]GraphTime, error) {
	tokens := prompt.Act(l.engine.tokenizer, warmUpText)
	text, err := onnx.NewTensor(onnx.Int64, 1, int64(len(tokens)))
	if err != nil {
		return nil, err
	}
	defer text.Close()
	copy(text.Int64(), tokens)
	var image onnx.State
	defer image.Release()
	defer l.state.Release()

	var times []GraphTime
	for _, step := range []struct {
		name  string
		graph *onnx.Graph
		in    []*onnx.Tensor
		from  *onnx.State
		out   []*onnx.Tensor
		into  *onnx.State
	}{
		{"image", l.image, l.imageIn, nil, nil, &image},
		{"extend", l.extend, []*onnx.Tensor{text}, &image, []*onnx.Tensor{l.logits}, &l.state},
		{"act", l.act, nil, &l.state, []*onnx.Tensor{l.actions}, nil},
		{"gate", l.gate, nil, &l.state, []*onnx.Tensor{l.pThink}, nil},
	} {
		if step.graph == nil {
			continue
		}
		var took [2]time.Duration
		for i := range took {
			start := time.Now()
			if err := l.run(ctx, nil, step.graph, step.in, step.from, step.out, step.into); err != nil {
				return nil, err
			}
			took[i] = time.Since(start)
		}
		times = append(times, GraphTime{step.name, took[0], took[1]})
	}
	return times, nil
}
