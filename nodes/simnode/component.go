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

// Configure implements node.Component.
func (c *Component) Configure(n *node.Node) (node.Instance, error) {
	config := c.config
	simulator, err := c.open(&config)
	if err != nil {
		return nil, err
	}
	w, err := newWorld(n, &config, simulator)
	if err != nil {
		return nil, errors.Join(err, simulator.Close())
	}
	n.Log().Info("configured", "world", config.World, "task", config.Task, "split", config.Split, "seed", config.Seed,
		"instruction", w.episode.Instruction)
	return w, nil
}

func newWorld(n *node.Node, c *config.Sim, simulator sim.Sim) (w *world, err error) {
	w = &world{
		config: c, sim: simulator, node: n,
		step:     config.Period(c.StepRate),
		imageDue: imagePeriod(c),
		requests: make(chan request),
		paused:   make(chan struct{}),
	}
	close(w.paused)
	if w.view, err = newView(n, simulator); err != nil {
		return nil, err
	}
	if w.eye, err = newEye(n, c, simulator); err != nil {
		return nil, err
	}
	if err := w.reset(context.Background(), scene{c.Task, c.Split, c.Seed}); err != nil {
		return nil, err
	}
	return w, w.connect()
}

// connect opens the node's topics and services.
func (w *world) connect() (err error) {
	n := w.node
	sensor := bus.SensorData()
	for _, name := range w.config.Cameras {
		images, err := node.Advertise[*sensor_msgs.Image](n, name, sensor)
		if err != nil {
			return err
		}
		w.images = append(w.images, images)
	}
	if w.states, err = node.Advertise[*hyt_msgs.SceneState](n, "~/state", bus.Default()); err != nil {
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
	if w.done, err = node.Advertise[*std_msgs.Bool](n, "task_done", bus.Default()); err != nil {
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
