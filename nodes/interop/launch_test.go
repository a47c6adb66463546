//go:build ros2

package interop

import (
	"os"
	"path/filepath"
	"testing"
)

// TestLaunch: ros2 launch takes our files with arguments, namespace, remaps and a
// params file.
func TestLaunch(t *testing.T) {
	eachDriver(t, func(t *testing.T, s *session) {
		params := "/robot/policy:\n  ros__parameters:\n    control_rate: 40\n"
		if err := os.WriteFile(filepath.Join(s.out, "params.yaml"), []byte(params), 0o644); err != nil {
			t.Fatal(err)
		}
		s.play(t, []step{
			{"ros2 pkg executables hyt", []string{`^hyt policy$`, `^hyt recorder$`, `^hyt sim$`, `^hyt thinker$`}},
			{"ros2 launch hyt policy.launch --show-args", []string{
				`'image':`, `'instruction':`, `'action':`, `'action_type':`, `'model':`, `'rate':`,
				`'use_sim_time':`, `'composed':`, `'namespace':`, `'params_file':`}},
			{"ros2 launch hyt record.launch --show-args", []string{`'output':`}},
		})
		s.start(t, "ros2 launch hyt policy.launch sim:=true namespace:=robot params_file:=$OUT/params.yaml "+
			"image:=/camera/image_raw action:=/cmd instruction:=/told")
		s.play(t, []step{
			{"ros2 node list", []string{`^/robot/policy$`, `^/robot/sim$`, `^/robot/thinker$`}},
			{"ros2 node info /robot/policy", []string{
				`/camera/image_raw: sensor_msgs/msg/Image`, `/told: std_msgs/msg/String`,
				`/cmd: geometry_msgs/msg/TwistStamped`, `/robot/policy/arm: std_srvs/srv/SetBool`}},
			{"ros2 lifecycle get /robot/policy", []string{`^active \[3\]`}},
			{"ros2 param get /robot/policy control_rate", []string{`Double value is: 40.0`}},
			{"ros2 topic pub --once /told std_msgs/msg/String '{data: push the blue cylinder}'", []string{`publishing #1`}},
			{"ros2 service call /robot/policy/arm std_srvs/srv/SetBool '{data: true}'", []string{`success=True`}},
			{"timeout -s INT 6 ros2 topic hz /cmd", []string{`average rate: \d`}},
			{"ros2 topic echo --once /robot/thought", []string{`^text: `, `^source: 2`}},
		})
	})
}

// TestPythonNodes: an rclpy node is the camera, another one takes the actions.
func TestPythonNodes(t *testing.T) {
	eachDriver(t, func(t *testing.T, s *session) {
		s.start(t, "$PYTHON testdata/camera.py")
		s.start(t, "hyt policy")
		s.play(t, []step{
			{"ros2 topic info -v /image", []string{`Node name: camera`, `Node name: policy`}},
			{"ros2 service call /policy/arm std_srvs/srv/SetBool '{data: true}'", []string{`success=True`}},
			{"$PYTHON testdata/actions.py 100", []string{`^100 finite commands in base_link`}},
		})
	})
}
