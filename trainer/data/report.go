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
	LeftOut  string   // why nothing of it is used; "": something may be
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
	Problems []string       // of no single bag
	// Q01 and Q99 are quantiles of the first action of each sample, by dimension of
	// Shape.Action, in its units.
	Q01, Q99 []float64
}

// Hashes maps the path of each bag that is used to the hash of its data.
func (r *Report) Hashes() map[string]string {
	hashes := make(map[string]string, len(r.Bags))
	for _, b := range r.Bags {
		if b.LeftOut == "" {
			hashes[b.Path] = b.SHA256
		}
	}
	return hashes
}

// copy is a report that shares nothing that changes with r.
func (r *Report) copy() Report {
	c := *r
	c.LeftOut, c.Dropped = maps.Clone(r.LeftOut), maps.Clone(r.Dropped)
	c.Bags = slices.Clone(r.Bags)
	return c
}

// why is the commonest reason for having nothing.
func (r *Report) why() string {
	for _, b := range r.Bags {
		if b.LeftOut != "" {
			return b.LeftOut
		}
	}
	all := append(reasons(r.LeftOut), reasons(r.Dropped)...)
	for _, b := range r.Bags {
		all = append(all[:min(2, len(all))], b.Problems...)
	}
	if len(all) == 0 {
		return "there are no images during an instruction"
	}
	return strings.Join(all[:min(3, len(all))], "; ")
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
		if bag.LeftOut != "" {
			fmt.Fprintf(&b, "  bag left out: %s\n", bag.LeftOut)
		}
		for _, p := range bag.Problems {
			fmt.Fprintf(&b, "  %s: %s\n", bag.Path, p)
		}
	}
	for _, p := range r.Problems {
		fmt.Fprintf(&b, "  %s\n", p)
	}
	return b.String()
}

// reasons lists counts, the largest first.
func reasons(counts map[string]int) []string {
	keys := byCount(counts)
	for i, k := range keys {
		keys[i] = fmt.Sprintf("%d × %s", counts[k], k)
	}
	return keys
}

// byCount lists the keys of counts, the largest count first.
func byCount(counts map[string]int) []string {
	return slices.SortedFunc(maps.Keys(counts), func(a, b string) int {
		if counts[a] != counts[b] {
			return counts[b] - counts[a]
		}
		return strings.Compare(a, b)
	})
}

// quantiles gathers the first action of each sample, by dimension.
type quantiles struct{ columns [][]float32 }

func (q *quantiles) add(row []float32) {
	if q.columns == nil {
		q.columns = make([][]float32, len(row))
	}
	for i, v := range row {
		q.columns[i] = append(q.columns[i], v)
	}
}

func (q *quantiles) copy() quantiles { return quantiles{slices.Clone(q.columns)} }

// ends are the 1 % and 99 % quantiles.
func (q *quantiles) ends() (q01, q99 []float64) {
	for _, column := range q.columns {
		slices.Sort(column)
		last := float64(len(column) - 1)
		q01 = append(q01, float64(column[int(0.01*last)]))
		q99 = append(q99, float64(column[int(0.99*last)]))
	}
	return q01, q99
}
