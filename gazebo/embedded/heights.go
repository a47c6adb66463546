package embedded

// stepUp is how much higher than an object's bottom the thing below may be and
// still carry it, metres: what a lifted support rises in one physics step, with
// room to spare.
const stepUp = 0.002

// settle puts every free object on what is below its centre, from the bottom up:
// objects fall at once, and rise with a support that is lifted.
func (s *Sim) settle() {
	s.sortByHeight()
	for _, i := range s.order {
		o := s.objects[i]
		if o.held {
			continue
		}
		p := o.body.Position()
		ground, under := 0.0, onTheTable
		for k, other := range s.objects {
			if k == i || !other.flat() || other.top <= ground || other.top > o.bottom+stepUp {
				continue
			}
			at := other.footprint()
			if at.toPoint(p.X, p.Y) == 0 {
				ground, under = other.top, k
			}
		}
		o.setBottom(ground)
		o.under = under
	}
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
