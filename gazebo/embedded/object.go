package embedded

import (
	"fmt"
	"math"

	"github.com/jakecoffman/cp/v2"

	"hyt/gazebo/sdf"
	"hyt/gazebo/sdf/stage"
	"hyt/gazebo/sim"
)

const (
	gravity = 9.81 // m/s²
	// onTheTable is the support of an object that stands on no other one.
	onTheTable = -1
)

// extent is what a shape of the planar physics covers in height.
type extent struct{ bottom, top float64 }

// object is one thing of the scene. Its place in the plane and its speed live in
// body; its height is kept here.
type object struct {
	sim.Object // as the scene gave it, sizes filled in; the pose is that of the start
	shape      sdf.Shape
	body       *cp.Body
	mass       float64 // kg
	moment     float64 // kg m²
	friction   float64 // Coulomb's, against what it stands on
	planar     *cp.Shape
	// lies is its extent along its own x and y and the world's z, metres: that of
	// Object.Size until it is tipped over, about its own x.
	lies  [3]float64
	tilt  float64 // 0, or a right angle once it lies on its side
	round bool    // its footprint is a disc
	extent
	under int // index of the object it stands on, or onTheTable
	held  bool
	grip  grip
}

// grip is where a held object is, seen from the hand.
type grip struct{ x, y, yaw, rise float64 }

// newObject takes sizes and masses from SDF unless the scene has its own size.
func newObject(s *stage.Stage, o sim.Object) (*object, error) {
	model, err := s.Shape(o.Shape)
	if err != nil {
		return nil, err
	}
	if _, err := s.Paint(o.Color); err != nil {
		return nil, err
	}
	for _, v := range []float64{o.Pose.X, o.Pose.Y, o.Pose.Z, o.Pose.Yaw, o.Size[0], o.Size[1], o.Size[2]} {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return nil, fmt.Errorf("its pose and size must be finite, not %v and %v", o.Pose, o.Size)
		}
	}
	link := &model.Links[0]
	solid := link.Collisions[0]
	for i := range o.Size {
		if o.Size[i] < 0 {
			return nil, fmt.Errorf("its size %v is below zero", o.Size)
		}
		if o.Size[i] == 0 {
			o.Size[i] = solid.Geometry.Size[i]
		}
	}
	obj := &object{
		Object: o, shape: solid.Geometry.Shape, mass: link.Mass, friction: solid.Friction, under: onTheTable,
	}
	obj.lies, obj.round = o.Size, obj.shape != sdf.Box
	if math.Abs(math.Cos(o.Tilt)) < math.Sqrt2/2 {
		obj.tip()
	}
	obj.setBottom(max(0, o.Pose.Z-obj.lies[2]/2))
	return obj, nil
}

func (o *object) setBottom(z float64) { o.bottom, o.top = z, z+o.lies[2] }

// tip lays it on its side, or stands it up again.
func (o *object) tip() {
	o.lies[1], o.lies[2] = o.lies[2], o.lies[1]
	o.tilt = math.Pi/2 - o.tilt
	o.round = o.shape == sdf.Sphere || (o.shape == sdf.Cylinder && o.tilt == 0)
}

// flat tells whether other things can stand on it.
func (o *object) flat() bool { return o.shape != sdf.Sphere }

// footprint is what the object covers at the moment.
func (o *object) footprint() footprint {
	p := o.body.Position()
	sin, cos := math.Sincos(o.body.Angle())
	return footprint{x: p.X, y: p.Y, sin: sin, cos: cos, hx: o.lies[0] / 2, hy: o.lies[1] / 2, round: o.round}
}

// pose is that of the object's centre.
func (o *object) pose() sim.Pose {
	p := o.body.Position()
	return sim.Pose{X: p.X, Y: p.Y, Z: o.bottom + o.lies[2]/2, Yaw: o.body.Angle()}
}

// enter puts the object into the planar physics.
func (o *object) enter(space *cp.Space) {
	o.body = space.AddBody(cp.NewBody(o.mass, o.mass))
	o.body.SetPosition(cp.Vector{X: o.Object.Pose.X, Y: o.Object.Pose.Y})
	o.body.SetAngle(o.Object.Pose.Yaw)
	o.outline(space)
}

// outline gives the object's body the shape and the moment that go with how it lies.
func (o *object) outline(space *cp.Space) {
	if o.planar != nil {
		space.RemoveShape(o.planar)
	}
	r := o.lies[0] / 2
	if o.round {
		o.moment = cp.MomentForCircle(o.mass, 0, r, cp.Vector{})
		o.planar = cp.NewCircle(o.body, r, cp.Vector{})
	} else {
		o.moment = cp.MomentForBox(o.mass, o.lies[0], o.lies[1])
		o.planar = cp.NewBox(o.body, o.lies[0], o.lies[1], 0)
	}
	o.body.SetMoment(o.moment)
	o.planar.SetFriction(o.friction)
	o.planar.UserData = &o.extent
	space.AddShape(o.planar)
}

// slide applies the friction of the ground, which itself may move at v and w. The
// share of speed taken is the same for sliding and turning, as for a thing whose
// weight rests on its whole face.
func (o *object) slide(v cp.Vector, w, dt float64) {
	radius := (o.lies[0] + o.lies[1]) / 6 // at which friction holds against turning
	rel := o.body.Velocity().Sub(v)
	turn := o.body.AngularVelocity() - w
	speed := math.Hypot(rel.Length(), turn*radius)
	take := o.friction * gravity * dt
	if speed <= take {
		o.body.SetVelocityVector(v)
		o.body.SetAngularVelocity(w)
		return
	}
	keep := 1 - take/speed
	o.body.SetVelocityVector(v.Add(rel.Mult(keep)))
	o.body.SetAngularVelocity(w + turn*keep)
}
