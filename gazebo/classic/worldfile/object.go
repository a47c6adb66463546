package worldfile

import (
	"hyt/gazebo/sdf"
	"hyt/gazebo/sdf/stage"
	"hyt/gazebo/sim"
)

// object is an object of the scene as a model at its place.
func object(st *stage.Stage, o sim.Object) (*element, error) {
	m, err := st.Dress(o)
	if err != nil {
		return nil, err
	}
	link := &m.Links[0]
	size := link.Collisions[0].Geometry
	body := node("link", link.Name, inertial(link.Mass, size))
	for _, c := range link.Collisions {
		body.Children = append(body.Children, node("collision", c.Name, pose(c.Pose), geometry(c.Geometry), surface(c.Friction)))
	}
	for i := range link.Visuals {
		body.Children = append(body.Children, visual(&link.Visuals[i]))
	}
	return node("model", o.Name, leaf("pose", o.Pose.X, o.Pose.Y, o.Pose.Z, 0.0, 0.0, o.Pose.Yaw), body), nil
}

func visual(v *sdf.Visual) *element {
	d, s := v.Diffuse, v.Specular
	return node("visual", v.Name, pose(v.Pose), geometry(v.Geometry),
		node("material", "",
			leaf("ambient", d[0], d[1], d[2], d[3]),
			leaf("diffuse", d[0], d[1], d[2], d[3]),
			leaf("specular", s[0], s[1], s[2], s[3])),
		leaf("transparency", v.Transparency),
		leaf("cast_shadows", v.CastShadows))
}

// surface is a little soft. Gazebo's own contacts are so hard that each one is
// mended within one step of physics: a thing between two fingers then jumps from one
// to the other at every step, touches one at a time, and slips.
func surface(friction float64) *element {
	return node("surface", "",
		node("contact", "", node("ode", "", leaf("kp", 1e5), leaf("kd", 800.0))),
		node("friction", "", node("ode", "", leaf("mu", friction), leaf("mu2", friction))))
}

func pose(p sdf.Pose) *element { return leaf("pose", p.X, p.Y, p.Z, p.Roll, p.Pitch, p.Yaw) }

func geometry(g sdf.Geometry) *element {
	s := g.Size
	switch g.Shape {
	case sdf.Sphere:
		return node("geometry", "", node("sphere", "", leaf("radius", s[0]/2)))
	case sdf.Cylinder:
		return node("geometry", "", node("cylinder", "", leaf("radius", s[0]/2), leaf("length", s[2])))
	}
	return node("geometry", "", node("box", "", leaf("size", s[0], s[1], s[2])))
}

// inertial is that of a solid of even density.
func inertial(mass float64, g sdf.Geometry) *element {
	a, b, c := g.Size[0]*g.Size[0], g.Size[1]*g.Size[1], g.Size[2]*g.Size[2]
	var xx, yy, zz float64
	switch g.Shape {
	case sdf.Sphere:
		xx = mass * a / 10
		yy, zz = xx, xx
	case sdf.Cylinder:
		xx = mass * (a/16 + c/12)
		yy, zz = xx, mass*a/8
	default:
		xx, yy, zz = mass*(b+c)/12, mass*(a+c)/12, mass*(a+b)/12
	}
	return node("inertial", "", leaf("mass", mass), node("inertia", "",
		leaf("ixx", xx), leaf("ixy", 0.0), leaf("ixz", 0.0), leaf("iyy", yy), leaf("iyz", 0.0), leaf("izz", zz)))
}
