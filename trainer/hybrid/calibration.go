package hybrid

import (
	"math"

	"hyt/trainer/model"
)

// calibration compares how sure a head of bins is with how often it is right: the
// expected calibration error over ten classes of certainty (Guo and others, arXiv
// 1706.04599).
type calibration struct {
	sure, right, count [10]float64
	n                  int
}

// add takes the logits of one sample's actions, rows of bins, and what was right.
func (k *calibration) add(c model.Config, logits, actions []float32) {
	for i, action := range actions {
		row := logits[i*c.Bins:][:c.Bins]
		best, sum := 0, 0.0
		for b, v := range row {
			if v > row[best] {
				best = b
			}
		}
		for _, v := range row {
			sum += math.Exp(float64(v - row[best]))
		}
		p := 1 / sum
		class := min(int(p*float64(len(k.count))), len(k.count)-1)
		k.sure[class] += p
		k.count[class]++
		if int64(best) == c.Bin(action) {
			k.right[class]++
		}
		k.n++
	}
}

// error is the mean distance between certainty and hit rate, 0..1.
func (k *calibration) error() float64 {
	sum := 0.0
	for class, count := range k.count {
		if count > 0 {
			sum += math.Abs(k.sure[class] - k.right[class])
		}
	}
	return sum / float64(k.n)
}
