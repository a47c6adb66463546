// Package simnode is the ROS 2 node that stands for the robot: a simulator behind
// the topics and services that a real one would have.
//
// One goroutine owns the simulator and steps it in real time; subscriptions and
// services reach it through the command slot and the queue of requests.
package simnode

import (
	"context"
	"errors"
	"time"

	"hyt/config"
	"hyt/gazebo/sim"
	"hyt/msgs/bus"
	"hyt/msgs/geometry_msgs"
	"hyt/msgs/hyt_msgs"
	"hyt/msgs/rosgraph_msgs"
	"hyt/msgs/sensor_msgs"
	"hyt/msgs/std_msgs"
	"hyt/nodes/node"
)

// Component is the sim node.
type Component struct {
	config config.Sim
	open   func(*config.Sim) (sim.Sim, error)
}

// New makes a sim node that gets its simulator from open.
func New(open func(*config.Sim) (sim.Sim, error)) *Component {
	return &Component{config: config.DefaultSim(), open: open}
}

// Config implements node.Component.
func (c *Component) Config() config.Config { return &c.config }

// Run implements node.Component.
func (c *Component) Run(ctx context.Context, n *node.Node) (err error) {
	simulator, err := c.open(&c.config)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, simulator.Close()) }()
	w := &world{
		config: &c.config, sim: simulator, node: n,
		step:     time.Duration(float64(time.Second) / c.config.StepRate),
		imageDue: imagePeriod(&c.config),
		requests: make(chan request),
		done:     ctx.Done(),
	}
	if w.view, err = newView(n, simulator); err != nil {
		return err
	}
	if err := w.reset(scene{c.config.Task, c.config.Split, c.config.Seed}); err != nil {
		return err
	}
	if err := w.connect(); err != nil {
		return err
	}
	n.Log().Info("running", "world", c.config.World, "task", c.config.Task, "split", c.config.Split, "seed", c.config.Seed,
		"instruction", w.episode.Instruction)
	return w.run(ctx)
}

// connect opens the node's topics and services.
func (w *world) connect() (err error) {
	n := w.node
	sensor := bus.SensorData()
	if w.images, err = node.Advertise[*sensor_msgs.Image](n, "image", sensor); err != nil {
		return err
	}
	if w.poses, err = node.Advertise[*geometry_msgs.PoseStamped](n, "ee_pose", sensor); err != nil {
		return err
	}
	if w.joints, err = node.Advertise[*sensor_msgs.JointState](n, "joint_states", bus.Default()); err != nil {
		return err
	}
	if w.outcomes, err = node.Advertise[*std_msgs.String](n, "~/outcome", bus.Latched(1)); err != nil {
		return err
	}
	if w.config.PublishClock {
		if w.clock, err = node.Advertise[*rosgraph_msgs.Clock](n, "/clock", bus.Default()); err != nil {
			return err
		}
	}
	_, err = node.Subscribe(n, "action", bus.Command(), func(m *geometry_msgs.TwistStamped) { w.command.twist(m, time.Now()) })
	if err != nil {
		return err
	}
	_, err = node.Subscribe(n, "gripper", bus.Command(), func(m *std_msgs.Float64) { w.command.grip(m.Data) })
	if err != nil {
		return err
	}
	n.Diagnose("simulator", w.fill)
	return node.Serve(n, "~/reset", func(q *hyt_msgs.ResetRequest, r *hyt_msgs.ResetResponse) {
		*r = w.ask(scene{q.Task, q.Split, q.Seed})
	})
}
