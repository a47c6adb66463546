// Package render draws the state of a tabletop world as its cameras see it: the one
// above the table, which stands still, or the one on the hand. Perspective, flat shading from one lamp, shadows on the table, three by
// three samples a pixel. A frame allocates nothing.
package render

import (
	"fmt"
	"math"

	"hyt/gazebo/sdf"
	"hyt/gazebo/sdf/stage"
	"hyt/gazebo/sim"
)

// shadowDepth is the share of light that a shadow takes.
const shadowDepth = 0.3

// Renderer draws one stage at one size. It is not safe for concurrent use.
type Renderer struct {
	stage  *stage.Stage
	chain  *sdf.Chain
	canvas *canvas
	width  int
	height int

	wrist            bool // looks from the hand, not from above
	camera           Camera
	lamp             [3]float64 // direction of travel, unit length
	ambient, diffuse [3]float64 // scene's brightness included
	shadows          bool
	light            sim.Light
	baking           bool // drawing the background

	things    []thing // the scene's objects, prepared
	positions []float64
	arm       []armPart

	circle   [facets][2]float64 // unit circle
	lampDisc [facets][3]float64 // unit circle across the light
	outline  [][3]float64       // scratch: the face being drawn
	corners  []vertex           // scratch: the same on the canvas
}

// thing is an object as it is to be drawn.
type thing struct {
	link  sdf.Link
	looks []look
}

// armPart is one visual of the arm.
type armPart struct {
	link   int
	offset sdf.Frame
	visual *sdf.Visual
}

// NewWrist is New for the camera on the hand.
func NewWrist(s *stage.Stage, width, height int) (*Renderer, error) {
	if s.Wrist == nil {
		return nil, fmt.Errorf("render: world %q has no camera on its arm", s.World.Name)
	}
	r, err := New(s, width, height)
	if err == nil {
		r.wrist = true
	}
	return r, err
}

// New makes a renderer of width x height pixels for the camera above the table.
// Call SetScene before Draw.
func New(s *stage.Stage, width, height int) (*Renderer, error) {
	const maxSide = 4096
	if width < 1 || height < 1 || width > maxSide || height > maxSide {
		return nil, fmt.Errorf("render: an image of %d x %d pixels: 1 to %d a side expected", width, height, maxSide)
	}
	chain, err := sdf.NewChain(s.Arm.Model)
	if err != nil {
		return nil, err
	}
	r := &Renderer{
		stage: s, chain: chain, canvas: newCanvas(width, height), width: width, height: height,
		positions: make([]float64, len(s.Arm.Model.Joints)),
		outline:   make([][3]float64, 0, 32), corners: make([]vertex, 0, 32),
	}
	for i := range r.circle {
		sin, cos := math.Sincos(2 * math.Pi * float64(i) / facets)
		r.circle[i] = [2]float64{cos, sin}
	}
	for i := range s.Arm.Model.Links {
		l := &s.Arm.Model.Links[i]
		for k := range l.Visuals {
			r.arm = append(r.arm, armPart{i, l.Visuals[k].Pose.Frame(), &l.Visuals[k]})
		}
	}
	return r, nil
}

// Camera is that of the present scene: it changes with SetScene, and the one on
// the hand with each frame.
func (r *Renderer) Camera() *Camera { return &r.camera }

// SetScene prepares for a scene's objects and light, and draws what stands still.
func (r *Renderer) SetScene(scene sim.Scene) error {
	r.things = r.things[:0]
	for _, o := range scene.Objects {
		t, err := r.prepare(o)
		if err != nil {
			return fmt.Errorf("object %q: %w", o.Name, err)
		}
		r.things = append(r.things, t)
	}
	r.light = scene.Light
	r.camera = NewCamera(r.stage, scene.Light)
	r.setLamp(scene.Light)
	r.bake()
	return nil
}

func (r *Renderer) prepare(o sim.Object) (thing, error) {
	model, err := r.stage.Dress(o)
	if err != nil {
		return thing{}, err
	}
	t := thing{link: model.Links[0]}
	for i := range t.link.Visuals {
		t.looks = append(t.looks, lookOf(&t.link.Visuals[i]))
	}
	return t, nil
}

func lookOf(v *sdf.Visual) look {
	specular := (v.Specular[0] + v.Specular[1] + v.Specular[2]) / 3
	return look{color: v.Diffuse, specular: specular, alpha: 1 - v.Transparency}
}

// setLamp takes the first directional light; a world without one is lit evenly.
func (r *Renderer) setLamp(l sim.Light) {
	bright := l.Brightness
	if bright == 0 {
		bright = 1
	}
	r.lamp, r.diffuse, r.shadows = [3]float64{0, 0, -1}, [3]float64{}, false
	for i := range 3 {
		r.ambient[i] = r.stage.World.Scene.Ambient[i] * bright
	}
	for _, light := range r.stage.World.Lights {
		if light.Type == "directional" && light.Direction[2] < 0 {
			r.lamp, r.shadows = light.Direction, light.CastShadows && r.stage.World.Scene.Shadows
			for i := range 3 {
				r.diffuse[i] = light.Diffuse[i] * bright
			}
			break
		}
	}
	// Two directions across the light, and the circle they span.
	side := unit([3]float64{-r.lamp[2], 0, r.lamp[0]})
	other := [3]float64{
		r.lamp[1]*side[2] - r.lamp[2]*side[1],
		r.lamp[2]*side[0] - r.lamp[0]*side[2],
		r.lamp[0]*side[1] - r.lamp[1]*side[0],
	}
	for i, c := range r.circle {
		for k := range 3 {
			r.lampDisc[i][k] = c[0]*side[k] + c[1]*other[k]
		}
	}
}

// bake draws the static models once, for a camera that stands still.
func (r *Renderer) bake() {
	if r.wrist {
		return
	}
	r.canvas.clear(r.background())
	r.drawStatic()
	r.canvas.keep()
}

func (r *Renderer) background() uint32 {
	bright := r.light.Brightness
	if bright == 0 {
		bright = 1
	}
	return pack(r.stage.World.Scene.Background, [3]float64{bright, bright, bright}, 0)
}

func (r *Renderer) drawStatic() {
	r.baking = true
	for i := range r.stage.World.Models {
		m := &r.stage.World.Models[i]
		if m == r.stage.Arm.Model {
			continue
		}
		for _, l := range m.Links {
			at := m.Pose.Frame().Mul(l.Pose.Frame())
			for _, v := range l.Visuals {
				r.drawSolid(at.Mul(v.Pose.Frame()), v.Geometry, lookOf(&v))
			}
		}
	}
	r.baking = false
}

// Draw draws a state of the scene that was set. The pixels are the renderer's own
// and valid until the next call.
func (r *Renderer) Draw(s sim.State) sim.Frame {
	links := r.links(s.Arm)
	if r.wrist {
		w := r.stage.Wrist
		r.camera = pinhole(&w.Camera, links[w.Link].Mul(w.Pose.Frame()))
		r.canvas.renew(r.background())
		r.drawStatic()
	} else {
		r.canvas.begin()
	}
	n := min(len(r.things), len(s.Objects))
	if r.shadows {
		for i := range n {
			r.drawThing(&r.things[i], &s.Objects[i], true)
		}
		for i := range r.arm {
			if p := &r.arm[i]; p.visual.CastShadows {
				r.drawShadow(links[p.link].Mul(p.offset), p.visual.Geometry, 1-p.visual.Transparency)
			}
		}
	}
	for i := range n {
		r.drawThing(&r.things[i], &s.Objects[i], false)
	}
	// What is half transparent comes last.
	for _, solid := range [2]bool{true, false} {
		for i := range r.arm {
			if p := &r.arm[i]; (p.visual.Transparency == 0) == solid {
				r.drawSolid(links[p.link].Mul(p.offset), p.visual.Geometry, lookOf(p.visual))
			}
		}
	}
	r.canvas.resolve()
	return sim.Frame{Width: r.width, Height: r.height, RGB: r.canvas.rgb}
}

func (r *Renderer) links(a sim.Arm) []sdf.Frame {
	arm := &r.stage.Arm
	var q [stage.NumJoints]float64
	q[stage.X], q[stage.Y], q[stage.Z], q[stage.Yaw] = a.X, a.Y, a.Z, a.Yaw
	q[stage.LeftFinger] = a.Gripper * arm.Joints[stage.LeftFinger].Upper
	q[stage.RightFinger] = a.Gripper * arm.Joints[stage.RightFinger].Upper
	arm.Order(q, r.positions)
	return r.chain.Links(arm.Model.Pose.Frame(), r.positions)
}

func (r *Renderer) drawThing(t *thing, o *sim.Object, shadow bool) {
	at := sdf.Upright(o.Pose.X, o.Pose.Y, o.Pose.Z, o.Pose.Yaw)
	if o.Tilt != 0 {
		at = at.Mul(sdf.Rotation([3]float64{1, 0, 0}, o.Tilt))
	}
	for i := range t.link.Visuals {
		v := &t.link.Visuals[i]
		f := at.Mul(v.Pose.Frame())
		if !shadow {
			r.drawSolid(f, v.Geometry, t.looks[i])
		} else if v.CastShadows {
			r.drawShadow(f, v.Geometry, 1)
		}
	}
}
