package data

import (
	"context"

	"hyt/msgs/bag/bagcheck"
	"hyt/trainer/contract"
)

// Judge says what training by a contract would use of bags. It implements
// bagcheck.Trainer.
type Judge struct{ Contract contract.Contract }

// NewJudge judges by the contract in a file; "": by the default.
func NewJudge(contractFile string) (bagcheck.Trainer, error) {
	if contractFile == "" {
		return Judge{contract.Default()}, nil
	}
	c, err := contract.Read(contractFile)
	return Judge{c}, err
}

// Judge reads the bag at path as training would, but keeps nothing. Its error is
// always nil, since a bag of which nothing can be used is a verdict, too.
func (j Judge) Judge(path string) (bagcheck.Verdict, error) {
	report, err := read(context.Background(), []string{path}, &Options{Contract: j.Contract}, &counter{})
	v := bagcheck.Verdict{
		Episodes: report.Episodes, Samples: report.Samples, Thoughts: report.Thoughts,
		LeftOut: append(counted("episodes", report.LeftOut), counted("images and messages", report.Dropped)...),
	}
	if err != nil {
		v.Unusable = err.Error()
	}
	return v, nil
}

// counted lists counts by reason, the largest first.
func counted(what string, counts map[string]int) []bagcheck.Reason {
	reasons := []bagcheck.Reason{}
	for _, why := range byCount(counts) {
		reasons = append(reasons, bagcheck.Reason{What: what, Count: counts[why], Why: why})
	}
	return reasons
}

// counter is a sink that keeps nothing.
type counter struct{ episodes int }

func (c *counter) room(int64) int64            { return 0 }
func (c *counter) put(int64, []byte)           {}
func (c *counter) add(Episode, []sample) error { c.episodes++; return nil }
func (c *counter) failed() error               { return nil }
func (c *counter) mark() int                   { return c.episodes }
func (c *counter) rollBack(to int)             { c.episodes = to }
