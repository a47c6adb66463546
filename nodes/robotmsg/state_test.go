package robotmsg

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"hyt/gazebo/sim"
	"hyt/msgs"
	"hyt/msgs/hyt_msgs"
)

func TestAStateComesOutOfItsMessageAsItWas(t *testing.T) {
	want := sim.State{
		Time: 1234567891 * time.Nanosecond,
		Arm:  sim.Arm{Pose: sim.Pose{X: 0.1, Y: -0.2, Z: 0.3, Yaw: 0.4}, Gripper: 0.5},
		Objects: []sim.Object{
			{Name: "red_cube", Color: "red", Shape: "cube", Size: [3]float64{0.04, 0.05, 0.06}, Pose: sim.Pose{X: 1, Y: 2, Z: 3, Yaw: -1}, Held: true},
			{Name: "blue_bar", Color: "blue", Shape: "bar", Pattern: "dots", Tilt: 1.5},
		},
		Touched: []bool{true, false},
	}
	data := msgs.Marshal(State(want, time.Unix(7, 0), "world"))
	var m hyt_msgs.SceneState
	if err := msgs.Unmarshal(data, &m); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, ParseState(&m)); diff != "" {
		t.Error(diff)
	}
	if m.Header.Stamp.Sec != 7 || m.Header.FrameId != "world" {
		t.Errorf("%+v", m.Header)
	}
}
