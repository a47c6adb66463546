//go:build ros2

package interop

import "testing"

// TestCommands: a simulated robot and a policy, looked at and told what to do.
func TestCommands(t *testing.T) {
	eachDriver(t, func(t *testing.T, s *session) {
		s.start(t, "hyt sim")
		s.start(t, "hyt policy")
		s.play(t, commands)
	})
}

var commands = []step{
	// Who is there, and what they say to whom.
	{"ros2 node list", []string{`^/policy$`, `^/sim$`}},
	{"ros2 node info /policy", []string{
		`/image: sensor_msgs/msg/Image`, `/instruction: std_msgs/msg/String`,
		`/action: geometry_msgs/msg/TwistStamped`, `/diagnostics: diagnostic_msgs/msg/DiagnosticArray`,
		`/policy/arm: std_srvs/srv/SetBool`, `/policy/change_state: lifecycle_msgs/srv/ChangeState`,
		`/policy/set_parameters: rcl_interfaces/srv/SetParameters`}},
	{"ros2 topic list -t", []string{`^/image \[sensor_msgs/msg/Image\]`, `^/policy/chunk \[hyt_msgs/msg/ActionChunk\]`}},
	{"ros2 topic info -v /image", []string{`Node name: sim`, `Node name: policy`, `Reliability: BEST_EFFORT`, `^Subscription count: 1`}},
	{"ros2 topic echo --once /joint_states", []string{`^- x_joint$`}},
	{"ros2 topic echo --once --field header /image", []string{`frame_id: camera_optical_frame`}},
	{"timeout -s INT 6 ros2 topic hz /image", []string{`average rate: \d`}},
	{"ros2 topic echo --once --no-daemon /rosout", nil},

	// Told what to do.
	{"ros2 service list -t", []string{`^/policy/arm \[std_srvs/srv/SetBool\]`, `^/sim/reset \[hyt_msgs/srv/Reset\]`}},
	{"ros2 service type /policy/set_mode", []string{`^hyt_msgs/srv/SetMode$`}},
	{"ros2 service call /policy/arm std_srvs/srv/SetBool '{data: true}'", []string{`success=True`}},
	{"ros2 topic pub --once /instruction std_msgs/msg/String '{data: push the blue cylinder}'", []string{`publishing #1`}},
	{"timeout -s INT 6 ros2 topic hz /action", []string{`average rate: \d`}},
	{"ros2 topic echo --once /action", []string{`frame_id: base_link`, `linear:`}},
	{"ros2 topic echo --once /policy/chunk", []string{`^mode: act`, `^model_sha256: \S{64}`, `^names:`}},
	{"ros2 topic echo --once /diagnostics", []string{`^status:`, `hardware_id: hyt`}},
	{"ros2 service call /policy/set_mode hyt_msgs/srv/SetMode '{mode: think}'", []string{`success=True`}},
	{"ros2 service call /policy/set_mode hyt_msgs/srv/SetMode '{mode: dance}'", []string{`success=False`}},
	{"ros2 service call /policy/stop std_srvs/srv/Trigger", []string{`success=True`}},
	{"ros2 service call /policy/reset_stop std_srvs/srv/Trigger", []string{`success=True`}},

	// An action, for as long as its client wants it.
	{"ros2 service call /policy/arm std_srvs/srv/SetBool '{data: true}'", []string{`success=True`}}, // the stop disarmed it
	{"ros2 action list -t", []string{`^/policy/execute \[hyt_msgs/action/Execute\]`}},
	{"ros2 action info /policy/execute", []string{`Action servers: 1`}},
	{"once timeout -s INT 8 ros2 action send_goal /policy/execute hyt_msgs/action/Execute '{instruction: push the blue cylinder}'", []string{
		`Goal accepted with ID`}},

	// Parameters: types, ranges, reasons.
	{"ros2 param list /policy", []string{`^  control_rate$`, `^  use_sim_time$`}},
	{"ros2 param get /policy control_rate", []string{`Double value is: 50.0`}},
	{"ros2 param describe /policy control_rate", []string{`Type: double`, `Min value: 1.0`, `Max value: 1000.0`}},
	{"ros2 param set /policy mode act", []string{`Set parameter successful`}},
	{"ros2 param set /policy mode dance", []string{`Setting parameter failed: .*mode.*dance`}},
	{"ros2 param set /policy control_rate 60.0", []string{`Setting parameter failed: .*active`}},
	{"ros2 param set /policy no_such 1", []string{`Setting parameter failed: .*no_such`}},
	{"ros2 param dump /policy > $OUT/policy.yaml; cat $OUT/policy.yaml", []string{`^/policy:$`, `^    control_rate: 50.0$`, `^    mode: act$`}},

	// States.
	{"ros2 lifecycle nodes", []string{`^/policy$`}},
	{"ros2 lifecycle get /policy", []string{`^active \[3\]`}},
	{"ros2 lifecycle list /policy", []string{`deactivate \[4\]`}},
	{"once ros2 lifecycle set /policy deactivate", []string{`Transitioning successful`}},
	{"ros2 lifecycle get /policy", []string{`^inactive \[2\]`}},
	{"once ros2 lifecycle set /policy activate", []string{`Transitioning successful`}},
	{"once ros2 lifecycle set /policy deactivate", []string{`Transitioning successful`}},
	{"once ros2 lifecycle set /policy cleanup", []string{`Transitioning successful`}},
	{"ros2 lifecycle get /policy", []string{`^unconfigured \[1\]`}},
	{"ros2 param set /policy control_rate fast", []string{`Setting parameter failed: .*control_rate.*fast`}},
	{"ros2 param set /policy control_rate 5000.0", []string{`Setting parameter failed: .*1 to 1000`}},
	// Humble's ros2 param load trips over an empty string.
	{"sed -i \"/''$/d; s/50.0/40.0/\" $OUT/policy.yaml; ros2 param load /policy $OUT/policy.yaml", []string{`Set parameter control_rate successful`}},
	{"ros2 param get /policy control_rate", []string{`Double value is: 40.0`}},
	{"ros2 param set /policy model /nowhere", []string{`Set parameter successful`}},
	{"once ros2 lifecycle set /policy configure", []string{`Transitioning failed`}},
	{"ros2 lifecycle get /policy", []string{`^unconfigured \[1\]`}},
	{"ros2 param set /policy model $HYT_MODEL", []string{`Set parameter successful`}},
	{"once ros2 lifecycle set /policy configure", []string{`Transitioning successful`}},
	{"once ros2 lifecycle set /policy activate", []string{`Transitioning successful`}},
	{"ros2 lifecycle get /policy", []string{`^active \[3\]`}},
	{"once ros2 lifecycle set /policy shutdown", []string{`Transitioning successful`}},
	{"ros2 lifecycle get /sim", []string{`^active \[3\]`}},
}
