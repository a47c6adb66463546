package control

// Anchor is where a robot that is commanded by positions stays while it holds: where
// it was measured when the hold began. To command the newest measurement at each
// tick instead would let it sink under its own weight. It is for one goroutine.
type Anchor struct {
	at      []float64
	holding bool
}

// Hold returns where to stay, given where the robot is measured to be now (joints or
// a pose, in any units). The result is the anchor's: valid until Release.
func (a *Anchor) Hold(measured []float64) []float64 {
	if !a.holding {
		a.at = append(a.at[:0], measured...)
		a.holding = true
	}
	return a.at
}

// Release ends the hold: the robot moves again.
func (a *Anchor) Release() { a.holding = false }
