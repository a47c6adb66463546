package sdf

import "strings"

// Parse reads one document. Errors name the element: its path with the names on
// the way.
func Parse(data []byte) (*File, error) {
	root, err := readTree(data)
	if err != nil {
		return nil, err
	}
	if root.tag != "sdf" {
		return nil, root.errorf("the top element must be <sdf>")
	}
	f := &File{Version: root.attrs["version"]}
	if f.Version != "1.6" && f.Version != "1.7" {
		return nil, root.errorf("version %q is not supported (supported: 1.6, 1.7)", f.Version)
	}
	if err := root.only("world model"); err != nil {
		return nil, err
	}
	world, err := root.child("world")
	if err != nil {
		return nil, err
	}
	if world != nil {
		if f.World, err = readWorld(world); err != nil {
			return nil, err
		}
	}
	f.Models, err = readModels(root)
	return f, err
}

// readWorld reads <world>. Physics and gravity belong to the simulator that runs
// it; the embedded one has its own.
func readWorld(n *node) (*World, error) {
	if err := n.only("gravity physics scene light model"); err != nil {
		return nil, err
	}
	name, err := n.name()
	if err != nil {
		return nil, err
	}
	w := &World{Name: name, Scene: Scene{Ambient: Color{0.4, 0.4, 0.4, 1}, Background: Color{0.7, 0.7, 0.7, 1}, Shadows: true}}
	scene, err := n.child("scene")
	if err != nil {
		return nil, err
	}
	if scene != nil {
		if err := readScene(scene, &w.Scene); err != nil {
			return nil, err
		}
	}
	for _, c := range n.children {
		if c.tag == "light" {
			light, err := readLight(c)
			if err != nil {
				return nil, err
			}
			w.Lights = append(w.Lights, light)
		}
	}
	w.Models, err = readModels(n)
	return w, err
}

func readScene(n *node, s *Scene) error {
	if err := n.only("ambient background shadows grid"); err != nil {
		return err
	}
	if err := n.color("ambient", &s.Ambient); err != nil {
		return err
	}
	if err := n.color("background", &s.Background); err != nil {
		return err
	}
	return n.flag("shadows", &s.Shadows)
}

func readLight(n *node) (Light, error) {
	l := Light{Type: n.attrs["type"], Diffuse: Color{1, 1, 1, 1}, Direction: [3]float64{0, 0, -1}}
	if err := n.only("pose diffuse specular direction cast_shadows attenuation"); err != nil {
		return l, err
	}
	var err error
	if l.Name, err = n.name(); err != nil {
		return l, err
	}
	if l.Type != "directional" && l.Type != "point" {
		return l, n.errorf("light type %q is not supported (supported: directional, point)", l.Type)
	}
	if l.Pose, err = n.pose(); err != nil {
		return l, err
	}
	if err := n.color("diffuse", &l.Diffuse); err != nil {
		return l, err
	}
	if err := n.flag("cast_shadows", &l.CastShadows); err != nil {
		return l, err
	}
	direction, err := n.child("direction")
	if err != nil || direction == nil {
		return l, err
	}
	l.Direction, err = direction.unit()
	return l, err
}

// readModels reads the <model> children, whose names must differ.
func readModels(n *node) ([]Model, error) {
	var models []Model
	seen := map[string]bool{}
	for _, c := range n.children {
		if c.tag != "model" {
			continue
		}
		m, err := readModel(c)
		if err != nil {
			return nil, err
		}
		if seen[m.Name] {
			return nil, c.errorf("a second model of this name")
		}
		seen[m.Name] = true
		models = append(models, m)
	}
	return models, nil
}

func readModel(n *node) (Model, error) {
	var m Model
	if err := n.only("static pose link joint self_collide allow_auto_disable"); err != nil {
		return m, err
	}
	var err error
	if m.Name, m.Pose, err = n.placed(); err != nil {
		return m, err
	}
	if err := n.flag("static", &m.Static); err != nil {
		return m, err
	}
	for _, c := range n.children {
		if c.tag == "link" {
			link, err := readLink(c)
			if err != nil {
				return m, err
			}
			if _, ok := m.Link(link.Name); ok || link.Name == WorldLink {
				return m, c.errorf("the name is taken")
			}
			m.Links = append(m.Links, link)
		}
	}
	if len(m.Links) == 0 {
		return m, n.errorf("<link> is missing")
	}
	for _, c := range n.children {
		if c.tag == "joint" {
			joint, err := readJoint(c, &m)
			if err != nil {
				return m, err
			}
			m.Joints = append(m.Joints, joint)
		}
	}
	if _, err := NewChain(&m); err != nil {
		return m, n.errorf("%s", err)
	}
	return m, nil
}

// pose reads the <pose> child; missing, it is zero.
func (n *node) pose() (Pose, error) {
	c, err := n.child("pose")
	if err != nil || c == nil {
		return Pose{}, err
	}
	for _, a := range []string{"relative_to", "frame", "rotation_format", "degrees"} {
		if c.attrs[a] != "" {
			return Pose{}, c.errorf("attribute %s is not supported", a)
		}
	}
	var v [6]float64
	if err := c.numbers(v[:]); err != nil {
		return Pose{}, err
	}
	return Pose{v[0], v[1], v[2], v[3], v[4], v[5]}, nil
}

// color reads the child tag: three or four numbers in 0..1. Missing, it leaves v.
func (n *node) color(tag string, v *Color) error {
	c, err := n.child(tag)
	if err != nil || c == nil {
		return err
	}
	read := Color{0, 0, 0, 1}
	size := 4
	if len(strings.Fields(c.text)) == 3 {
		size = 3
	}
	if err := c.numbers(read[:size]); err != nil {
		return err
	}
	for _, part := range read {
		if part < 0 || part > 1 {
			return c.errorf("%g is not in 0..1", part)
		}
	}
	*v = read
	return nil
}
