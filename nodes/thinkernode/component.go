// Package thinkernode is the ROS 2 node that says what the policy's model thinks:
// once or twice a second a thought, each newly decoded from a frame of its own, on
// topic thought and on /diagnostics.
//
// Composed with a policy that runs the same model it takes the frames that the
// policy has read, so that a thought costs text tokens only, and it gives way to
// the policy between tokens. Alone, or while the policy rests, it reads frames
// itself.
package thinkernode

import (
	"context"
	"fmt"
	"time"

	"hyt/config"
	"hyt/msgs/bus"
	"hyt/msgs/geometry_msgs"
	"hyt/msgs/hyt_msgs"
	"hyt/msgs/sensor_msgs"
	"hyt/nodes/engines"
	"hyt/nodes/node"
	"hyt/nodes/observe"
	"hyt/policy"
	"hyt/thinker"
)

// Component is the thinker node.
type Component struct {
	config config.Thinker
	pool   *engines.Pool
}

// New makes a thinker node that shares models through the pool.
func New(pool *engines.Pool) *Component {
	return &Component{config: config.DefaultThinker(), pool: pool}
}

// Config implements node.Component.
func (c *Component) Config() config.Config { return &c.config }

// Run implements node.Component.
func (c *Component) Run(ctx context.Context, n *node.Node) (err error) {
	engine, err := c.pool.Open(c.config.Model, policy.Options{Threads: int(c.config.Threads)})
	if err != nil {
		return err
	}
	defer func() {
		if e := engine.Close(); e != nil && err == nil {
			err = e
		}
	}()
	t, err := thinker.New(engine.Engine, thinker.Options{MaxTokens: int(c.config.MaxTokens)})
	if err != nil {
		return err
	}
	m := &mind{
		config: &c.config, engine: engine.Engine, thinker: t, now: n.Now, log: n.Log(),
		changed: make(chan struct{}, 1),
	}
	if err := m.connect(n); err != nil {
		return err
	}
	n.Log().Info("running", "model", engine.Spec().Name, "thought_rate", c.config.ThoughtRate)
	m.run(ctx)
	return nil
}

// connect opens the node's topics.
func (m *mind) connect(n *node.Node) (err error) {
	s := m.engine.Spec()
	m.observer, err = observe.New(observe.Settings{
		Cameras: s.Cameras, Proprio: s.Proprio, PoseTimeout: seconds(m.config.PoseTimeout),
		GripperJoints: m.config.GripperJoints, GripperTravel: m.config.GripperTravel,
	})
	if err != nil {
		return fmt.Errorf("model %s: %w", s.Name, err)
	}
	if m.thoughts, err = node.Advertise[*hyt_msgs.Thought](n, "thought", bus.Latched(1)); err != nil {
		return err
	}
	if err := observe.Hear(n, "instruction", m.instructed); err != nil {
		return err
	}
	for i, camera := range s.Cameras {
		_, err := node.Subscribe(n, observe.Topic(i, camera.Name), bus.SensorData(), func(msg *sensor_msgs.Image) {
			_, _ = m.observer.Image(i, msg, n.Now()) // a bad image shows in diagnostics
		})
		if err != nil {
			return err
		}
	}
	if m.observer.NeedsPose() {
		_, err := node.Subscribe(n, "ee_pose", bus.SensorData(), func(msg *geometry_msgs.PoseStamped) {
			m.observer.Pose(msg, n.Now())
		})
		if err != nil {
			return err
		}
	}
	if m.observer.NeedsGripper() {
		_, err := node.Subscribe(n, "joint_states", bus.SensorData(), func(msg *sensor_msgs.JointState) {
			m.observer.Joints(msg, n.Now())
		})
		if err != nil {
			return err
		}
	}
	n.Diagnose("thought", m.fill)
	return nil
}

func seconds(s float64) time.Duration { return time.Duration(s * float64(time.Second)) }
