package launchrun

import (
	"encoding/xml"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"hyt/config"
	"hyt/nodes/rosargs"
)

// root is the source tree: what ROS 2 sees as share/hyt.
const root = "../.."

// files are the launch files that come with hyt.
func files(t *testing.T) []*file {
	t.Helper()
	t.Setenv("HYT_SHARE", "")
	t.Setenv("AMENT_PREFIX_PATH", "")
	paths, err := filepath.Glob(root + "/launch/*.launch")
	if err != nil || len(paths) < 4 {
		t.Fatalf("launch files: %v, %v", paths, err)
	}
	var out []*file
	for _, path := range paths {
		f, err := open(path)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, f)
	}
	return out
}

// walk visits all elements below e, whatever their conditions say.
func walk(e *element, visit func(*element)) {
	for _, c := range e.children {
		visit(c)
		walk(c, visit)
	}
}

func TestEveryArgumentIsDescribedAndEveryVariableDeclared(t *testing.T) {
	variable := regexp.MustCompile(`\$\(var ([^ )]+)\)`)
	for _, f := range files(t) {
		declared := map[string]bool{}
		walk(f.root, func(e *element) {
			name := e.attrs["name"]
			switch {
			case e.name == "arg" && e.parent == "launch":
				if !strings.HasSuffix(e.attrs["description"], ".") {
					t.Error(e.errorf("%s has no description in a sentence", name))
				}
				if declared[name] {
					t.Error(e.errorf("%s is declared twice", name))
				}
				declared[name] = true
			case e.name == "let":
				declared[name] = true
			}
			for attribute, text := range e.attrs {
				for _, found := range variable.FindAllStringSubmatch(text, -1) {
					if !declared[found[1]] {
						t.Error(e.errorf("%s uses %s, which is not declared above", attribute, found[0]))
					}
				}
			}
		})
	}
}

// dependencies are the packages that launch/package.xml names.
func dependencies(t *testing.T) []string {
	t.Helper()
	data, err := os.ReadFile(root + "/launch/package.xml")
	if err != nil {
		t.Fatal(err)
	}
	var manifest struct {
		Depend     []string `xml:"depend"`
		ExecDepend []string `xml:"exec_depend"`
	}
	if err := xml.Unmarshal(data, &manifest); err != nil {
		t.Fatal(err)
	}
	return append(manifest.Depend, manifest.ExecDepend...)
}

func TestWhatLaunchFilesNameIsThere(t *testing.T) {
	depends := dependencies(t)
	share := regexp.MustCompile(`^\$\(find-pkg-share (\w+)\)/(.*)$`)
	for _, f := range files(t) {
		walk(f.root, func(e *element) {
			for _, attribute := range []string{"file", "from", "default"} {
				found := share.FindStringSubmatch(e.attrs[attribute])
				if found == nil {
					continue
				}
				if _, err := os.Stat(filepath.Join(root, found[2])); found[1] == "hyt" && err != nil {
					t.Error(e.errorf("%s: %w", attribute, err))
				}
				if found[1] != "hyt" && !slices.Contains(depends, found[1]) {
					t.Error(e.errorf("package.xml does not depend on %s", found[1]))
				}
			}
			if e.name != "node" {
				return
			}
			if _, err := own(e.attrs["exec"]); e.attrs["pkg"] == "hyt" && err != nil {
				t.Error(e.errorf("%w", err))
			}
			if pkg := e.attrs["pkg"]; pkg != "hyt" && !slices.Contains(depends, pkg) {
				t.Error(e.errorf("package.xml does not depend on %s", pkg))
			}
		})
	}
}

// kindsOf are the configurations of the nodes that an element of the package hyt runs.
func kindsOf(e *element) []config.Config {
	names := append(strings.Fields(e.attrs["args"]), e.attrs["exec"])
	return slices.DeleteFunc(config.All(), func(c config.Config) bool { return !slices.Contains(names, c.Kind()) })
}

func TestParametersAndTopicsOfLaunchFilesExist(t *testing.T) {
	topics := []string{"image", "ee_pose", "joint_states", "instruction", "follow", "action", "gripper", "thought", "episode"}
	for _, f := range files(t) {
		walk(f.root, func(e *element) {
			if e.name != "node" || e.attrs["pkg"] != "hyt" {
				return
			}
			known := map[string]bool{}
			for _, c := range kindsOf(e) {
				for _, p := range c.Params() {
					_, general := config.EnvNames(c.Kind(), p.Name)
					known[p.Name], known[general] = true, true
				}
			}
			for _, child := range e.children {
				switch name := child.attrs["name"]; child.name {
				case "param", "env":
					if name != "" && !known[name] {
						t.Error(child.errorf("%s has no parameter %s", e.attrs["exec"], name))
					}
				case "remap":
					if from := child.attrs["from"]; !slices.Contains(topics, from) {
						t.Error(child.errorf("no node has the topic %s", from))
					}
				}
			}
		})
	}
}

// accept lets the nodes of a process read what the launch file gives them.
func accept(t *testing.T, p process) map[string]config.Config {
	t.Helper()
	cmd, err := (&runner{self: "hyt", dir: t.TempDir()}).command(p)
	if err != nil {
		t.Fatal(err)
	}
	for _, kv := range p.env {
		name, value, _ := strings.Cut(kv, "=")
		t.Setenv(name, value)
	}
	args, err := rosargs.Parse(cmd.Args[1:])
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]config.Config{}
	for _, c := range config.All() {
		if !slices.Contains(args.Rest, c.Kind()) {
			continue
		}
		id, err := args.Identify(c.Kind(), "/")
		if err != nil {
			t.Fatal(err)
		}
		if err := config.Load(c, config.Source{Node: id.FullName(), ParamsFiles: args.ParamsFiles}); err != nil {
			t.Errorf("%s: %v", p.place, err)
		}
		out[id.FullName()] = c
	}
	return out
}

func planFile(t *testing.T, name, words string) (*launch, error) {
	t.Helper()
	t.Setenv("HYT_SHARE", "")
	t.Setenv("AMENT_PREFIX_PATH", "")
	f, err := open(root + "/launch/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return f.plan(strings.Fields(words), &strings.Builder{})
}

func TestNodesAcceptWhatLaunchFilesGiveThem(t *testing.T) {
	tests := []struct {
		words string // file and arguments
		want  []string
	}{
		{"policy.launch", []string{"/policy", "/thinker"}},
		{"policy.launch sim:=true", []string{"/policy", "/sim", "/thinker"}},
		{"policy.launch composed:=false namespace:=robot", []string{"/robot/policy", "/robot/thinker"}},
		{"policy.launch thinker:=false rate:=100 action_type:=twist autostart:=false arm:=true", []string{"/policy"}},
		{"policy.launch thinker:=false composed:=false sim:=1 task:=place seed:=7 use_sim_time:=true", []string{"/policy", "/sim"}},
		{"demo.launch namespace:=/a/b", []string{"/a/b/policy", "/a/b/sim", "/a/b/thinker"}},
		{"record.launch", []string{"/recorder"}},
		{"record.launch output:=bags/x start:=false topics:=[image,sensor_msgs/msg/Image]", []string{"/recorder"}},
	}
	for _, tt := range tests {
		t.Run(tt.words, func(t *testing.T) {
			name, words, _ := strings.Cut(tt.words, " ")
			l, err := planFile(t, name, words)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, p := range l.plan.processes {
				for node := range accept(t, p) {
					got = append(got, node)
				}
			}
			slices.Sort(got)
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// What is typed wins over the params file, which wins where nothing was typed.
func TestArgumentsGoOverTheParamsFile(t *testing.T) {
	mine := filepath.Join(t.TempDir(), "mine.yaml")
	text := "policy:\n  ros__parameters: {model: /in/file, control_rate: 20, autostart: false, arm_on_activate: true}\n"
	if err := os.WriteFile(mine, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	for words, want := range map[string]config.Policy{
		"":                                 {Model: "/in/file", ControlRate: 20},
		"model:=/typed rate:=30":           {Model: "/typed", ControlRate: 30},
		"autostart:=true arm:=true":        {Model: "/in/file", ControlRate: 20, ArmOnActivate: true, Common: config.Common{Autostart: true}},
		"composed:=false model:=/typed":    {Model: "/typed", ControlRate: 20},
		"composed:=false autostart:=false": {Model: "/in/file", ControlRate: 20},
	} {
		t.Run(words, func(t *testing.T) {
			l, err := planFile(t, "policy.launch", "params_file:="+mine+" "+words)
			if err != nil {
				t.Fatal(err)
			}
			all := accept(t, l.plan.processes[0])
			p := all["/policy"].(*config.Policy)
			got := config.Policy{Model: p.Model, ControlRate: p.ControlRate, ArmOnActivate: p.ArmOnActivate,
				Common: config.Common{Autostart: p.Autostart}}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestTheEnvironmentOfTheUserReachesTheNodes(t *testing.T) {
	t.Setenv("HYT_MODEL", "/exported")
	for words, want := range map[string]string{"": "/exported", "model:=/typed": "/typed"} {
		l, err := planFile(t, "policy.launch", words)
		if err != nil {
			t.Fatal(err)
		}
		if env := l.plan.processes[0].env; !slices.Contains(env, "HYT_MODEL="+want) {
			t.Errorf("%q gives the nodes %v", words, env)
		}
	}
}

// A thinker in a process of its own may die without the policy.
func TestOnlyTheThinkerBesideThePolicyStartsAgain(t *testing.T) {
	l, err := planFile(t, "policy.launch", "composed:=false")
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range l.plan.processes {
		if p.respawn != (p.name == "thinker") {
			t.Errorf("%s starts again: %v", p.name, p.respawn)
		}
	}
}

func TestGazeboLaunchNeedsROS2AndSaysSo(t *testing.T) {
	_, err := planFile(t, "gazebo.launch", "")
	if err == nil || !strings.Contains(err.Error(), `package "ros_gz_sim" is not installed`) {
		t.Errorf("got %v", err)
	}
}

func TestMistypedArgumentsAreRefused(t *testing.T) {
	if _, err := planFile(t, "demo.launch", "imag:=/x"); err == nil || !strings.Contains(err.Error(), `no argument "imag"; it has action, action_type,`) {
		t.Errorf("got %v", err)
	}
	if _, err := planFile(t, "policy.launch", "image=/x"); err == nil || err.Error() != `argument "image=/x": expected name:=value` {
		t.Errorf("got %v", err)
	}
	if _, err := open("nothing.launch"); err == nil || !strings.Contains(err.Error(), `no launch file "nothing.launch" here`) {
		t.Errorf("got %v", err)
	}
}

// colcon installs an executable for each command that runs nodes.
func TestTheROSPackageInstallsEveryNode(t *testing.T) {
	data, err := os.ReadFile(root + "/launch/CMakeLists.txt")
	if err != nil {
		t.Fatal(err)
	}
	list := regexp.MustCompile(`foreach\(node ([a-z ]+)\)`).FindSubmatch(data)
	if list == nil || !slices.Equal(strings.Fields(string(list[1])), Executables()[1:]) {
		t.Errorf("launch/CMakeLists.txt installs %q; hyt has %v", list, Executables())
	}
}

// ros2 launch finds a file by its name anywhere under share/hyt, and refuses two of a name.
func TestLaunchFilesHaveNamesOfTheirOwn(t *testing.T) {
	seen := map[string]string{}
	for _, installed := range []string{"launch", "config", "gazebo", "policy/models"} {
		err := filepath.WalkDir(filepath.Join(root, installed), func(path string, d fs.DirEntry, err error) error {
			if other := seen[d.Name()]; other != "" && strings.Contains(d.Name(), "launch") {
				t.Errorf("%s and %s have one name", other, path)
			}
			seen[d.Name()] = path
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}
