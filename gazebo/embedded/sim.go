// Package embedded is a simulator of tabletop worlds in Go, deterministic to the
// bit: contact in the table's plane by a 2-D physics library, heights and grasps
// by rules. Nothing in it reads a clock, iterates over a map or starts a
// goroutine.
//
// The rules: fingers that close on an object until both pads touch it hold it;
// fingers that open let it go, and it stands at once on what is below it: objects
// with flat tops, or the table. Where the weight of a thing and of all that stands
// on it is not above what carries it, it topples with its load: at once it lies on
// its side beside that edge. Things at different heights do not meet. The hand stops
// on top of what is below it.
//
// What the rules leave out: things that fall take no time and do not bounce, a
// tower does not sway, what lies on its side does not roll.
package embedded

import (
	"context"
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/jakecoffman/cp/v2"

	"hyt/gazebo/render"
	"hyt/gazebo/sdf/stage"
	"hyt/gazebo/sim"
	"hyt/gazebo/sim/actuator"
)

// PhysicsStep is the time that one step of physics covers.
const PhysicsStep = 2 * time.Millisecond

// Sim implements sim.Sim. It is not safe for concurrent use; two of them are
// independent.
type Sim struct {
	world    string
	stage    *stage.Stage
	renderer *render.Renderer
	wrist    *render.Renderer // nil until somebody looks through it
	scene    sim.Scene        // the present one

	time    time.Duration
	space   *cp.Space
	hand    *hand
	objects []*object
	order   []int   // indices of objects, lowest first
	contact []point // scratch: where an object touches what it stands on
	falling []int   // scratch: what topples together
	holding int     // index of the object in the hand, or -1
	noise   actuator.Noise
}

var _ sim.Sim = (*Sim)(nil)

// New loads the world of that name. Reset it before use.
func New(world string) (*Sim, error) {
	s := &Sim{}
	if err := s.load(world); err != nil {
		return nil, fmt.Errorf("embedded simulator: %w", err)
	}
	return s, s.Reset(context.Background(), sim.Scene{World: world, Arm: sim.Arm{Pose: sim.Pose{Z: 0.15}}})
}

func (s *Sim) load(world string) error {
	st, err := stage.Load(world)
	if err != nil {
		return err
	}
	r, err := render.New(st, st.Camera.Width, st.Camera.Height)
	if err != nil {
		return err
	}
	s.world, s.stage, s.renderer, s.wrist = world, st, r, nil
	return nil
}

// Stage is the loaded world, to be read only: for a renderer of another size.
func (s *Sim) Stage() *stage.Stage { return s.stage }

// Camera is the overhead camera. It follows the scene: after a Reset it is that of
// the new scene.
func (s *Sim) Camera() *render.Camera { return s.renderer.Camera() }

// Reset implements sim.Sim. An empty Scene.World is the present one. Start poses
// of the arm are clamped to the joints' limits; objects are put on what is below
// them. On an error the simulator stays as it was.
func (s *Sim) Reset(_ context.Context, scene sim.Scene) error {
	if scene.World != "" && scene.World != s.world {
		if err := s.load(scene.World); err != nil {
			return fmt.Errorf("embedded simulator: %w", err)
		}
	}
	if err := s.reset(scene); err != nil {
		return fmt.Errorf("embedded simulator: scene: %w", err)
	}
	return nil
}

func (s *Sim) reset(scene sim.Scene) error {
	a := scene.Arm
	if !finite(a.X, a.Y, a.Z, a.Yaw, a.Gripper, scene.ActuationNoise) {
		return fmt.Errorf("the arm's start pose and noise must be finite, not %v and %v", a, scene.ActuationNoise)
	}
	objects, err := s.newObjects(scene.Objects)
	if err != nil {
		return err
	}
	if err := s.renderer.SetScene(scene); err != nil {
		return err
	}
	if s.wrist != nil {
		if err := s.wrist.SetScene(scene); err != nil {
			return err
		}
	}
	s.scene = scene
	s.scene.Objects = slices.Clone(scene.Objects)
	s.time, s.objects, s.holding = 0, objects, -1
	s.hand = newHand(&s.stage.Arm, a)
	s.noise = actuator.NewNoise(scene.Seed, scene.ActuationNoise)
	s.enterAll()
	s.order = s.order[:0]
	for i := range s.objects {
		s.order = append(s.order, i)
	}
	for i, o := range s.objects {
		if o.Object.Held {
			s.hold(i)
		}
	}
	s.settle()
	return nil
}

// newObjects checks the scene's objects: unique names, at most one held.
func (s *Sim) newObjects(list []sim.Object) ([]*object, error) {
	objects := make([]*object, 0, len(list))
	names := make(map[string]bool, len(list))
	held := 0
	for i, o := range list {
		if names[o.Name] {
			return nil, fmt.Errorf("object %d: a second one named %q", i, o.Name)
		}
		names[o.Name] = true
		obj, err := newObject(s.stage, o)
		if err != nil {
			return nil, fmt.Errorf("object %d, %q: %w", i, o.Name, err)
		}
		if o.Held {
			held++
		}
		objects = append(objects, obj)
	}
	if held > 1 {
		return nil, fmt.Errorf("%d objects are held; the gripper holds one", held)
	}
	return objects, nil
}

// enterAll puts everything into a fresh space, so that no episode inherits
// anything from the one before.
func (s *Sim) enterAll() {
	making.Lock()
	defer making.Unlock()
	s.space = newPlane(s.stage)
	s.hand.enter(s.space)
	for _, o := range s.objects {
		o.enter(s.space)
		o.body.SetVelocityUpdateFunc(func(_ *cp.Body, _ cp.Vector, _, dt float64) { s.rub(o, dt) })
	}
}

// rub is the friction between an object and what it stands on.
func (s *Sim) rub(o *object, dt float64) {
	if o.held {
		return
	}
	if o.under == onTheTable {
		o.slide(cp.Vector{}, 0, dt)
		return
	}
	below := s.objects[o.under].body
	o.slide(below.VelocityAtWorldPoint(o.body.Position()), below.AngularVelocity(), dt)
}

// Step implements sim.Sim. It refuses commands that are not finite, and moves
// nothing then.
func (s *Sim) Step(cmd sim.Command, dt time.Duration) error {
	l := cmd.Linear
	if !finite(l[0], l[1], l[2], cmd.YawRate, cmd.Gripper) {
		return fmt.Errorf("embedded simulator: command %+v: every value must be finite", cmd)
	}
	if dt < 0 || dt%PhysicsStep != 0 {
		return fmt.Errorf("embedded simulator: step of %v: a multiple of %v expected", dt, PhysicsStep)
	}
	for range dt / PhysicsStep {
		s.tick(cmd)
	}
	return nil
}

// tick is one step of physics.
func (s *Sim) tick(cmd sim.Command) {
	dt := PhysicsStep.Seconds()
	linear, disturbance := cmd.Linear, s.noise.Next(dt)
	for i := range linear {
		linear[i] += disturbance[i]
	}
	s.hand.speedUp(actuator.Velocity{Linear: linear, Yaw: cmd.YawRate}, dt)
	s.hand.stall()
	s.hand.move(s.floor(), dt)
	s.moveFingers(cmd.Gripper, dt)
	s.hand.place(dt)
	s.carry(dt)
	s.space.Step(dt)
	s.findObstacles(dt)
	s.settle()
	s.time += PhysicsStep
}

// State implements sim.Sim.
func (s *Sim) State() sim.State {
	state := sim.State{
		Time: s.time, Arm: s.hand.state(),
		Objects: make([]sim.Object, len(s.objects)), Touched: make([]bool, len(s.objects)),
	}
	s.fill(&state)
	return state
}

func (s *Sim) fill(state *sim.State) {
	for i, o := range s.objects {
		state.Objects[i] = o.Object
		state.Objects[i].Pose = o.pose()
		state.Objects[i].Tilt = o.tilt
		state.Objects[i].Held = o.held
		state.Touched[i] = s.hand.touched(o)
	}
}

// Render implements sim.Sim.
func (s *Sim) Render(camera string) (sim.Frame, error) {
	switch camera {
	case sim.Overhead:
		return s.renderer.Draw(s.State()), nil
	case sim.Wrist:
		if s.wrist == nil {
			if err := s.openWrist(); err != nil {
				return sim.Frame{}, fmt.Errorf("embedded simulator: %w", err)
			}
		}
		return s.wrist.Draw(s.State()), nil
	}
	return sim.Frame{}, fmt.Errorf("embedded simulator: no camera %q: choose %q or %q", camera, sim.Overhead, sim.Wrist)
}

// openWrist makes the renderer of the camera on the hand: who does not look
// through it does not pay for it.
func (s *Sim) openWrist() error {
	width, height := 0, 0
	if w := s.stage.Wrist; w != nil {
		width, height = w.Width, w.Height
	}
	r, err := render.NewWrist(s.stage, width, height)
	if err != nil {
		return err
	}
	s.wrist = r
	return r.SetScene(s.scene)
}

// Joints returns the names and positions of the arm's joints, as joint_states
// has them.
func (s *Sim) Joints() (names []string, positions []float64) {
	h := s.hand
	return stage.JointNames(), []float64{h.pose.X, h.pose.Y, h.pose.Z, h.pose.Yaw, h.opening, h.opening}
}

// Close implements sim.Sim. There is nothing to give back.
func (s *Sim) Close() error { return nil }

func finite(values ...float64) bool {
	for _, v := range values {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return false
		}
	}
	return true
}
