package simnode

import (
	"context"
	"fmt"
	"sync"
	"time"

	"hyt/config"
	"hyt/gazebo/sim"
	"hyt/gazebo/task"
	"hyt/msgs/builtin_interfaces"
	"hyt/msgs/bus"
	"hyt/msgs/geometry_msgs"
	"hyt/msgs/hyt_msgs"
	"hyt/msgs/rosgraph_msgs"
	"hyt/msgs/sensor_msgs"
	"hyt/msgs/std_msgs"
	"hyt/nodes/meter"
	"hyt/nodes/node"
	"hyt/nodes/robotmsg"
)

// world is the configured node: the simulator and what is known about the scene in it.
// Run owns it but for the command, the meters and the requests.
type world struct {
	config *config.Sim
	sim    sim.Sim
	node   *node.Node
	step   time.Duration

	images   []*bus.Publisher[*sensor_msgs.Image] // by camera
	states   *bus.Publisher[*hyt_msgs.SceneState]
	poses    *bus.Publisher[*geometry_msgs.PoseStamped]
	joints   *bus.Publisher[*sensor_msgs.JointState]
	outcomes *bus.Publisher[*std_msgs.String]
	done     *bus.Publisher[*std_msgs.Bool]
	clock    *bus.Publisher[*rosgraph_msgs.Clock] // nil: none
	view     *view
	eye      *eye

	command  command
	requests chan request // in: services; unbuffered

	mu     sync.Mutex
	paused chan struct{} // closed while Run does not run

	episode   task.Episode
	judge     task.Judge
	simulated time.Duration // since the node started, over all scenes
	imageDue  time.Duration // of simulated
	said      outcome       // published last
	saidAt    time.Duration // of simulated

	steps  meter.Meter // time per step
	frames meter.Meter // time per image
	health health
}

// scene is what a reset asks for; empty names stand for what is there.
type scene struct {
	Task, Split string
	Seed        int64
}

type request struct {
	scene  scene
	answer chan<- hyt_msgs.ResetResponse // has room for one
}

// ask hands a reset to Run and waits for it.
func (w *world) ask(s scene) hyt_msgs.ResetResponse {
	w.mu.Lock()
	paused := w.paused
	w.mu.Unlock()
	answer := make(chan hyt_msgs.ResetResponse, 1)
	select {
	case w.requests <- request{s, answer}:
		return <-answer
	case <-paused:
		return hyt_msgs.ResetResponse{Message: fmt.Sprintf("the simulator is not active (ros2 lifecycle set %s activate)", w.node.FullName())}
	}
}

// Close implements node.Instance.
func (w *world) Close() error { return w.sim.Close() }

// Activate implements node.Activator: resets wait for Run from here on.
func (w *world) Activate() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.paused = make(chan struct{})
	return nil
}

// Run implements node.Instance: it steps the simulator at absolute deadlines.
func (w *world) Run(ctx context.Context) error {
	w.mu.Lock()
	paused := w.paused
	w.mu.Unlock()
	defer close(paused)
	next := time.Now()
	for {
		next = next.Add(w.step)
		if behind := time.Since(next); behind > 10*w.step {
			w.health.skipped(behind)
			next = time.Now()
		}
		timer := time.NewTimer(time.Until(next))
		for waiting := true; waiting; {
			select {
			case <-ctx.Done():
				timer.Stop()
				return nil
			case r := <-w.requests:
				r.answer <- w.serve(ctx, r.scene)
			case <-timer.C:
				waiting = false
			}
		}
		if err := w.advance(); err != nil {
			return err
		}
	}
}

// advance makes one step and publishes what the sensors see after it.
func (w *world) advance() error {
	began := time.Now()
	before := w.sim.State()
	cmd := w.command.now(began, config.Seconds(w.config.CommandTimeout), before.Arm.Gripper)
	if err := w.sim.Step(cmd, w.step); err != nil {
		return fmt.Errorf("simulator: %w", err)
	}
	w.simulated += w.step
	state := w.sim.State()
	w.steps.Add(time.Since(began))
	return w.publish(state)
}

// publish sends the pose and the joints, and now and then an image, all with the
// same stamp.
func (w *world) publish(state sim.State) error {
	stamp := w.stamp()
	if w.clock != nil {
		if err := w.clock.Publish(&rosgraph_msgs.Clock{Clock: builtin_interfaces.FromTime(stamp)}); err != nil {
			return err
		}
	}
	if err := w.poses.Publish(robotmsg.Pose(state.Arm, stamp, w.config.BaseFrame)); err != nil {
		return err
	}
	if err := w.joints.Publish(robotmsg.Joints(state.Arm, stamp)); err != nil {
		return err
	}
	if err := w.states.Publish(w.truth(state, stamp)); err != nil {
		return err
	}
	if w.simulated >= w.imageDue {
		w.imageDue += imagePeriod(w.config)
		if err := w.look(state, stamp); err != nil {
			return err
		}
	}
	if err := w.view.show(w.sim, state, w.simulated, stamp, w.config.CameraFrame); err != nil {
		return err
	}
	return w.tell(state)
}

// look publishes a picture of each camera; the overhead one's is what the eye makes of it.
func (w *world) look(state sim.State, stamp time.Time) error {
	for i, name := range w.config.Cameras {
		began := time.Now()
		see := func() (sim.Frame, error) { return w.sim.Render(name) }
		if name == sim.Overhead {
			see = func() (sim.Frame, error) { return w.eye.look(w.sim, state) }
		}
		frame, err := see()
		if err != nil {
			return err
		}
		image := robotmsg.Image(frame, stamp, w.config.CameraFrame)
		w.frames.Add(time.Since(began))
		if err := w.images[i].Publish(image); err != nil {
			return err
		}
	}
	return w.eye.tell(stamp)
}

// truth is the state as judges see it.
func (w *world) truth(s sim.State, stamp time.Time) *hyt_msgs.SceneState {
	m := robotmsg.State(s, stamp, w.config.BaseFrame)
	m.Task, m.Split, m.Seed = w.episode.Task.Name(), string(w.episode.Split), w.episode.Seed
	return m
}

// stamp is the node's clock, or the simulation's own where that is /clock.
func (w *world) stamp() time.Time {
	if w.clock != nil {
		return time.Unix(0, w.simulated.Nanoseconds())
	}
	return w.node.Now()
}

func imagePeriod(c *config.Sim) time.Duration {
	return config.Period(c.ImageRate)
}
