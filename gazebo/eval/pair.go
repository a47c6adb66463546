package eval

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Comparison is that of one cell with the same cell of a baseline.
type Comparison struct {
	Cell string // "TASK SPLIT MODE"
	Gain
}

// Compare pairs each cell of the policy under test with the baseline's, scene by scene.
// Scenes that one of them did not play to the end count in neither; cells without a common
// scene are left out.
func (r Report) Compare(baseline Report) []Comparison {
	type scene struct {
		group
		seed int64
	}
	before := map[scene]bool{}
	for _, e := range baseline.Results {
		if e.Lost == "" {
			before[scene{e.group(), e.Seed}] = e.Success()
		}
	}
	was, is := map[group][]bool{}, map[group][]bool{}
	for _, e := range r.Results {
		g := e.group()
		if won, there := before[scene{g, e.Seed}]; there && e.Lost == "" {
			was[g], is[g] = append(was[g], won), append(is[g], e.Success())
		}
	}
	var out []Comparison
	for _, c := range r.Cells {
		g := c.group()
		if c.Control == Plain && len(is[g]) > 0 {
			out = append(out, Comparison{c.Title(), Paired(was[g], is[g])})
		}
	}
	return out
}

// LostWhy is how many episodes were lost for each reason, as sentences, the most frequent
// first.
func (r Report) LostWhy() []string {
	counts := map[string]int{}
	for _, e := range r.Results {
		if e.Lost != "" {
			counts[e.Lost]++
		}
	}
	reasons := slices.SortedFunc(maps.Keys(counts), func(a, b string) int {
		return cmp.Or(counts[b]-counts[a], strings.Compare(a, b))
	})
	for i, why := range reasons {
		reasons[i] = fmt.Sprintf("%d × %s", counts[why], why)
	}
	return reasons
}
