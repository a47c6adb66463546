package render

import "math"

// gloss is the exponent of a sphere's highlight: larger is smaller and sharper.
const gloss = 12

// drawSphere draws a sphere exactly: each sample's line of sight is met with it.
func (r *Renderer) drawSphere(at [3]float64, radius float64, l look) {
	c := r.canvas
	u, v, inverse := r.camera.project(at)
	distance := 1 / inverse
	if !(distance > 1.5*radius) {
		return
	}
	// Away from the middle of the image a sphere is seen as an ellipse.
	a, b := (u-0.5)/r.camera.fu, (v-0.5)/r.camera.fv
	reach := (1 + a*a + b*b) * radius / (distance - radius)
	x0, x1 := columns(u, reach*r.camera.fu, c.width)
	y0, y1 := columns(v, reach*r.camera.fv, c.height)
	toCentre := [3]float64{at[0] - r.camera.at[0], at[1] - r.camera.at[1], at[2] - r.camera.at[2]}
	free := dot(toCentre, toCentre) - radius*radius
	for y := y0; y < y1; y++ {
		lo, hi := c.width, 0
		for x := x0; x < x1; x++ {
			d := r.camera.ray((float64(x)+0.5)/float64(c.width), (float64(y)+0.5)/float64(c.height))
			dd, dc := dot(d, d), dot(d, toCentre)
			q := dc*dc - dd*free
			if q < 0 {
				continue
			}
			t := (dc - math.Sqrt(q)) / dd // metres along the optical axis
			i := y*c.width + x
			lo, hi = min(lo, x), x+1
			if float32(1/t) <= c.depth[i] {
				continue
			}
			k := 1 / radius
			normal := [3]float64{(t*d[0] - toCentre[0]) * k, (t*d[1] - toCentre[1]) * k, (t*d[2] - toCentre[2]) * k}
			c.color[i] = pack(l.color, r.lit(normal), l.specular*r.highlight(normal, d, dd))
			c.depth[i] = float32(1 / t)
		}
		if lo < hi {
			c.touched[y].add(lo, hi)
		}
	}
}

// columns is the range of samples within reach of a place, on an axis of n.
func columns(place, reach float64, n int) (lo, hi int) {
	lo = max(0, int(math.Floor((place-reach)*float64(n))))
	hi = min(n, int(math.Ceil((place+reach)*float64(n)))+1)
	return lo, hi
}

// highlight is the lamp's mirror image on a glossy surface, 0..1.
func (r *Renderer) highlight(normal, sight [3]float64, sightSquared float64) float64 {
	k := 1 / math.Sqrt(sightSquared)
	half := unit([3]float64{-r.lamp[0] - sight[0]*k, -r.lamp[1] - sight[1]*k, -r.lamp[2] - sight[2]*k})
	cos := dot(normal, half)
	if cos <= 0 {
		return 0
	}
	c4 := cos * cos * cos * cos
	power := c4
	for range gloss/4 - 1 {
		power *= c4
	}
	return power
}
