package sdf

import "math"

func readLink(n *node) (Link, error) {
	l := Link{Mass: 1}
	if err := n.only("pose inertial visual collision sensor gravity kinematic self_collide velocity_decay"); err != nil {
		return l, err
	}
	var err error
	if l.Name, l.Pose, err = n.placed(); err != nil {
		return l, err
	}
	inertial, err := n.child("inertial")
	if err != nil {
		return l, err
	}
	if inertial != nil {
		if err := inertial.positive("mass", &l.Mass); err != nil {
			return l, err
		}
	}
	for _, c := range n.children {
		switch c.tag {
		case "visual":
			v, err := readVisual(c)
			if err != nil {
				return l, err
			}
			l.Visuals = append(l.Visuals, v)
		case "collision":
			v, err := readCollision(c)
			if err != nil {
				return l, err
			}
			l.Collisions = append(l.Collisions, v)
		case "sensor":
			v, err := readCamera(c)
			if err != nil {
				return l, err
			}
			l.Cameras = append(l.Cameras, v)
		}
	}
	return l, nil
}

func readVisual(n *node) (Visual, error) {
	v := Visual{Diffuse: Color{0.7, 0.7, 0.7, 1}, CastShadows: true}
	if err := n.only("pose geometry material transparency cast_shadows"); err != nil {
		return v, err
	}
	var err error
	if v.Name, v.Pose, err = n.placed(); err != nil {
		return v, err
	}
	if v.Geometry, err = readGeometry(n); err != nil {
		return v, err
	}
	if err := n.number("transparency", &v.Transparency); err != nil {
		return v, err
	}
	if v.Transparency < 0 || v.Transparency > 1 {
		return v, n.errorf("transparency %g is not in 0..1", v.Transparency)
	}
	if err := n.flag("cast_shadows", &v.CastShadows); err != nil {
		return v, err
	}
	material, err := n.child("material")
	if err != nil || material == nil {
		return v, err
	}
	if err := material.only("ambient diffuse specular emissive"); err != nil {
		return v, err
	}
	if err := material.color("specular", &v.Specular); err != nil {
		return v, err
	}
	return v, material.color("diffuse", &v.Diffuse)
}

func readCollision(n *node) (Collision, error) {
	c := Collision{Friction: 1}
	if err := n.only("pose geometry surface max_contacts"); err != nil {
		return c, err
	}
	var err error
	if c.Name, c.Pose, err = n.placed(); err != nil {
		return c, err
	}
	if c.Geometry, err = readGeometry(n); err != nil {
		return c, err
	}
	at := n
	for _, tag := range []string{"surface", "friction", "ode"} {
		if at, err = at.child(tag); err != nil || at == nil {
			return c, err
		}
	}
	if err := at.number("mu", &c.Friction); err != nil {
		return c, err
	}
	if c.Friction < 0 {
		return c, at.errorf("friction %g is below zero", c.Friction)
	}
	return c, nil
}

func readGeometry(n *node) (Geometry, error) {
	var g Geometry
	geometry, err := n.need("geometry")
	if err != nil {
		return g, err
	}
	if err := geometry.only("box cylinder sphere"); err != nil {
		return g, err
	}
	if len(geometry.children) != 1 {
		return g, geometry.errorf("one of box, cylinder, sphere expected, %d found", len(geometry.children))
	}
	shape := geometry.children[0]
	g.Shape = Shape(shape.tag)
	var radius, length float64
	switch g.Shape {
	case Box:
		size, err := shape.need("size")
		if err != nil {
			return g, err
		}
		if err := size.numbers(g.Size[:]); err != nil {
			return g, err
		}
		for _, s := range g.Size {
			if s <= 0 {
				return g, size.errorf("%g must be above zero", s)
			}
		}
		return g, shape.only("size")
	case Cylinder:
		if err := shape.positive("length", &length); err != nil {
			return g, err
		}
		if err := shape.positive("radius", &radius); err != nil {
			return g, err
		}
		g.Size = [3]float64{2 * radius, 2 * radius, length}
		return g, shape.only("radius length")
	default:
		if err := shape.positive("radius", &radius); err != nil {
			return g, err
		}
		g.Size = [3]float64{2 * radius, 2 * radius, 2 * radius}
		return g, shape.only("radius")
	}
}

// readCamera reads <sensor type="camera">.
func readCamera(n *node) (Camera, error) {
	c := Camera{Rate: 10}
	if n.attrs["type"] != "camera" {
		return c, n.errorf("sensor type %q is not supported (supported: camera)", n.attrs["type"])
	}
	if err := n.only("pose camera update_rate always_on visualize topic"); err != nil {
		return c, err
	}
	var err error
	if c.Name, c.Pose, err = n.placed(); err != nil {
		return c, err
	}
	if err := n.number("update_rate", &c.Rate); err != nil {
		return c, err
	}
	camera, err := n.need("camera")
	if err != nil {
		return c, err
	}
	if err := camera.only("horizontal_fov image clip"); err != nil {
		return c, err
	}
	if err := camera.positive("horizontal_fov", &c.HorizontalFOV); err != nil {
		return c, err
	}
	if c.HorizontalFOV >= math.Pi {
		return c, camera.errorf("horizontal_fov %g must be below pi", c.HorizontalFOV)
	}
	image, err := camera.need("image")
	if err != nil {
		return c, err
	}
	return c, readImageSize(image, &c)
}

func readImageSize(n *node, c *Camera) error {
	const maxSide = 4096
	if err := n.only("width height format"); err != nil {
		return err
	}
	var w, h float64
	if err := n.positive("width", &w); err != nil {
		return err
	}
	if err := n.positive("height", &h); err != nil {
		return err
	}
	if w != math.Trunc(w) || h != math.Trunc(h) || w > maxSide || h > maxSide {
		return n.errorf("%g x %g: whole numbers up to %d expected", w, h, maxSide)
	}
	c.Width, c.Height = int(w), int(h)
	return nil
}
