// Package classic is real Gazebo 11 as a simulator of tabletop worlds, driven from
// Go over Gazebo's own two transports. `make gazebo` sets it up.
//
// Each Reset starts a gzserver of its own on a world file written for the scene:
// that takes a second or two, and makes episodes exact. The same scene gives the
// same episode, to the bit as far as was seen (docs/gazebo.md). Steps are in
// lockstep: commands are confirmed before physics goes on, and physics waits for
// the cameras.
package classic

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"hyt/gazebo/classic/server"
	"hyt/gazebo/classic/worldfile"
	"hyt/gazebo/sdf"
	"hyt/gazebo/sdf/stage"
	"hyt/gazebo/sim"
)

const (
	// PhysicsStep is the time that one step of physics covers.
	PhysicsStep = 2 * time.Millisecond
	// FramePeriod is the time between two images.
	FramePeriod = 20 * time.Millisecond
	// settling is for things to come to rest, before time begins to count.
	settling = 100 * time.Millisecond
	// startTimeout and answerTimeout are for a machine that is much too busy.
	startTimeout  = 2 * time.Minute
	answerTimeout = 20 * time.Second
	// attempts is how often a server is started for a scene.
	attempts = 2
)

// Options of a simulator. The zero value is good.
type Options struct {
	// Cameras are those that can be rendered, sim.Overhead and sim.Wrist; none
	// given: sim.Overhead. Each one costs Gazebo a third of its speed.
	Cameras []string
	// Width and Height of the images in pixels; 0: as the world has them.
	Width, Height int
}

// Sim implements sim.Sim. It is not safe for concurrent use; two of them are
// independent. After an error of Step or Render only Reset and Close are of use:
// Reset starts a fresh server.
type Sim struct {
	options worldfile.Options
	world   string
	stage   *stage.Stage
	host    *server.Host

	session *session // nil: no server runs
	hand    *hand
	things  []thing
	state   sim.State
	frames  map[string][]byte // pixels of the last frame, by camera
}

var _ sim.Sim = (*Sim)(nil)

// thing is an object of the scene and the solid that it is.
type thing struct {
	sim.Object
	geometry sdf.Geometry
}

// Available says why Gazebo cannot be used on this machine, nil when it can.
func Available() error {
	_, err := server.Root()
	return err
}

// New opens the world of that name. Reset it before use.
func New(world string, o Options) (*Sim, error) {
	if len(o.Cameras) == 0 {
		o.Cameras = []string{sim.Overhead}
	}
	root, err := server.Root()
	if err != nil {
		return nil, fmt.Errorf("gazebo: %w", err)
	}
	s := &Sim{
		options: worldfile.Options{Width: o.Width, Height: o.Height, FramePeriod: FramePeriod, Cameras: o.Cameras},
		frames:  map[string][]byte{},
	}
	if err := s.load(world); err != nil {
		return nil, fmt.Errorf("gazebo: %w", err)
	}
	if s.host, err = server.Open(context.Background(), root); err != nil {
		return nil, fmt.Errorf("gazebo: %w", err)
	}
	return s, nil
}

func (s *Sim) load(world string) (err error) {
	if s.stage, err = stage.Load(world); err == nil {
		s.world = world
	}
	return err
}

// Reset implements sim.Sim. An empty Scene.World is the present one. Start poses
// of the arm are clamped to the joints' limits.
func (s *Sim) Reset(ctx context.Context, scene sim.Scene) error {
	if scene.World == "" {
		scene.World = s.world
	}
	if scene.World != s.world {
		if err := s.load(scene.World); err != nil {
			return fmt.Errorf("gazebo: %w", err)
		}
	}
	w, err := worldfile.Build(s.stage, scene, s.options)
	if err != nil {
		return fmt.Errorf("gazebo: scene: %w", err)
	}
	if s.things, err = s.takeThings(scene.Objects); err != nil {
		return fmt.Errorf("gazebo: scene: %w", err)
	}
	var errs []error
	for range attempts {
		if err = s.begin(ctx, scene, w); err == nil {
			return nil
		}
		s.stop()
		if ctx.Err() != nil {
			return fmt.Errorf("gazebo: %w", context.Cause(ctx))
		}
		errs = append(errs, err)
	}
	return fmt.Errorf("gazebo: started %d times in vain: %w", attempts, errors.Join(errs...))
}

// takeThings fills in sizes.
func (s *Sim) takeThings(objects []sim.Object) ([]thing, error) {
	things := make([]thing, 0, len(objects))
	for i, o := range objects {
		m, err := s.stage.Dress(o)
		if err != nil {
			return nil, fmt.Errorf("object %d, %q: %w", i, o.Name, err)
		}
		solid := m.Links[0].Collisions[0].Geometry
		o.Size = solid.Size
		things = append(things, thing{o, solid})
	}
	return things, nil
}

// begin starts a server and lets the scene settle.
func (s *Sim) begin(ctx context.Context, scene sim.Scene, w worldfile.World) error {
	s.stop()
	ctx, cancel := context.WithTimeoutCause(ctx, startTimeout, fmt.Errorf("not ready within %v", startTimeout))
	defer cancel()
	srv, err := s.host.Start(w.SDF, scene.Seed)
	if err != nil {
		return err
	}
	if s.session, err = openSession(ctx, srv, w, s.stage.Arm.Model.Name, s.options.Cameras); err != nil {
		return fmt.Errorf("%w (gzserver said last: %s)", err, srv.Said())
	}
	s.hand = newHand(&s.stage.Arm, w.Start, scene)
	start := w.Start
	s.state = sim.State{Arm: sim.Arm{
		Pose:    sim.Pose{X: start[stage.X], Y: start[stage.Y], Z: start[stage.Z], Yaw: start[stage.Yaw]},
		Gripper: start[stage.LeftFinger] / s.hand.fullOpening(),
	}}
	return s.settle(ctx, scene)
}

// settle lets things come to rest and the cameras see. A renderer that is late, and
// on a busy machine its first image takes many seconds, gets more time, not more
// physics: every run of a scene settles for as long.
func (s *Sim) settle(ctx context.Context, scene sim.Scene) error {
	hold := sim.Command{Gripper: s.state.Arm.Gripper}
	if slices.ContainsFunc(scene.Objects, func(o sim.Object) bool { return o.Held }) {
		hold.Gripper = 0
	}
	quiet := *s.hand // its disturbance begins with time
	quiet.noise = quiet.noise.Silent()
	for s.session.at < settling {
		if err := s.advance(ctx, &quiet, hold, FramePeriod); err != nil {
			return err
		}
	}
	s.hand.opening = quiet.opening
	return nil
}

// Step implements sim.Sim. It refuses commands that are not finite, and moves
// nothing then.
func (s *Sim) Step(cmd sim.Command, dt time.Duration) error {
	if err := checkCommand(cmd, dt); err != nil {
		return fmt.Errorf("gazebo: %w", err)
	}
	if s.session == nil {
		return errors.New("gazebo: no server runs: reset the simulator")
	}
	ctx, cancel := patient()
	defer cancel()
	for dt > 0 {
		part := min(dt, FramePeriod)
		if err := s.advance(ctx, s.hand, cmd, part); err != nil {
			err = s.session.why(err)
			s.stop()
			return fmt.Errorf("gazebo: at %v: %w", s.state.Time, err)
		}
		dt -= part
	}
	return nil
}

// patient bounds the waiting for a server that runs.
func patient() (context.Context, context.CancelFunc) {
	return context.WithTimeoutCause(context.Background(), answerTimeout, fmt.Errorf("no answer within %v", answerTimeout))
}

// advance commands the joints, runs physics for dt and looks.
func (s *Sim) advance(ctx context.Context, h *hand, cmd sim.Command, dt time.Duration) error {
	holding := false
	for _, o := range s.state.Objects {
		holding = holding || o.Held
	}
	servos := h.drive(cmd, s.state.Arm, holding, dt)
	if err := s.session.command(ctx, h.names, servos); err != nil {
		return err
	}
	if err := s.session.run(ctx, int(dt/PhysicsStep)); err != nil {
		return err
	}
	state, err := s.look()
	if err == nil {
		s.state = state
	}
	return err
}

// State implements sim.Sim.
func (s *Sim) State() sim.State {
	state := s.state
	state.Objects = append([]sim.Object(nil), state.Objects...)
	state.Touched = append([]bool(nil), state.Touched...)
	return state
}

// Render implements sim.Sim: the view at the last multiple of FramePeriod.
func (s *Sim) Render(camera string) (sim.Frame, error) {
	if s.session == nil {
		return sim.Frame{}, errors.New("gazebo: no server runs: reset the simulator")
	}
	ctx, cancel := patient()
	defer cancel()
	if err := s.session.sees(ctx, camera); err != nil {
		return sim.Frame{}, fmt.Errorf("gazebo: %w", err)
	}
	f, err := s.session.inbox.frame(camera, s.frames[camera])
	s.frames[camera] = f.RGB
	return f, err
}

// stop ends the server.
func (s *Sim) stop() {
	if s.session != nil {
		s.session.close()
		s.session = nil
	}
	s.host.Stop()
}

// Close implements sim.Sim: it ends every process that was started.
func (s *Sim) Close() error {
	s.stop()
	if err := s.host.Close(); err != nil {
		return fmt.Errorf("gazebo: %w", err)
	}
	return nil
}
