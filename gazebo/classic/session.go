package classic

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"hyt/gazebo/classic/gztransport"
	"hyt/gazebo/classic/igntransport"
	"hyt/gazebo/classic/server"
	"hyt/gazebo/classic/worldfile"
)

// joinTimeout is for one attempt to take part in the native transport; most take a
// fifth of a second.
const joinTimeout = 10 * time.Second

// ownRequests is below the numbers of our requests. The renderer asks, too, and its
// numbers, which begin at random below 10,000, are not ours.
const ownRequests = 1 << 24

// session is one gzserver that runs one scene, and what connects us to it.
type session struct {
	server   *server.Server
	gazebo   *gztransport.Client
	controls *gztransport.Publisher
	requests *gztransport.Publisher
	joints   *igntransport.Node
	asked    *igntransport.Service
	inbox    *inbox
	cameras  []string
	at       time.Duration // Gazebo's time
	mark     int           // of the last command
	scenes   int           // asked for
	lost     int           // states that had to be asked for
}

// openSession connects to a server that was just started.
func openSession(ctx context.Context, srv *server.Server, w worldfile.World, model string, cameras []string) (*session, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	go func() {
		select {
		case <-srv.Done():
			cancel(srv.Err())
		case <-ctx.Done():
		}
	}()
	s := &session{server: srv, inbox: newInbox(model), cameras: cameras}
	if err := s.connect(ctx, w, model, cameras); err != nil {
		s.close()
		return nil, err
	}
	return s, nil
}

func (s *session) connect(ctx context.Context, w worldfile.World, model string, cameras []string) (err error) {
	if s.joints, err = igntransport.Open(s.server.Partition, "/"+model+"/joint_cmd", kindJointCommand); err != nil {
		return err
	}
	// The service comes with the model. Before that, the master would mix us up with
	// the server itself.
	if s.asked, err = s.joints.Service(ctx, s.server.Partition, "/"+model+"/joint_cmd_req", kindText, kindJointCommand); err != nil {
		return err
	}
	if err := s.joints.Wait(ctx); err != nil {
		return err
	}
	for {
		err := s.join(ctx, w, cameras)
		if err == nil || ctx.Err() != nil {
			return err
		}
	}
}

// join takes part in the native transport, and gives up when nothing comes.
func (s *session) join(ctx context.Context, w worldfile.World, cameras []string) (err error) {
	ctx, cancel := context.WithTimeoutCause(ctx, joinTimeout, fmt.Errorf("waited %v", joinTimeout))
	defer cancel()
	if s.gazebo != nil {
		s.gazebo.Close()
	}
	if s.gazebo, err = gztransport.Dial(ctx, s.server.Port); err != nil {
		return err
	}
	err = errors.Join(
		s.gazebo.Subscribe(w.Topic("pose/local/info"), kindPoses, s.inbox.takePoses),
		s.gazebo.Subscribe(w.Topic("response"), kindResponse, s.inbox.takeScene))
	for _, camera := range cameras {
		take := func(m []byte) { s.inbox.takePicture(camera, m) }
		err = errors.Join(err, s.gazebo.Subscribe(w.Images[camera], kindImage, take))
	}
	if err != nil {
		return err
	}
	if s.controls, err = s.gazebo.Advertise(w.Topic("world_control"), kindControl); err != nil {
		return err
	}
	if s.requests, err = s.gazebo.Advertise(w.Topic("request"), kindRequest); err != nil {
		return err
	}
	if err := errors.Join(s.controls.Wait(ctx), s.requests.Wait(ctx)); err != nil {
		return err
	}
	// The world's loop runs once poses come, and the renderer has heard of all
	// things once we have, for it asked first.
	if err := s.until(ctx, "the first poses", func() bool { return s.inbox.heard }); err != nil {
		return err
	}
	return s.askScene(ctx)
}

// until waits for something in the inbox.
func (s *session) until(ctx context.Context, what string, there func() bool) error {
	for {
		ok := false
		if err := s.inbox.look(func() { ok = there() }); ok || err != nil {
			return err
		}
		select {
		case <-s.inbox.changed:
		case <-s.server.Done():
			return s.server.Err()
		case <-s.gazebo.Done():
			return s.gazebo.Err()
		case <-ctx.Done():
			return fmt.Errorf("gazebo did not tell %s: %w", what, context.Cause(ctx))
		}
	}
}

// askScene asks for all poses. Gazebo answers within 0.2 s.
func (s *session) askScene(ctx context.Context) error {
	s.scenes++
	number := ownRequests + s.scenes
	if err := s.requests.Publish(askScene(number)); err != nil {
		return err
	}
	return s.until(ctx, "its scene", func() bool { return s.inbox.scene == number })
}

// command gives commands to joints and returns when Gazebo has all of them. They
// arrive in their order, so asking for the last one is enough.
func (s *session) command(ctx context.Context, joints []string, servos []servo) error {
	s.mark++
	bodies := make([][]byte, len(joints))
	for i, joint := range joints {
		bodies[i] = jointCommand(joint, servos[i], s.mark)
	}
	last := joints[len(joints)-1]
	for {
		if err := s.joints.Publish(bodies...); err != nil {
			return err
		}
		for range 20 {
			answer, err := s.asked.Call(ctx, askJoint(last))
			if err != nil {
				return err
			}
			mark, err := readMark(answer)
			if err != nil {
				return fmt.Errorf("joint %s: %w", last, err)
			}
			if mark == s.mark {
				return nil
			}
		}
		// Lost on the way, for the subscription was being made: once more.
	}
}

// run does so many physics steps and returns when all is told about the last one but
// for the pictures, which come later. Those of the step before are waited for first:
// an image that Gazebo publishes while it still sends the one before is not sent until
// the next is published, and Gazebo, which hears us by the same thread as it notes that
// an image is out, has noted it when it hears of this step.
//
// Gazebo drops messages from a queue of ten when it is busy, and the empty ones of
// a world that stands still can push out the last one that told of a motion. Then
// we ask.
func (s *session) run(ctx context.Context, steps int) error {
	for _, camera := range s.cameras {
		if err := s.sees(ctx, camera); err != nil {
			return err
		}
	}
	if err := s.controls.Publish(control(steps)); err != nil {
		return err
	}
	s.at += time.Duration(steps) * PhysicsStep
	lost := false
	err := s.until(ctx, fmt.Sprintf("its state after %v of simulated time", s.at), func() bool {
		lost = s.inbox.moved < s.at
		return s.inbox.at >= s.at
	})
	if err == nil && lost {
		s.lost++
		err = s.askScene(ctx)
	}
	return err
}

// sees waits for the picture of a camera at the last multiple of FramePeriod. Time
// begins without one.
func (s *session) sees(ctx context.Context, camera string) error {
	if !slices.Contains(s.cameras, camera) {
		return fmt.Errorf("no camera %q: opened with %q", camera, s.cameras)
	}
	due := s.at.Truncate(FramePeriod)
	return s.until(ctx, fmt.Sprintf("what camera %q sees after %v of simulated time", camera, due),
		func() bool { return s.inbox.pictures[camera].at >= due })
}

// why says what is behind an error: connections break a moment before the end of
// their server is known.
func (s *session) why(err error) error {
	select {
	case <-s.server.Done():
		return s.server.Err()
	case <-time.After(time.Second):
		return err
	}
}

func (s *session) close() {
	if s.gazebo != nil {
		s.gazebo.Close()
	}
	if s.joints != nil {
		s.joints.Close()
	}
}
