package embedded

import (
	"sync"

	"github.com/jakecoffman/cp/v2"

	"hyt/gazebo/sdf"
	"hyt/gazebo/sdf/stage"
)

const (
	// slop is how deep shapes may overlap before they are pushed apart, metres.
	slop = 0.0002
	// grazing is the common height that two things need to meet, metres.
	grazing = 0.001
)

// making guards the library's process-wide counter of bodies. The numbers only
// name bodies in its messages, but two simulators that reset at the same time
// would race on it.
//
// Nothing else is shared between spaces. The library hashes contacts by their
// addresses, which differ from run to run; they decide the order of its cache
// alone, never that of the contacts that are solved.
var making sync.Mutex

// newPlane makes an empty world of planar contact with the stage's rim in it.
// Call it, and whatever adds bodies to it, with making held.
func newPlane(s *stage.Stage) *cp.Space {
	space := cp.NewSpace()
	space.SetCollisionSlop(slop)
	handler := space.NewCollisionHandler(0, 0)
	handler.PreSolveFunc = meets
	for i := range s.World.Models {
		m := &s.World.Models[i]
		if !m.Static {
			continue
		}
		for _, l := range m.Links {
			for _, c := range l.Collisions {
				addWall(space, m.Pose.Frame().Mul(l.Pose.Frame()).Mul(c.Pose.Frame()), c)
			}
		}
	}
	return space
}

// addWall adds a fixed box that stands out of the table's top. Other shapes are
// not needed by any world yet.
func addWall(space *cp.Space, f sdf.Frame, c sdf.Collision) {
	half := [3]float64{c.Geometry.Size[0] / 2, c.Geometry.Size[1] / 2, c.Geometry.Size[2] / 2}
	e := &extent{bottom: f.P[2] - half[2], top: f.P[2] + half[2]}
	if c.Geometry.Shape != sdf.Box || e.top < grazing {
		return
	}
	corners := make([]cp.Vector, 0, 4)
	for _, k := range [4][2]float64{{1, -1}, {1, 1}, {-1, 1}, {-1, -1}} {
		p := f.Point([3]float64{k[0] * half[0], k[1] * half[1], 0})
		corners = append(corners, cp.Vector{X: p[0], Y: p[1]})
	}
	wall := cp.NewPolyShapeRaw(space.StaticBody, len(corners), corners, 0)
	wall.SetFriction(c.Friction)
	wall.UserData = e
	space.AddShape(wall)
}

// meets tells whether two shapes that overlap in the plane do so in height, too.
func meets(arb *cp.Arbiter, _ *cp.Space, _ any) bool {
	a, b := arb.Shapes()
	ea, eb := a.UserData.(*extent), b.UserData.(*extent)
	return min(ea.top, eb.top)-max(ea.bottom, eb.bottom) > grazing
}
