package gate

import (
	"fmt"
	"math"
	"slices"
	"strings"
)

// Verdict compares the learned gate with a random one of the same budget.
type Verdict struct {
	Outcomes int     `json:"outcomes"`
	Episodes int     `json:"episodes"`
	Helped   float64 `json:"helped"` // share of the outcomes in which thinking lowered the error
	AUC      float64 `json:"auc"`    // of the gate telling those from the others; 0.5 is chance
	Act      float64 `json:"act"`    // mean error in mode act
	Think    float64 `json:"think"`  // and in mode think
	Budgets  []Cell  `json:"budgets"`
}

// Cell is one budget: the share of the observations that are thought about.
type Cell struct {
	Budget    float64 `json:"budget"`
	Threshold float64 `json:"threshold"` // of p_think at which that share is reached
	Learned   float64 `json:"learned"`   // mean error when the gate chooses
	Random    float64 `json:"random"`    // when chance does, in the mean
	Best      float64 `json:"best"`      // when the outcome is known before
	// Better is how much lower the learned gate's error is than the random one's,
	// with its 95 % interval over episodes.
	Better float64    `json:"better"`
	CI95   [2]float64 `json:"ci95"`
}

// Judge looks at the budgets of a tenth to nine tenths. held are the gate's
// probabilities, each from a gate that did not see the outcome (see Held).
func Judge(outcomes []Outcome, held []float64) Verdict {
	v := Verdict{Outcomes: len(outcomes), AUC: auc(outcomes, held)}
	episodes := map[int]bool{}
	n := float64(len(outcomes))
	for _, o := range outcomes {
		v.Act, v.Think = v.Act+o.Act/n, v.Think+o.Think/n
		if o.gain() > 0 {
			v.Helped += 1 / n
		}
		episodes[o.Episode] = true
	}
	v.Episodes = len(episodes)
	byGate := order(len(outcomes), func(i int) float64 { return held[i] })
	byGain := order(len(outcomes), func(i int) float64 { return outcomes[i].gain() })
	for tenth := 1; tenth < 10; tenth++ {
		b := float64(tenth) / 10
		k := int(math.Round(b * n))
		c := Cell{Budget: b, Learned: errorOf(outcomes, byGate[:k]), Best: errorOf(outcomes, byGain[:k])}
		c.Random = v.Act + float64(k)/n*(v.Think-v.Act)
		if k > 0 {
			c.Threshold = held[byGate[k-1]]
		}
		c.Better = c.Random - c.Learned
		c.CI95 = interval(outcomes, byGate[:k], float64(k)/n)
		v.Budgets = append(v.Budgets, c)
	}
	return v
}

// order is the indexes with the greatest value first.
func order(n int, value func(i int) float64) []int {
	list := make([]int, n)
	for i := range list {
		list[i] = i
	}
	slices.SortStableFunc(list, func(a, b int) int {
		switch x, y := value(a), value(b); {
		case x > y:
			return -1
		case x < y:
			return 1
		}
		return 0
	})
	return list
}

// errorOf is the mean error when the chosen outcomes are thought about.
func errorOf(outcomes []Outcome, chosen []int) float64 {
	sum := 0.0
	for _, o := range outcomes {
		sum += o.Act
	}
	for _, i := range chosen {
		sum -= outcomes[i].gain()
	}
	return sum / float64(len(outcomes))
}

// interval is 95 % of what choosing gains over chance, by the spread over
// episodes: the outcomes of one hang together.
func interval(outcomes []Outcome, chosen []int, budget float64) [2]float64 {
	by := map[int]float64{} // episode → sum over its outcomes
	for _, o := range outcomes {
		by[o.Episode] -= budget * o.gain()
	}
	for _, i := range chosen {
		by[outcomes[i].Episode] += outcomes[i].gain()
	}
	n, m := float64(len(outcomes)), float64(len(by))
	mean, square := 0.0, 0.0
	for _, sum := range by {
		mean += sum / n
	}
	for _, sum := range by {
		square += math.Pow(sum*m/n-mean, 2)
	}
	if m < 2 {
		return [2]float64{math.Inf(-1), math.Inf(1)}
	}
	half := 1.96 * math.Sqrt(square/(m-1)/m)
	return [2]float64{mean - half, mean + half}
}

// auc is the probability that an outcome in which thinking helped has a greater
// probability than one in which it did not.
func auc(outcomes []Outcome, held []float64) float64 {
	ranked := order(len(outcomes), func(i int) float64 { return -held[i] }) // least first
	sum, helped := 0.0, 0.0
	for at := 0; at < len(ranked); {
		next := at
		for next < len(ranked) && held[ranked[next]] == held[ranked[at]] {
			next++
		}
		rank := float64(at+next+1) / 2 // of equals: their mean
		for _, i := range ranked[at:next] {
			if outcomes[i].gain() > 0 {
				sum, helped = sum+rank, helped+1
			}
		}
		at = next
	}
	others := float64(len(outcomes)) - helped
	if helped == 0 || others == 0 {
		return 0.5
	}
	return (sum - helped*(helped+1)/2) / (helped * others)
}

// String is the verdict as a table.
func (v Verdict) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%d samples of %d episodes: thinking lowered the error of %.0f %%, from %.4f to %.4f in the mean; the gate's AUC is %.3f\n",
		v.Outcomes, v.Episodes, 100*v.Helped, v.Act, v.Think, v.AUC)
	fmt.Fprintf(&b, "%8s %10s %9s %9s %9s   %s\n", "thinks", "threshold", "learned", "random", "best", "learned is better by (95 % over episodes)")
	for _, c := range v.Budgets {
		fmt.Fprintf(&b, "%6.0f %% %10.3f %9.4f %9.4f %9.4f   %+.4f (%+.4f … %+.4f)\n",
			100*c.Budget, c.Threshold, c.Learned, c.Random, c.Best, c.Better, c.CI95[0], c.CI95[1])
	}
	return b.String()
}
