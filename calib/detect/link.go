package detect

import "math"

// noLink stands for a ray that leads to no other corner.
const noLink = -1

// graph links corners along the edges between them.
type graph struct {
	corners []corner
	// to[i][r] is the corner that ray r of corner i leads to, and back[i][r] the
	// ray of that one which leads back.
	to, back [][4]int
}

// linked finds the links. One stands where two corners are each other's nearest
// along their rays, and the edge between them keeps its bright side on one hand.
func linked(p *plane, corners []corner) *graph {
	g := &graph{corners, make([][4]int, len(corners)), make([][4]int, len(corners))}
	for i := range corners {
		for r := range 4 {
			g.to[i][r], g.back[i][r] = g.nearest(i, r)
		}
	}
	var keep [][4]bool
	for i := range corners {
		var k [4]bool
		for r := range 4 {
			j, b := g.to[i][r], g.back[i][r]
			k[r] = j != noLink && g.to[j][b] == i && g.back[j][b] == r && g.isEdge(p, i, r, j)
		}
		keep = append(keep, k)
	}
	for i := range corners {
		for r := range 4 {
			if !keep[i][r] {
				g.to[i][r] = noLink
			}
		}
	}
	return g
}

// nearest is the nearest corner along a ray that has a ray to answer it. The
// bright square beside an edge is on one hand as seen from its one end and on the
// other hand as seen from its other end: a ray that rises is answered by one that
// does not.
func (g *graph) nearest(i, r int) (to, back int) {
	const cone = 20 * math.Pi / 180
	slope := math.Tan(cone)
	from := &g.corners[i]
	sin, cos := math.Sincos(from.rays[r].angle)
	to, back = noLink, noLink
	best := math.Inf(1)
	for j := range g.corners {
		c := &g.corners[j]
		dx, dy := c.x-from.x, c.y-from.y
		along := dx*cos + dy*sin
		// The nearest is that of least distance, and of little turn.
		across := math.Abs(dy*cos - dx*sin)
		if along < apart || across > slope*along || along+2*across >= best {
			continue
		}
		angle := math.Atan2(-dy, -dx)
		for b := range 4 {
			if c.rays[b].rises != from.rays[r].rises && math.Abs(turn(c.rays[b].angle-angle)) < cone {
				to, back, best = j, b, along+2*across
			}
		}
	}
	return to, back
}

// isEdge tells whether the line from corner i to corner j has bright on one hand
// and dark on the other all along, as ray r of i says.
func (g *graph) isEdge(p *plane, i, r, j int) bool {
	a, b := &g.corners[i], &g.corners[j]
	dx, dy := b.x-a.x, b.y-a.y
	length := math.Hypot(dx, dy)
	off := max(0.15*length, 1.5) / length
	// Clockwise of the line's direction, that is to the right as seen.
	nx, ny := -dy*off, dx*off
	if !g.corners[i].rays[r].rises {
		nx, ny = -nx, -ny
	}
	need := 0.35 * min(a.contrast, b.contrast)
	for _, t := range [...]float64{0.3, 0.5, 0.7} {
		x, y := a.x+t*dx, a.y+t*dy
		if !p.inside(x+nx, y+ny, 0) || !p.inside(x-nx, y-ny, 0) || p.at(x+nx, y+ny)-p.at(x-nx, y-ny) < need {
			return false
		}
	}
	return true
}
