// Package lens looks at a simulated world through a real camera: one with the
// intrinsics, distortion and place that calibration found, or any other whose truth
// a test wants to know. The renderer draws what a pinhole sees that looks the same
// way, a little wider; a table bends that into the camera's picture.
package lens

import (
	"fmt"
	"math"

	"hyt/calib/camera"
	"hyt/calib/geom"
	"hyt/calib/view"
	"hyt/gazebo/render"
	"hyt/gazebo/sdf"
	"hyt/gazebo/sdf/stage"
	"hyt/gazebo/sim"
)

// Eye is a camera in a world. It is not safe for concurrent use.
type Eye struct {
	stage    stage.Stage // its camera is the pinhole
	renderer *render.Renderer
	bend     *camera.Remap
	frame    sim.Frame
}

// New puts a camera into a world at worldToptical. The world is not changed.
func New(world *stage.Stage, c camera.Camera, at geom.Pose) (*Eye, error) {
	if err := c.Check(); err != nil {
		return nil, err
	}
	if err := at.Check(); err != nil {
		return nil, fmt.Errorf("camera %s: %w", c.Name, err)
	}
	pinhole, err := around(c)
	if err != nil {
		return nil, err
	}
	e := &Eye{stage: *world, bend: camera.NewRemap(pinhole, c)}
	e.stage.Camera.Camera = sdf.Camera{
		Name: c.Name, Width: pinhole.Width, Height: pinhole.Height,
		HorizontalFOV: 2 * math.Atan(float64(pinhole.Width)/2/pinhole.Fx),
	}
	e.place(at)
	e.frame = sim.Frame{Width: c.Width, Height: c.Height, RGB: make([]byte, 3*c.Width*c.Height)}
	e.renderer, err = render.New(&e.stage, pinhole.Width, pinhole.Height)
	return e, err
}

// widest is how far from the axis a pinhole's picture may reach, as a tangent: a
// wider one needs too many pixels at its rim.
const widest = 4.0

// around is the pinhole of the same direction and scale that sees all that c sees.
func around(c camera.Camera) (camera.Camera, error) {
	var x, y float64
	const steps = 32
	w, h := float64(c.Width), float64(c.Height)
	for i := 0; i <= steps; i++ {
		f := float64(i) / steps
		for _, px := range [4]view.Point2{{X: f*w - 0.5, Y: -0.5}, {X: f*w - 0.5, Y: h - 0.5}, {X: -0.5, Y: f*h - 0.5}, {X: w - 0.5, Y: f*h - 0.5}} {
			ray, err := c.Unproject(px)
			if err != nil || ray[2] <= 0 {
				return camera.Camera{}, fmt.Errorf("camera %s: the rim of its image shows what no pinhole sees: it cannot be simulated", c.Name)
			}
			x, y = max(x, math.Abs(ray[0]/ray[2])), max(y, math.Abs(ray[1]/ray[2]))
		}
	}
	if max(x, y) > widest {
		return camera.Camera{}, fmt.Errorf("camera %s sees %.0f° from its axis: up to %.0f° are simulated", c.Name, degrees(max(x, y)), degrees(widest))
	}
	f := max(c.Fx, c.Fy)
	p := camera.Camera{Name: c.Name, Width: 2*int(math.Ceil(f*x)) + 2, Height: 2*int(math.Ceil(f*y)) + 2, Fx: f, Fy: f}
	p.Cx, p.Cy = float64(p.Width-1)/2, float64(p.Height-1)/2
	return p, nil
}

func degrees(tangent float64) float64 { return math.Atan(tangent) * 180 / math.Pi }

// place is where the camera is, in the world's convention: x forward.
func (e *Eye) place(at geom.Pose) {
	link := at.Mul(geom.Optical.Inv())
	e.stage.Camera.Frame = sdf.Frame{R: link.R, P: link.T}
}

// SetScene prepares for a scene, as render.Renderer does.
func (e *Eye) SetScene(s sim.Scene) error { return e.renderer.SetScene(s) }

// Move puts the camera to another worldToptical and prepares for the scene.
func (e *Eye) Move(at geom.Pose, s sim.Scene) error {
	e.place(at)
	return e.renderer.SetScene(s)
}

// Draw is what the camera sees of a state. The pixels are valid until the next call.
func (e *Eye) Draw(s sim.State) (sim.Frame, error) {
	return e.frame, e.bend.RGB(e.frame.RGB, e.renderer.Draw(s).RGB)
}

// Overhead is the truth about a world's own overhead camera: what calibration of its
// pictures should find, and worldToptical.
func Overhead(world *stage.Stage) (camera.Camera, geom.Pose) {
	s := world.Camera
	f := float64(s.Width) / 2 / math.Tan(s.HorizontalFOV/2)
	c := camera.Camera{Name: s.Name, Width: s.Width, Height: s.Height, Fx: f, Fy: f, Cx: float64(s.Width-1) / 2, Cy: float64(s.Height-1) / 2}
	return c, geom.Pose{R: s.Frame.R, T: s.Frame.P}.Mul(geom.Optical)
}
