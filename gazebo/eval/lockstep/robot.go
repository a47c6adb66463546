package lockstep

import (
	"context"
	"errors"
	"fmt"
	"time"

	"hyt/gazebo/eval"
	"hyt/gazebo/eval/lead"
	"hyt/gazebo/sim"
	"hyt/msgs"
	"hyt/msgs/builtin_interfaces"
	"hyt/msgs/bus"
	"hyt/msgs/geometry_msgs"
	"hyt/msgs/hyt_msgs"
	"hyt/msgs/rosgraph_msgs"
	"hyt/msgs/sensor_msgs"
	"hyt/msgs/std_msgs"
	"hyt/nodes/node"
	"hyt/nodes/robotmsg"
	"hyt/nodes/rosargs"
	"hyt/policy"
)

const (
	cameraFrame = "camera_optical_frame"
	baseFrame   = "base_link"
)

// Config of a Robot.
type Config struct {
	Driver bus.Driver // of the robot's node; it stays the caller's
	// Settle waits until all messages are handled; nil: the bus cannot tell.
	Settle func()
	// Policy is the policy node's full name, "/policy".
	Policy string
	// Cameras are the topics of the images, in the order of eval.View.
	Cameras []string
	// Patience is how long the policy may take for an answer, on the machine's clock.
	// 0: 30 s.
	Patience time.Duration
	// Alive is done when the policy node has ended, and knows why; nil: nobody can tell.
	Alive context.Context
	// Mind makes who thinks for mode guided; nil: nobody does, and the mode is refused.
	Mind func() (*Mind, error)
	// ThinkerLatency is the simulated time from a picture's arrival to its thought.
	ThinkerLatency time.Duration
	// Bags, if set, names the bag to which an episode's messages go if it fails; "": none.
	Bags func(eval.Episode) string
}

// Robot is the simulated robot's end of the topics. It implements eval.Pilot.
type Robot struct {
	config Config
	node   *node.Node
	asks   *lead.Leader
	inbox  *inbox

	clock       *bus.Publisher[*rosgraph_msgs.Clock]
	poses       *bus.Publisher[*geometry_msgs.PoseStamped]
	joints      *bus.Publisher[*sensor_msgs.JointState]
	images      []*bus.Publisher[*sensor_msgs.Image]
	instruction *bus.Publisher[*std_msgs.String]
	follow      *bus.Publisher[*std_msgs.String]
	thoughts    *bus.Publisher[*hyt_msgs.Thought]

	base     time.Time // simulated: of the episode's beginning
	last     time.Time // simulated: said last
	mode     policy.Mode
	followed bool // in this episode
	gripper  float64
	tape     *tape

	mind    *Mind  // nil until mode guided needs one
	told    string // the instruction
	ideas   []idea // in order
	thought string // told last
}

// New connects a robot. The policy node may come later.
func New(c Config) (*Robot, error) {
	if c.Patience == 0 {
		c.Patience = 30 * time.Second
	}
	if c.Alive == nil {
		c.Alive = context.Background()
	}
	n, err := node.New(node.Options{
		Identity: rosargs.Identity{Name: "evaluation", Namespace: "/"}, Driver: c.Driver, Console: discard{},
	})
	if err != nil {
		return nil, err
	}
	r := &Robot{config: c, node: n, inbox: newInbox(), tape: &tape{}, last: time.Unix(1000, 0)}
	if err := r.connect(); err != nil {
		return nil, errors.Join(err, n.Close())
	}
	return r, nil
}

type discard struct{}

func (discard) Write(p []byte) (int, error) { return len(p), nil }

func (r *Robot) connect() (err error) {
	sensor := bus.SensorData()
	err = errors.Join(
		advertise(r.node, &r.clock, "/clock", bus.Default()),
		advertise(r.node, &r.poses, "ee_pose", sensor),
		advertise(r.node, &r.joints, "joint_states", bus.Default()),
		// Not latched: what an earlier episode was told must not be heard in the next.
		advertise(r.node, &r.instruction, "instruction", bus.Default()),
		advertise(r.node, &r.follow, "follow", bus.Default()),
		advertise(r.node, &r.thoughts, "thought", bus.Default()),
		r.inbox.listen(r.node, r.config.Policy),
	)
	for _, camera := range r.config.Cameras {
		var p *bus.Publisher[*sensor_msgs.Image]
		err = errors.Join(err, advertise(r.node, &p, camera, sensor))
		r.images = append(r.images, p)
	}
	if err != nil {
		return err
	}
	if r.asks, err = lead.New(r.node, r.config.Policy); err != nil || r.config.Bags == nil {
		return err
	}
	return r.tape.listen(r.node, r.config)
}

func advertise[M msgs.Message](n *node.Node, to **bus.Publisher[M], topic string, qos bus.QoS) error {
	p, err := node.Advertise[M](n, topic, qos)
	*to = p
	return err
}

// Begin implements eval.Pilot: the policy node is configured anew, so that nothing of an
// earlier episode is left, set to the mode, activated and armed, and told what to do.
func (r *Robot) Begin(ctx context.Context, e eval.Episode, start eval.Senses) error {
	r.mode, r.followed, r.gripper = e.Mode, false, start.Arm.Gripper
	r.told, r.ideas, r.thought = e.Instruction, nil, ""
	if e.Mode == policy.Guided {
		if err := r.newMind(); err != nil {
			return err
		}
	}
	// Between two episodes the clock goes on, and everything of the last is over.
	r.base = r.last.Truncate(time.Second).Add(10 * time.Second)
	ctx, cancel := r.patient(ctx)
	defer cancel()
	if err := r.asks.BringUp(ctx, string(e.Mode)); err != nil {
		return err
	}
	r.settle()
	r.inbox.reset() // of the node's last words, too
	r.tape.start(r.config.Bags, e)
	// The first pose lets the node arm, the first command shows that its loop runs.
	if err := r.sense(r.base.Add(-2*eval.Step), start.Arm); err != nil {
		return err
	}
	if err := r.tell(r.base.Add(-2 * eval.Step)); err != nil {
		return err
	}
	r.settle()
	if err := r.asks.Arm(ctx, func() error { return r.sense(r.last, start.Arm) }); err != nil {
		return err
	}
	if err := r.hold(ctx, r.base.Add(-eval.Step), start.Arm); err != nil {
		return err
	}
	return r.instruct(ctx, e.Instruction)
}

// hold lets the node speak once, at an instant before the episode.
func (r *Robot) hold(ctx context.Context, at time.Time, arm sim.Arm) error {
	if err := r.sense(at, arm); err != nil {
		return err
	}
	_, err := r.spoken(ctx, at, func() error { return r.sense(at, arm) })
	return err
}

// instruct says what to do, again and again until the node says that it has heard it or,
// as nodes do that are not of this program, nothing on the matter.
func (r *Robot) instruct(ctx context.Context, text string) error {
	say := func() error { return r.instruction.Publish(&std_msgs.String{Data: text}) }
	if err := say(); err != nil {
		return err
	}
	if r.config.Settle != nil {
		r.config.Settle()
		return nil
	}
	return r.inbox.wait(ctx, r.config.Alive, say, func() bool { return r.inbox.instruction == text || r.inbox.mute })
}

// Command implements eval.Pilot.
func (r *Robot) Command(ctx context.Context, now eval.Senses) (sim.Command, error) {
	ctx, cancel := r.patient(ctx)
	defer cancel()
	at := r.base.Add(now.Time)
	if err := r.sense(at, now.Arm); err != nil {
		return sim.Command{}, err
	}
	if err := r.ponder(ctx, now); err != nil {
		return sim.Command{}, err
	}
	if now.View != nil {
		if err := r.show(ctx, now); err != nil {
			return sim.Command{}, err
		}
	}
	v, err := r.spoken(ctx, at, func() error { return r.sense(at, now.Arm) })
	if err != nil {
		return sim.Command{}, err
	}
	cmd := sim.Command{Linear: [3]float64{v.Linear.X, v.Linear.Y, v.Linear.Z}, YawRate: v.Angular.Z}
	if target, told := r.inbox.opening(); told {
		r.gripper = target
	}
	cmd.Gripper = r.gripper
	return cmd, nil
}

// sense sends what the robot knows of itself.
func (r *Robot) sense(at time.Time, arm sim.Arm) error {
	r.tape.at(at)
	err := errors.Join(
		r.poses.Publish(robotmsg.Pose(arm, at, baseFrame)),
		r.joints.Publish(robotmsg.Joints(arm, at)),
	)
	r.settle()
	return err
}

// show sends a view and waits for the chunk that comes of it.
func (r *Robot) show(ctx context.Context, now eval.Senses) error {
	taken := r.base.Add(now.View.Taken)
	send := func() error {
		var errs []error
		for i := len(r.images) - 1; i >= 0; i-- { // the first camera's makes the node plan
			errs = append(errs, r.images[i].Publish(robotmsg.Image(now.View.Frames[i], taken, cameraFrame)))
			r.settle()
		}
		return errors.Join(errs...)
	}
	steered := r.mode == policy.Follow
	if steered && !r.followed { // without a thought there would be no chunk
		if err := r.steer(now.Thought); err != nil {
			return err
		}
	}
	if err := send(); err != nil {
		return err
	}
	if err := r.inbox.wait(ctx, r.config.Alive, send, func() bool { return r.inbox.chunks[taken.UnixNano()] == 1 }); err != nil {
		return fmt.Errorf("no chunk came on %s/chunk for the image of %v: %w", r.config.Policy, now.View.Taken, err)
	}
	if steered && r.followed {
		// Another thought for the same image makes another chunk.
		if err := r.steer(now.Thought); err != nil {
			return err
		}
		if err := r.inbox.wait(ctx, r.config.Alive, nil, func() bool { return r.inbox.chunks[taken.UnixNano()] == 2 }); err != nil {
			return fmt.Errorf("no chunk came on %s/chunk for the thought at %v: %w", r.config.Policy, now.View.Taken, err)
		}
	}
	r.followed = true
	return nil
}

func (r *Robot) steer(thought string) error {
	err := r.follow.Publish(&std_msgs.String{Data: thought})
	r.settle()
	return err
}

// tell says what time it is.
func (r *Robot) tell(at time.Time) error {
	r.last = at
	return r.clock.Publish(&rosgraph_msgs.Clock{Clock: builtin_interfaces.FromTime(at)})
}

// spoken says what time it is and waits for the command of that time. again is what may
// have been lost, with /clock, if none comes.
func (r *Robot) spoken(ctx context.Context, at time.Time, again func() error) (geometry_msgs.Twist, error) {
	if err := r.tell(at); err != nil {
		return geometry_msgs.Twist{}, err
	}
	resend := func() error { return errors.Join(again(), r.tell(at)) }
	if err := r.inbox.wait(ctx, r.config.Alive, resend, func() bool { return !r.inbox.spoke.Before(at) }); err != nil {
		return geometry_msgs.Twist{}, fmt.Errorf("no command came on action at %v: %w", at.Sub(r.base), err)
	}
	r.settle()
	return r.inbox.command()
}

func (r *Robot) settle() {
	if r.config.Settle != nil {
		r.config.Settle()
	}
}

// patient bounds what follows by the machine's clock.
func (r *Robot) patient(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeoutCause(ctx, r.config.Patience, fmt.Errorf("%s did not answer within %v", r.config.Policy, r.config.Patience))
}

// Latency implements eval.Pilot: what chunks say of their inference.
func (r *Robot) Latency() []time.Duration { return r.inbox.latencies() }

// End implements eval.Pilot.
func (r *Robot) End(result eval.Result) (bag string, err error) {
	r.settle()
	if result.Success() {
		return "", nil
	}
	return r.tape.write(result)
}

// Close implements eval.Pilot. The driver stays.
func (r *Robot) Close() error { return r.node.Close() }
