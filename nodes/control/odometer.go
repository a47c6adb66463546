package control

import "time"

// odometer is how far the commands have gone: where a robot that carries them out
// is, relative to where it was when it started. It remembers the last ticks, to say
// the same of an earlier time.
type odometer struct {
	ticks [1024]struct { // a ring: 2 s at 500 Hz
		at   time.Time
		gone Vector // m, rad
	}
	n        int // ticks so far
	velocity Vector
}

// advance carries out the last command until now, a tick. A clock that was set back
// makes it forget earlier times.
func (o *odometer) advance(now time.Time) {
	gone := o.at(now)
	if o.n > 0 && now.Before(o.ticks[(o.n-1)%len(o.ticks)].at) {
		gone, o.n = Vector{}, 0
	}
	e := &o.ticks[o.n%len(o.ticks)]
	e.at, e.gone = now, gone
	o.n++
}

// at is how far it was at a time; before what it remembers, the oldest that it does.
func (o *odometer) at(t time.Time) Vector {
	var later Vector
	var end time.Time
	for i := o.n - 1; i >= max(0, o.n-len(o.ticks)); i-- {
		e := &o.ticks[i%len(o.ticks)]
		switch {
		case t.Before(e.at):
			later, end = e.gone, e.at
			continue
		case end.IsZero():
			return along(e.gone, o.velocity, t.Sub(e.at).Seconds())
		}
		for k := range later {
			later[k] -= e.gone[k]
		}
		return along(e.gone, later, t.Sub(e.at).Seconds()/end.Sub(e.at).Seconds())
	}
	return later
}

// along is v + share * step.
func along(v, step Vector, share float64) Vector {
	for i := range v {
		v[i] += share * step[i]
	}
	return v
}
