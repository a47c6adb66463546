package detect

import "math"

// ray is an edge that leaves a corner. Angles are radians from the x axis to the
// y axis, that is clockwise as seen.
type ray struct {
	angle float64
	// rises: the sector that follows clockwise is bright.
	rises bool
}

const (
	ringRadius  = 4.0 // pixels of a level; squares must be larger
	ringSamples = 32
)

var ring = func() (at [ringSamples][2]float64) {
	for i := range at {
		sin, cos := math.Sincos(2 * math.Pi * float64(i) / ringSamples)
		at[i] = [2]float64{ringRadius * cos, ringRadius * sin}
	}
	return at
}()

// star looks at the ring round a corner and fills in its rays. It is false
// where the ring does not have four sectors, bright and dark in turn, of which
// opposite ones are alike.
func (c *corner) star(p *plane) bool {
	if !p.inside(c.x, c.y, ringRadius) {
		return false
	}
	var v [ringSamples]float64
	lo, hi := math.Inf(1), math.Inf(-1)
	for i, d := range ring {
		v[i] = p.at(c.x+d[0], c.y+d[1])
		lo, hi = min(lo, v[i]), max(hi, v[i])
	}
	c.contrast = hi - lo
	if c.contrast < minContrast {
		return false
	}
	mid := (lo + hi) / 2
	var alike, power float64
	for i := range ringSamples / 2 {
		a, b := v[i]-mid, v[i+ringSamples/2]-mid
		alike += 2 * a * b
		power += a*a + b*b
	}
	return alike > 0.7*power && c.findRays(&v, mid)
}

// findRays takes the four places where the ring crosses mid.
func (c *corner) findRays(v *[ringSamples]float64, mid float64) bool {
	n := 0
	for i := range ringSamples {
		a, b := v[i]-mid, v[(i+1)%ringSamples]-mid
		if (a < 0) == (b < 0) {
			continue
		}
		if n == 4 {
			return false
		}
		c.rays[n] = ray{2 * math.Pi / ringSamples * (float64(i) + a/(a-b)), a < 0}
		n++
	}
	if n != 4 {
		return false
	}
	const widest, narrowest = 25 * math.Pi / 180, 20 * math.Pi / 180
	for i := range 2 {
		off := turn(c.rays[i+2].angle - c.rays[i].angle - math.Pi)
		if math.Abs(off) > widest {
			return false
		}
		// Both halves of a line were measured: their mean is less noisy.
		c.rays[i].angle += off / 2
		c.rays[i+2].angle = c.rays[i].angle + math.Pi
	}
	for i := range 4 {
		if gap := math.Mod(c.rays[(i+1)%4].angle-c.rays[i].angle+2*math.Pi, 2*math.Pi); gap < narrowest {
			return false
		}
	}
	return true
}

// turn brings an angle into -π to π.
func turn(a float64) float64 { return math.Remainder(a, 2*math.Pi) }
