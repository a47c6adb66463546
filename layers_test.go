package main

import (
	"os/exec"
	"strings"
	"testing"
)

// layers says how high each room stands. A package may import packages of lower
// layers, and of its own layer where the row says so. The longest matching
// prefix counts. Arrows only point down: that is what keeps a message codec free
// of robots and a control loop free of training.
var layers = []struct {
	prefix string
	level  int
	why    string
}{
	{"hyt/config", 0, "parameters: what every room may be told"},
	{"hyt/msgs", 0, "messages: their shape and codec, generated types included"},
	{"hyt/msgs/gen", 1, "the generator of the above"},
	{"hyt/msgs/imagemsg", 1, "image messages to pixels: the same for training and for running"},
	{"hyt/msgs/bag", 1, "messages at rest"},
	{"hyt/msgs/bus", 1, "messages in motion: the driver interface"},
	{"hyt/msgs/bus/bustest", 2, "what every driver must do"},
	{"hyt/msgs/bus/mem", 3, "a driver"},
	{"hyt/msgs/bus/dds", 3, "a driver"},
	{"hyt/msgs/bus/rcl", 3, "a driver"},
	{"hyt/calib", 1, "maths of cameras"},
	{"hyt/calib/selftest", 4, "calibration of a simulated camera"},
	{"hyt/calib/calibcmd", 5, "a command; live from topics"},
	{"hyt/policy/thought", 1, "the language of thoughts: text only"},
	{"hyt/policy/tokenizer", 1, "text to ids"},
	{"hyt/policy/spec", 1, "the model directory"},
	{"hyt/policy/onnx", 2, "the only user of onnxruntime_go"},
	{"hyt/policy/policytest", 2, "tiny real models for tests"},
	{"hyt/policy/proof", 3, "what was trained, computed again elsewhere"},
	{"hyt/policy", 3, "observation to action chunk"},
	{"hyt/policy/modelcmd", 4, "a command"},
	{"hyt/gazebo/worlds", 0, "SDF files, embedded"},
	{"hyt/gazebo/models", 0, "SDF files, embedded"},
	{"hyt/gazebo/sdf", 1, "SDF parser"},
	{"hyt/gazebo/sim", 1, "what a simulator is"},
	{"hyt/gazebo/render", 2, "a state seen by a camera"},
	{"hyt/gazebo/lens", 3, "a state seen through a real camera"},
	{"hyt/gazebo/embedded", 3, "a simulator in Go"},
	{"hyt/gazebo/classic", 3, "real Gazebo 11"},
	{"hyt/gazebo/task", 3, "tasks, oracle, success"},
	{"hyt/gazebo/simulators", 4, "simulators by name"},
	{"hyt/gazebo/rossim", 5, "who publishes the topics, judged by the truth that it tells"},
	{"hyt/gazebo/scenario", 5, "what an evaluation plays, in YAML"},
	{"hyt/thinker", 4, "decoding of thoughts"},
	{"hyt/trainer", 4, "bags to models; the only user of GoMLX"},
	{"hyt/nodes", 5, "the ROS 2 nodes"},
	{"hyt/gazebo/eval", 5, "policies judged in simulation"},
	{"hyt/gazebo/agree", 5, "two simulators compared"},
	{"hyt/launch", 5, "the ROS 2 package"},
	{"hyt/trainer/experiment", 6, "trainings and evaluations compared"},
	{"hyt", 9, "the binary"},
}

// confined lists modules that only some rooms may import, and why.
var confined = []struct {
	module string
	rooms  []string
	why    string
}{
	{"github.com/spf13/viper", []string{"hyt/config"}, "one place knows where a parameter came from"},
	{"github.com/yalue/onnxruntime_go", []string{"hyt/policy/onnx"}, "one environment a process"},
	{"github.com/gomlx/", []string{"hyt/trainer"}, "a robot does not carry a training engine"},
	{"github.com/tiiuae/rclgo", []string{"hyt/msgs/bus/rcl"}, "it builds only on a sourced ROS 2"},
	{"github.com/foxglove/mcap", []string{"hyt/msgs/bag"}, "storage stays behind the bag"},
	{"modernc.org/sqlite", []string{"hyt/msgs/bag"}, "storage stays behind the bag"},
	{"github.com/jakecoffman/cp", []string{"hyt/gazebo/embedded"}, "physics stays behind the simulator"},
}

func level(pkg string) int {
	best, lvl := -1, -1
	for _, l := range layers {
		if (pkg == l.prefix || strings.HasPrefix(pkg, l.prefix+"/")) && len(l.prefix) > best {
			best, lvl = len(l.prefix), l.level
		}
	}
	return lvl
}

func imports(t *testing.T) map[string][]string {
	t.Helper()
	out, err := exec.Command("go", "list", "-tags", "ros2", "-f", `{{.ImportPath}} {{join .Imports " "}}`, "./...").Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	byPkg := map[string][]string{}
	for line := range strings.Lines(string(out)) {
		f := strings.Fields(line)
		byPkg[f[0]] = f[1:]
	}
	return byPkg
}

func TestImportsPointDown(t *testing.T) {
	for pkg, deps := range imports(t) {
		for _, dep := range deps {
			if !strings.HasPrefix(dep, "hyt/") {
				continue
			}
			if level(dep) > level(pkg) {
				t.Errorf("%s (layer %d) imports %s (layer %d): imports point down", pkg, level(pkg), dep, level(dep))
			}
		}
	}
}

func TestHeavyModulesStayInTheirRooms(t *testing.T) {
	for pkg, deps := range imports(t) {
		for _, dep := range deps {
			for _, c := range confined {
				if strings.HasPrefix(dep, c.module) && !allowed(pkg, c.rooms) {
					t.Errorf("%s imports %s, which belongs to %v: %s", pkg, dep, c.rooms, c.why)
				}
			}
		}
	}
}

func TestControlLoopHasNoCgo(t *testing.T) {
	out, err := exec.Command("go", "list", "-deps", "-f", "{{if .CgoFiles}}{{.ImportPath}}{{end}}", "./nodes/control").Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	for pkg := range strings.FieldsSeq(string(out)) {
		if pkg != "runtime/cgo" && pkg != "net" && pkg != "os/user" {
			t.Errorf("nodes/control depends on %s, which uses cgo", pkg)
		}
	}
}

func allowed(pkg string, rooms []string) bool {
	for _, r := range rooms {
		if pkg == r || strings.HasPrefix(pkg, r+"/") {
			return true
		}
	}
	return false
}
