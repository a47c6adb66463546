package experiment

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"

	"hyt/trainer/gate"
)

// Threshold is that of a gated model at which it thought about a share of the samples
// that its gate was learned from, as the report beside the model says.
func Threshold(model string, share float64) (float64, error) {
	path := filepath.Join(filepath.Dir(model), gateFile)
	raw, err := os.ReadFile(path)
	if err != nil {
		return 0, fmt.Errorf("the gate's threshold: %w", err)
	}
	var v gate.Verdict
	if err := json.Unmarshal(raw, &v); err != nil {
		return 0, fmt.Errorf("%s: %w", path, err)
	}
	for _, c := range v.Budgets {
		if math.Abs(c.Budget-share) < 1e-9 {
			return c.Threshold, nil
		}
	}
	return 0, fmt.Errorf("%s has no budget of %g: give a tenth to nine tenths", path, share)
}
