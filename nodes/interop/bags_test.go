//go:build ros2

package interop

import "testing"

// TestBags: each side reads and plays what the other recorded.
func TestBags(t *testing.T) {
	eachDriver(t, func(t *testing.T, s *session) {
		s.start(t, "hyt sim")
		s.play(t, theirBags)
		stop := s.start(t, "hyt recorder --ros-args -p output:=$OUT/ours")
		s.play(t, []step{{"ros2 topic info /image", []string{`Subscription count: 1`}}, {"sleep 3", nil}})
		stop()
		s.play(t, ourBags)
	})
}

var theirBags = []step{
	{"ros2 topic list", []string{`^/image$`, `^/joint_states$`}},
	{"once timeout -s INT 8 ros2 bag record -s mcap -o $OUT/mcap /image /joint_states", []string{`Subscribed to topic '/image'`}},
	{"ros2 bag info $OUT/mcap", []string{`Topic: /image \| Type: sensor_msgs/msg/Image \| Count: [1-9]`}},
	{"hyt bag info $OUT/mcap", []string{`/image +sensor_msgs/msg/Image +[1-9]`, `/joint_states`}},
	{"hyt bag info --json $OUT/mcap", []string{`"storage": "mcap"`, `"problems": \[\]`}},
	{"hyt bag check $OUT/mcap; echo said $?", []string{`^said 0`}},
	{"once timeout -s INT 8 ros2 bag record -s sqlite3 -o $OUT/sqlite3 /image /joint_states", []string{`Subscribed to topic '/image'`}},
	{"hyt bag info $OUT/sqlite3", []string{`/image +sensor_msgs/msg/Image +[1-9]`, `/joint_states`}},
	{"hyt bag info --json $OUT/sqlite3", []string{`"storage": "sqlite3"`, `"problems": \[\]`}},
	{"hyt bag check $OUT/sqlite3; echo said $?", []string{`^said 0`}},
}

var ourBags = []step{
	{"ros2 bag info $OUT/ours", []string{
		`Storage id: +mcap`,
		`Topic: /image \| Type: sensor_msgs/msg/Image \| Count: [1-9]`,
		`Topic: /joint_states \| Type: sensor_msgs/msg/JointState \| Count: [1-9]`}},
	{"ros2 bag play --loop $OUT/ours --remap /image:=/played/image & ros2 topic echo --once --field header /played/image", []string{
		`frame_id: camera_optical_frame`}},
}
