package evalcmd

import (
	"fmt"

	"hyt/gazebo/eval"
	"hyt/policy/spec"
)

// record writes the model's own cells into its spec.yaml, in place of earlier ones:
// who gets the model also gets what it can do.
func record(dir string, r eval.Report) error {
	if r.Naming != "" {
		return fmt.Errorf("--record keeps the scores of all scenes of a task, and these are those that name things by %s: leave out --naming", r.Naming)
	}
	s, err := spec.Load(dir)
	if err != nil {
		return err
	}
	s.Training.Scores = nil
	for _, c := range r.Cells {
		if c.Control != eval.Plain {
			continue
		}
		s.Training.Scores = append(s.Training.Scores, spec.Score{
			Task: c.Task, Mode: string(c.Mode), Split: string(c.Split),
			Episodes: c.Episodes, Rate: c.Rate, CI95: c.CI95,
		})
	}
	return s.Write(dir)
}
