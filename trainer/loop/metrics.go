package loop

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
)

// MetricsFile is the name of the measures in a run's folder, one JSON object a line.
const MetricsFile = "metrics.jsonl"

// metrics appends measures to a file. A nil file takes nothing.
type metrics struct{ file *os.File }

// openMetrics starts the file anew with the history: what an interrupted run
// measured after its last checkpoint is measured again.
func (t *Trainer) openMetrics() (*metrics, error) {
	m := &metrics{}
	if t.Folder == "" {
		return m, nil
	}
	if err := os.MkdirAll(t.Folder, 0o755); err != nil {
		return nil, fmt.Errorf("metrics: %w", err)
	}
	var err error
	if m.file, err = os.Create(filepath.Join(t.Folder, MetricsFile)); err != nil {
		return nil, fmt.Errorf("metrics: %w", err)
	}
	for _, old := range t.history {
		if err := m.add(old); err != nil {
			return nil, err
		}
	}
	return m, nil
}

func (m *metrics) add(measure Measure) error {
	if m.file == nil {
		return nil
	}
	if err := json.NewEncoder(m.file).Encode(measure); err != nil {
		return fmt.Errorf("metrics: %w", err)
	}
	return nil
}

func (m *metrics) Close() {
	if m.file != nil {
		_ = m.file.Close() // each line was written and checked
	}
}
