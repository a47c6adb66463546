package bagcheck

import (
	"math"
	"time"
)

// periods is a histogram of times between messages, in steps of one percent, so
// that its size does not depend on their number.
type periods struct {
	counts map[int]uint64 // by bucket
	total  uint64
}

// growth is how much longer the periods of a bucket are than those of the one
// before.
const growth = 1.01

func (p *periods) add(d time.Duration) {
	if p.counts == nil {
		p.counts = map[int]uint64{}
	}
	p.counts[bucket(d)]++
	p.total++
}

func bucket(d time.Duration) int { return int(math.Log(float64(max(1, d))) / math.Log(growth)) }

// length is the middle of a bucket.
func length(bucket int) time.Duration {
	return time.Duration(math.Pow(growth, float64(bucket)+0.5))
}

// lastBucket is that of the longest duration.
var lastBucket = bucket(math.MaxInt64)

// median is the middle period; 0 where there is none.
func (p *periods) median() time.Duration {
	seen := uint64(0)
	for b := 0; b <= lastBucket; b++ {
		seen += p.counts[b]
		if seen > 0 && 2*seen >= p.total {
			return length(b)
		}
	}
	return 0
}

// Messages are regular if there are some, and most of the periods are near the
// median. Rarer ones than those of the slowest stream are events, such as the starts
// of episodes, which may well be of like length.
const (
	slowest      = 1100 * time.Millisecond
	leastPeriods = 9
	near         = 0.5
	most         = 0.8
)

func (p *periods) regular(median time.Duration) bool {
	close := uint64(0)
	for b, n := range p.counts {
		if math.Abs(length(b).Seconds()-median.Seconds()) <= near*median.Seconds() {
			close += n
		}
	}
	return median <= slowest && p.total >= leastPeriods && float64(close) >= most*float64(p.total)
}

// missing is how many messages would fill the periods that are too long, but no
// gaps.
func (p *periods) missing(median time.Duration) (n uint64) {
	for b, count := range p.counts {
		if whole := math.Round(float64(length(b)) / float64(median)); whole > 1 && whole <= gapPeriods {
			n += count * uint64(whole-1)
		}
	}
	return n
}
