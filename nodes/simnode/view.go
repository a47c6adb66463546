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

// view shows the scene to people on ~/view, while somebody looks: in larger pictures than
// the policy gets, or as its camera has it where the simulator cannot be drawn from outside.
type view struct {
	out      *bus.Publisher[*sensor_msgs.Image]
	renderer *render.Renderer // nil: the simulator's own pictures
	due      time.Duration    // of simulated time
}

func newView(n *node.Node, s sim.Sim) (*view, error) {
	v := &view{}
	var err error
	if staged, ok := s.(interface{ Stage() *stage.Stage }); ok {
		if v.renderer, err = render.New(staged.Stage(), viewSize, viewSize); err != nil {
			return nil, err
		}
	}
	v.out, err = node.Advertise[*sensor_msgs.Image](n, "~/view", bus.SensorData())
	return v, err
}

// show publishes a picture of state, the simulator's present one, when one is due.
func (v *view) show(s sim.Sim, state sim.State, now time.Duration, stamp time.Time, frame string) error {
	if now < v.due || v.out.Matched() == 0 {
		return nil
	}
	v.due = now + viewPeriod
	if v.renderer != nil {
		return v.out.Publish(robotmsg.Image(v.renderer.Draw(state), stamp, frame))
	}
	picture, err := s.Render(sim.Overhead)
	if err != nil {
		return err
	}
	return v.out.Publish(robotmsg.Image(picture, stamp, frame))
}

// scene follows a reset.
func (v *view) scene(s sim.Scene) error {
	if v.renderer == nil {
		return nil
	}
	return v.renderer.SetScene(s)
}
