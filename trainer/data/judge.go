package data

import (
	"maps"
	"slices"
	"strings"

	"hyt/msgs/bag/bagcheck"
)

// Judge says what training with c would use of the bag at path. It implements
// bagcheck.Trainer; its error is always nil, since a bag of which nothing can be
// used is a verdict, too.
func (c Config) Judge(path string) (bagcheck.Verdict, error) {
	_, report, err := Load([]string{path}, c)
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
	for _, why := range slices.SortedFunc(maps.Keys(counts), func(a, b string) int {
		if counts[a] != counts[b] {
			return counts[b] - counts[a]
		}
		return strings.Compare(a, b)
	}) {
		reasons = append(reasons, bagcheck.Reason{What: what, Count: counts[why], Why: why})
	}
	return reasons
}
