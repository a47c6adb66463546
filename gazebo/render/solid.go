package render

import (
	"math"

	"hyt/gazebo/sdf"
)

// facets is the number of sides of a drawn cylinder.
const facets = 20

// look is how a solid is painted.
type look struct {
	color    sdf.Color
	specular float64
	alpha    float64
}

// boxFaces lists the corners of each face; bit 0 of a corner is +x, bit 1 +y,
// bit 2 +z.
var boxFaces = [6]struct {
	normal  [3]float64
	corners [4]int
}{
	{[3]float64{0, 0, 1}, [4]int{4, 5, 7, 6}},
	{[3]float64{1, 0, 0}, [4]int{1, 3, 7, 5}},
	{[3]float64{-1, 0, 0}, [4]int{0, 4, 6, 2}},
	{[3]float64{0, 1, 0}, [4]int{2, 6, 7, 3}},
	{[3]float64{0, -1, 0}, [4]int{0, 1, 5, 4}},
	{[3]float64{0, 0, -1}, [4]int{0, 2, 3, 1}},
}

// eachFace calls visit with the outline and outward normal of every flat face of
// a box or cylinder at f. The outline is valid during the call.
func (r *Renderer) eachFace(f sdf.Frame, g sdf.Geometry, visit func(normal [3]float64)) {
	half := [3]float64{g.Size[0] / 2, g.Size[1] / 2, g.Size[2] / 2}
	if g.Shape == sdf.Box {
		for i := range boxFaces {
			r.outline = r.outline[:0]
			for _, k := range boxFaces[i].corners {
				corner := half
				for axis := range corner {
					if k>>axis&1 == 0 {
						corner[axis] = -corner[axis]
					}
				}
				r.outline = append(r.outline, f.Point(corner))
			}
			visit(f.Vector(boxFaces[i].normal))
		}
		return
	}
	r.outline = r.outline[:0]
	for i := range facets {
		r.outline = append(r.outline, f.Point([3]float64{half[0] * r.circle[i][0], half[1] * r.circle[i][1], half[2]}))
	}
	visit(f.Vector([3]float64{0, 0, 1}))
	if f.R[2][2] < 0.999 { // the lower end of what stands upright is never seen
		r.outline = r.outline[:0]
		for i := range facets {
			r.outline = append(r.outline, f.Point([3]float64{half[0] * r.circle[i][0], half[1] * r.circle[i][1], -half[2]}))
		}
		visit(f.Vector([3]float64{0, 0, -1}))
	}
	for i := range facets {
		a, b := r.circle[i], r.circle[(i+1)%facets]
		r.outline = append(r.outline[:0],
			f.Point([3]float64{half[0] * a[0], half[1] * a[1], -half[2]}),
			f.Point([3]float64{half[0] * b[0], half[1] * b[1], -half[2]}),
			f.Point([3]float64{half[0] * b[0], half[1] * b[1], half[2]}),
			f.Point([3]float64{half[0] * a[0], half[1] * a[1], half[2]}))
		visit(f.Vector(unit([3]float64{a[0] + b[0], a[1] + b[1], 0})))
	}
}

// drawSolid draws what is seen of a solid.
func (r *Renderer) drawSolid(f sdf.Frame, g sdf.Geometry, l look) {
	if g.Shape == sdf.Sphere {
		r.drawSphere(f.P, g.Size[0]/2, l)
		return
	}
	r.eachFace(f, g, func(normal [3]float64) {
		p := r.outline[0]
		toFace := [3]float64{p[0] - r.camera.at[0], p[1] - r.camera.at[1], p[2] - r.camera.at[2]}
		if dot(toFace, normal) >= 0 {
			return
		}
		color := pack(l.color, r.lit(normal), 0)
		if r.baking && onTable(r.outline) {
			color |= receives
		}
		r.fill(paint{color: color, alpha: l.alpha})
	})
}

// onTable tells whether a face lies on the plane z = 0, give or take paint.
func onTable(outline [][3]float64) bool {
	for _, p := range outline {
		if math.Abs(p[2]) > 0.001 {
			return false
		}
	}
	return true
}

// drawShadow darkens the table's top where the solid keeps the light away.
func (r *Renderer) drawShadow(f sdf.Frame, g sdf.Geometry, strength float64) {
	p := paint{shadow: 1 - shadowDepth*strength}
	if g.Shape == sdf.Sphere {
		r.outline = r.outline[:0]
		for _, d := range r.lampDisc {
			k := g.Size[0] / 2
			r.outline = append(r.outline, [3]float64{f.P[0] + k*d[0], f.P[1] + k*d[1], f.P[2] + k*d[2]})
		}
		r.dropOutline()
		r.fill(p)
		return
	}
	r.eachFace(f, g, func([3]float64) {
		r.dropOutline()
		r.fill(p)
	})
}

// dropOutline moves the outline along the light onto the table's top.
func (r *Renderer) dropOutline() {
	for i, p := range r.outline {
		k := max(0, p[2]) / -r.lamp[2]
		r.outline[i] = [3]float64{p[0] + k*r.lamp[0], p[1] + k*r.lamp[1], 0}
	}
}

// nearest is how close to the camera things are still drawn, metres.
const nearest = 0.01

// fill draws the part of the outline that is before the camera.
func (r *Renderer) fill(p paint) {
	r.corners = r.corners[:0]
	before := r.outline[len(r.outline)-1]
	was := r.camera.depth(before)
	for _, point := range r.outline {
		is := r.camera.depth(point)
		if math.IsNaN(is) || math.IsInf(is, 0) {
			return
		}
		if (was < nearest) != (is < nearest) {
			k := (nearest - was) / (is - was)
			r.corner([3]float64{
				before[0] + k*(point[0]-before[0]), before[1] + k*(point[1]-before[1]), before[2] + k*(point[2]-before[2]),
			})
		}
		if is >= nearest {
			r.corner(point)
		}
		before, was = point, is
	}
	if len(r.corners) > 2 {
		r.canvas.fill(r.corners, p)
	}
}

// corner adds one to the polygon on the canvas.
func (r *Renderer) corner(point [3]float64) {
	u, v, inverse := r.camera.project(point)
	r.corners = append(r.corners, vertex{u * float64(r.canvas.width), v * float64(r.canvas.height), inverse})
}

// lit is the light that a face with this normal sends back, 1 at full.
func (r *Renderer) lit(normal [3]float64) [3]float64 {
	k := max(0, -dot(normal, r.lamp))
	return [3]float64{
		r.ambient[0] + k*r.diffuse[0],
		r.ambient[1] + k*r.diffuse[1],
		r.ambient[2] + k*r.diffuse[2],
	}
}

// pack is the colour of a sample: paint times light, plus a highlight.
func pack(c sdf.Color, light [3]float64, highlight float64) uint32 {
	var packed uint32
	for i := range 3 {
		v := c[i]*light[i] + highlight
		packed = packed<<8 | uint32(min(1, max(0, v))*255+0.5)
	}
	return packed
}
