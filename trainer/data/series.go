package data

import (
	"cmp"
	"slices"
)

// point is a value at a time, ns.
type point[T any] struct {
	at    int64
	value T
}

// series is values over time, in order; times are unique.
type series[T any] []point[T]

// add puts v in its place; a second value at the same time replaces the first.
func (s *series[T]) add(at int64, v T) {
	i := s.after(at)
	if i > 0 && (*s)[i-1].at == at {
		(*s)[i-1].value = v
		return
	}
	*s = slices.Insert(*s, i, point[T]{at, v})
}

// after is the index of the first point later than at.
func (s *series[T]) after(at int64) int {
	// New points mostly come last.
	if n := len(*s); n == 0 || (*s)[n-1].at <= at {
		return n
	}
	i, found := slices.BinarySearchFunc(*s, at, func(p point[T], at int64) int { return cmp.Compare(p.at, at) })
	if found {
		i++
	}
	return i
}

// until is the part of s up to a time.
func (s series[T]) until(at int64) series[T] { return s[:s.after(at)] }

// last is the latest point at or before at.
func (s series[T]) last(at int64) (p point[T], ok bool) {
	i := s.after(at)
	if i == 0 {
		return p, false
	}
	return s[i-1], true
}

// near returns the value at time at: the nearest one within tolerance, else mix
// of the two around it if those are at most maxGap apart. mix's share is that of
// the later value, 0..1.
func (s series[T]) near(at, tolerance, maxGap int64, mix func(a, b T, share float64) T) (v T, ok bool) {
	i := s.after(at)
	before, after := i > 0, i < len(s)
	fromBefore, toAfter := int64(0), int64(0)
	if before {
		fromBefore = at - s[i-1].at
	}
	if after {
		toAfter = s[i].at - at
	}
	switch {
	case before && fromBefore <= tolerance && (!after || fromBefore <= toAfter):
		return s[i-1].value, true
	case after && toAfter <= tolerance:
		return s[i].value, true
	case before && after && fromBefore+toAfter <= maxGap:
		return mix(s[i-1].value, s[i].value, float64(fromBefore)/float64(fromBefore+toAfter)), true
	}
	return v, false
}

// hold is a stretch of time during which a value stays the same.
type hold[T any] struct {
	value T
	share float64 // of the window
}

// holds cuts the window from..to into the stretches for which each value lasts:
// until the next one, at most for limit. Time before the first value, or beyond
// a limit, is in none of them.
func (s series[T]) holds(from, to, limit int64, visit func(hold[T])) {
	for i := max(s.after(from)-1, 0); i < len(s) && s[i].at < to; i++ {
		end := to
		if i+1 < len(s) {
			end = min(end, s[i+1].at)
		}
		if limit < end-s[i].at {
			end = s[i].at + limit
		}
		if length := end - max(s[i].at, from); length > 0 {
			visit(hold[T]{s[i].value, float64(length) / float64(to-from)})
		}
	}
}
