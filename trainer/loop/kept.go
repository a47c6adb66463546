package loop

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Better says whether a held-out figure a is better than b: of errors ("act_mm",
// "act_rad", ...) the smaller, of shares ("place", "think_words", ...) the larger.
func Better(score string, a, b float64) bool {
	for _, unit := range []string{"_mm", "_rad", "_error", "_bits"} {
		if strings.HasSuffix(score, unit) {
			return a < b
		}
	}
	return a > b
}

// Best lists the steps whose held-out score was the best, the very best first, at
// most n of them.
func Best(history []Measure, score string, n int) []Measure {
	var scored []Measure
	for _, m := range history {
		if _, ok := m.HeldOut[score]; ok {
			scored = append(scored, m)
		}
	}
	slices.SortStableFunc(scored, func(a, b Measure) int {
		x, y := a.HeldOut[score], b.HeldOut[score]
		switch {
		case Better(score, x, y):
			return -1
		case Better(score, y, x):
			return 1
		}
		return cmp.Compare(b.Step, a.Step) // the later of equals
	})
	return scored[:min(n, len(scored))]
}

// KeptPath is the file of a step's kept checkpoint in a run's folder.
func KeptPath(folder string, step int) string {
	return filepath.Join(folder, fmt.Sprintf("step-%06d.ckpt", step))
}

// keepBest writes c, as weights to start from, if its step is among the best, and
// removes what is no longer. It depends on the history only, so that a run that
// was continued keeps the same.
func (t *Trainer) keepBest() error {
	if t.Config.Keep == 0 || t.Folder == "" {
		return nil
	}
	best := Best(t.history, t.Config.Score, t.Config.Keep)
	isBest := func(step int) bool {
		return slices.ContainsFunc(best, func(m Measure) bool { return m.Step == step })
	}
	for _, m := range t.history {
		if !isBest(m.Step) {
			if err := os.Remove(KeptPath(t.Folder, m.Step)); err != nil && !errors.Is(err, fs.ErrNotExist) {
				return fmt.Errorf("checkpoint: %w", err)
			}
		}
	}
	if !isBest(t.step) {
		return nil
	}
	return t.Checkpoint().WeightsOnly().Write(KeptPath(t.Folder, t.step))
}
