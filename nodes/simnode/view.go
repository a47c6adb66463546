package simnode

import (
	"time"

	"hyt/gazebo/render"
	"hyt/gazebo/sdf/stage"
	"hyt/gazebo/sim"
	"hyt/msgs/bus"
	"hyt/msgs/sensor_msgs"
	"hyt/nodes/node"
	"hyt/nodes/robotmsg"
)

// The view's pictures: pixels per side, and simulated time between two of them.
const (
	viewSize   = 256
	viewPeriod = 100 * time.Millisecond
)

// view shows the scene to people, in larger pictures than the policy gets, on
// ~/view. It draws only while somebody looks.
type view struct {
	out      *bus.Publisher[*sensor_msgs.Image]
	renderer *render.Renderer
	due      time.Duration // of simulated time
}

// newView returns nil for a simulator that cannot be drawn from outside.
func newView(n *node.Node, s sim.Sim) (*view, error) {
	staged, ok := s.(interface{ Stage() *stage.Stage })
	if !ok {
		return nil, nil
	}
	renderer, err := render.New(staged.Stage(), viewSize, viewSize)
	if err != nil {
		return nil, err
	}
	out, err := node.Advertise[*sensor_msgs.Image](n, "~/view", bus.SensorData())
	return &view{out: out, renderer: renderer}, err
}

// show publishes a picture of state when one is due.
func (v *view) show(state sim.State, now time.Duration, stamp time.Time, frame string) error {
	if v == nil || now < v.due || v.out.Matched() == 0 {
		return nil
	}
	v.due = now + viewPeriod
	return v.out.Publish(robotmsg.Image(v.renderer.Draw(state), stamp, frame))
}

// scene follows a reset.
func (v *view) scene(s sim.Scene) error {
	if v == nil {
		return nil
	}
	return v.renderer.SetScene(s)
}
