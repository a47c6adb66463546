package robotmsg

import (
	"time"

	"hyt/gazebo/sim"
	"hyt/msgs/geometry_msgs"
	"hyt/msgs/hyt_msgs"
)

// State is a simulator's truth. What was asked of the scene is the caller's to fill in.
func State(s sim.State, stamp time.Time, frame string) *hyt_msgs.SceneState {
	m := &hyt_msgs.SceneState{
		Header: Header(stamp, frame), Time: s.Time.Seconds(),
		Hand: geometry_msgs.Point{X: s.Arm.X, Y: s.Arm.Y, Z: s.Arm.Z}, Yaw: s.Arm.Yaw, Gripper: s.Arm.Gripper,
	}
	for i, o := range s.Objects {
		m.Objects = append(m.Objects, hyt_msgs.SceneObject{
			Name: o.Name, Color: o.Color, Shape: o.Shape, Pattern: o.Pattern, Size: o.Size,
			Position: geometry_msgs.Point{X: o.Pose.X, Y: o.Pose.Y, Z: o.Pose.Z}, Yaw: o.Pose.Yaw, Tilt: o.Tilt,
			Held: o.Held, Touched: i < len(s.Touched) && s.Touched[i],
		})
	}
	return m
}

// ParseState is the inverse of State.
func ParseState(m *hyt_msgs.SceneState) sim.State {
	s := sim.State{
		Time: time.Duration(m.Time*float64(time.Second) + 0.5),
		Arm:  sim.Arm{Pose: sim.Pose{X: m.Hand.X, Y: m.Hand.Y, Z: m.Hand.Z, Yaw: m.Yaw}, Gripper: m.Gripper},
	}
	for _, o := range m.Objects {
		s.Objects = append(s.Objects, sim.Object{
			Name: o.Name, Color: o.Color, Shape: o.Shape, Pattern: o.Pattern, Size: o.Size,
			Pose: sim.Pose{X: o.Position.X, Y: o.Position.Y, Z: o.Position.Z, Yaw: o.Yaw}, Tilt: o.Tilt, Held: o.Held,
		})
		s.Touched = append(s.Touched, o.Touched)
	}
	return s
}
