package embedded

import (
	"math"

	"github.com/jakecoffman/cp/v2"
)

const (
	// stepUp is how much higher than an object's bottom the thing below may be and
	// still carry it, metres: what a lifted support rises in one physics step, with
	// room to spare.
	stepUp = 0.002
	// sameHeight is how much the tops of things may differ that carry one together.
	sameHeight = 0.001
	// fallen is the room between a thing that has fallen and what it fell from.
	fallen = 0.0005
)

// settle puts every free object on what is below it, from the bottom up: objects
// fall at once, rise with a support that is lifted, and topple where what they
// stand on does not carry them.
func (s *Sim) settle() {
	s.sortByHeight()
	for _, i := range s.order {
		o := s.objects[i]
		if o.held {
			continue
		}
		// What falls from one thing may fall upon another.
		for range len(s.objects) {
			under, rest := s.ground(i)
			if rest == nil {
				o.setBottom(under.top)
				o.under = under.index
				break
			}
			s.topple(i, *rest, under.top)
		}
	}
}

// ground is what an object comes to stand on: a height and one of the objects there.
type ground struct {
	top   float64
	index int // or onTheTable
}

// edge is where a thing tips: a point of the edge that it tips over and the
// direction, of unit length, in which it goes.
type edge struct{ x, y, dx, dy float64 }

// ground finds what carries the object. It returns an edge, too, when the weight of
// the object and of all that stands on it lies outside of what carries it.
func (s *Sim) ground(i int) (ground, *edge) {
	o := s.objects[i]
	at := o.footprint()
	g := ground{index: onTheTable}
	for k, other := range s.objects {
		if k == i || !other.flat() || other.top <= g.top || other.top > o.bottom+stepUp {
			continue
		}
		if f := other.footprint(); apart(&at, &f) || distance(&at, &f) > 0 {
			continue
		}
		g = ground{other.top, k}
	}
	if g.index == onTheTable {
		return g, nil
	}
	x, y := s.weight(i)
	s.contact = s.contact[:0]
	for k, other := range s.objects {
		if k == i || !other.flat() || other.top < g.top-sameHeight || other.top > o.bottom+stepUp {
			continue
		}
		f := other.footprint()
		if apart(&at, &f) || distance(&at, &f) > 0 {
			continue
		}
		if at.toPoint(x, y) == 0 && f.toPoint(x, y) == 0 {
			return ground{g.top, k}, nil
		}
		s.contact = append(s.contact, common(&at, &f)...)
	}
	return g, tips(hull(s.contact), x, y)
}

// apart tells cheaply that two footprints are far from each other.
func apart(a, b *footprint) bool {
	r := a.reach() + b.reach()
	return math.Abs(a.x-b.x) > r || math.Abs(a.y-b.y) > r
}

// weight is where the weight of an object and of all that stands on it acts.
func (s *Sim) weight(i int) (x, y float64) {
	var mass float64
	for k, o := range s.objects {
		if k != i && (o.held || !s.standsOn(k, i)) {
			continue
		}
		p := o.body.Position()
		mass += o.mass
		x, y = x+o.mass*p.X, y+o.mass*p.Y
	}
	return x / mass, y / mass
}

// standsOn tells whether object k stands on object i, with others between or not.
func (s *Sim) standsOn(k, i int) bool {
	for range s.objects {
		if k = s.objects[k].under; k == onTheTable || k == i {
			return k == i
		}
	}
	return false
}

// topple lets an object go over an edge with all that stands on it, as one piece:
// each thing comes to lie as far from the edge as it stood above it.
func (s *Sim) topple(i int, e edge, height float64) {
	s.falling = s.falling[:0]
	for k := range s.objects {
		if k == i || (!s.objects[k].held && s.standsOn(k, i)) {
			s.falling = append(s.falling, k)
		}
	}
	for _, k := range s.falling {
		o := s.objects[k]
		p := o.body.Position()
		beside := (p.Y-e.y)*e.dx - (p.X-e.x)*e.dy // along the edge
		out := o.bottom - height + o.fall(e) + fallen
		o.body.SetPosition(cp.Vector{X: e.x + out*e.dx - beside*e.dy, Y: e.y + out*e.dy + beside*e.dx})
		o.body.SetVelocity(0, 0)
		o.body.SetAngularVelocity(0)
		o.outline(s.space)
		o.under = onTheTable // until it is settled
	}
}

// fall turns an object that goes over an edge onto its side and returns how far
// its middle is from its lower end then, along the way down. A long thing that
// goes over its end slides off and lies flat, a ball rolls off.
func (o *object) fall(e edge) (middle float64) {
	yaw := o.body.Angle()
	sin, cos := math.Sincos(yaw)
	along, across := math.Abs(e.dx*cos+e.dy*sin), math.Abs(e.dy*cos-e.dx*sin)
	middle = o.lies[2] / 2
	switch {
	case !o.flat():
	case o.round:
		o.body.SetAngle(math.Atan2(e.dx, -e.dy)) // its axis points the way it falls
		o.tip()
	case across >= along:
		o.tip()
	case o.lies[0] == o.lies[1]:
		o.body.SetAngle(yaw + math.Pi/2) // a square thing has no end
		o.tip()
	default:
		middle = o.lies[0] / 2
	}
	return middle
}

// sortByHeight orders the indices by the objects' bottoms. The order hardly
// changes between steps, and equal heights keep theirs.
func (s *Sim) sortByHeight() {
	for i := 1; i < len(s.order); i++ {
		for k := i; k > 0 && s.objects[s.order[k]].bottom < s.objects[s.order[k-1]].bottom; k-- {
			s.order[k], s.order[k-1] = s.order[k-1], s.order[k]
		}
	}
}
