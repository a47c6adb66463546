package data

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// BagReport says what was read from one bag.
type BagReport struct {
	Path     string
	SHA256   string // of its data files, one after another
	Episodes int    // used
	Samples  int
	Problems []string // what was wrong with its files
}

// Report says what a Set was made of, and what not.
type Report struct {
	Bags     []BagReport
	Episodes int            // used
	LeftOut  map[string]int // episodes, by reason
	Samples  int
	Thoughts int            // samples that have one
	Dropped  map[string]int // images and messages, by reason
	// Q01 and Q99 are quantiles of the first action of each sample, by dimension
	// (x y z yaw gripper), in the units of Sample.Actions.
	Q01, Q99 []float64
}

// Hashes maps each bag's path to the hash of its data.
func (r *Report) Hashes() map[string]string {
	hashes := make(map[string]string, len(r.Bags))
	for _, b := range r.Bags {
		hashes[b.Path] = b.SHA256
	}
	return hashes
}

// String is the report for people, several lines.
func (r *Report) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%d samples (%d with a thought) of %d episodes in %d bags\n", r.Samples, r.Thoughts, r.Episodes, len(r.Bags))
	for _, line := range reasons(r.LeftOut) {
		fmt.Fprintf(&b, "  episodes left out: %s\n", line)
	}
	for _, line := range reasons(r.Dropped) {
		fmt.Fprintf(&b, "  left out: %s\n", line)
	}
	for _, bag := range r.Bags {
		for _, p := range bag.Problems {
			fmt.Fprintf(&b, "  %s: %s\n", bag.Path, p)
		}
	}
	return b.String()
}

// reasons lists counts, the largest first.
func reasons(counts map[string]int) []string {
	keys := slices.SortedFunc(maps.Keys(counts), func(a, b string) int {
		if counts[a] != counts[b] {
			return counts[b] - counts[a]
		}
		return strings.Compare(a, b)
	})
	for i, k := range keys {
		keys[i] = fmt.Sprintf("%d × %s", counts[k], k)
	}
	return keys
}

// quantiles returns the 1 % and 99 % quantiles of the first action of each
// sample, by dimension.
func quantiles(samples []Sample) (q01, q99 []float64) {
	for d := range Dims {
		column := make([]float32, len(samples))
		for i, s := range samples {
			column[i] = s.Actions[d]
		}
		slices.Sort(column)
		last := float64(len(column) - 1)
		q01 = append(q01, float64(column[int(0.01*last)]))
		q99 = append(q99, float64(column[int(0.99*last)]))
	}
	return q01, q99
}
