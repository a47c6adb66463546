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
	"errors"
	"fmt"

	"hyt/config"
	"hyt/msgs/bus"
	"hyt/msgs/hyt_msgs"
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

// Configure implements node.Component.
func (c *Component) Configure(n *node.Node) (node.Instance, error) {
	config := c.config
	engine, err := c.pool.Open(config.Model, policy.Options{Threads: int(config.Threads), Provider: config.Provider})
	if err != nil {
		return nil, err
	}
	m, err := newMind(n, &config, engine)
	if err != nil {
		return nil, errors.Join(err, engine.Close())
	}
	n.Log().Info("configured", "model", engine.Spec().Name, "thought_rate", config.ThoughtRate)
	return m, nil
}

func newMind(n *node.Node, c *config.Thinker, engine *engines.Handle) (*mind, error) {
	t, err := thinker.New(engine.Engine, thinker.Options{
		MaxTokens: int(c.MaxTokens), Temperature: c.Temperature, Seed: uint64(c.Seed), TokenRate: c.TokenRate,
		MaxAge: config.Seconds(thoughtMaxAge), Now: n.Now, MaxDifference: c.MaxDifference,
	})
	if err != nil {
		return nil, err
	}
	m := &mind{
		config: c, handle: engine, engine: engine.Engine, thinker: t, now: n.Now, log: n.Log(),
		changed: make(chan struct{}, 1), paced: make(chan struct{}, 1),
	}
	m.pace(c)
	return m, m.connect(n)
}

// connect opens the node's topics.
func (m *mind) connect(n *node.Node) (err error) {
	s := m.engine.Spec()
	m.observer, err = observe.New(observe.Settings{
		Cameras: s.Cameras, Proprio: s.Proprio, PoseTimeout: config.Seconds(m.config.PoseTimeout),
		GripperJoints: m.config.GripperJoints, GripperTravel: m.config.GripperTravel,
	})
	if err != nil {
		return fmt.Errorf("model %s: %w", s.Name, err)
	}
	if m.thoughts, err = node.Advertise[*hyt_msgs.Thought](n, "thought", bus.Latched(1)); err != nil {
		return err
	}
	// The policy says what it works on, which also goals of its action ~/execute decide;
	// a thinker without a policy hears the same instructions itself.
	for _, topic := range []string{"instruction", "current_instruction"} {
		if err := observe.Hear(n, topic, m.instructed); err != nil {
			return err
		}
	}
	if m.overlay, err = openOverlay(n, m.observer); err != nil {
		return err
	}
	how := observe.Cameras{Compressed: m.config.Compressed(), Rectify: m.config.Rectify}
	if m.places, how.Info, err = openPlaces(n, m.config, s.Cameras[0]); err != nil {
		return err
	}
	if err := m.observer.Watch(n, how); err != nil {
		return err
	}
	if err := m.observer.WatchRobot(n, nil); err != nil {
		return err
	}
	n.Diagnose("thought", m.fill)
	return nil
}

// thoughtMaxAge is the age in seconds at which a frame is no more worth a thought: one
// that was begun is then given up.
const thoughtMaxAge = 5
