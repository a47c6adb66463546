//go:build ros2

package launchrun

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"gopkg.in/yaml.v3"
)

// noteEnv names a folder. A process with it in its environment, which stands for a
// node, leaves a note there of how it was started.
const noteEnv = "LAUNCHRUN_NOTE"

func TestMain(m *testing.M) {
	dir := os.Getenv(noteEnv)
	if dir == "" {
		os.Exit(m.Run())
	}
	n, err := newNote(os.Args[1], os.Args[2:], os.Environ())
	if err == nil {
		var data []byte
		if data, err = json.Marshal(n); err == nil {
			err = os.WriteFile(filepath.Join(dir, n.Exec), data, 0o600)
		}
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// note is how a node was started.
type note struct {
	Exec string
	Args []string          // a params file that the launcher wrote stands as its content
	Env  map[string]string // what is for hyt
}

func newNote(exec string, argv, env []string) (note, error) {
	n := note{Exec: exec, Env: map[string]string{}}
	inline := map[string]any{} // of consecutive files
	argv = append(argv, "")    // an end after the last params file
	for i := 0; i < len(argv); i++ {
		if argv[i] == "--params-file" && !strings.Contains(argv[i+1], "/share/hyt/") {
			data, err := os.ReadFile(argv[i+1])
			if err == nil {
				err = merge(inline, data)
			}
			if err != nil {
				return n, err
			}
			i++
			continue
		}
		if len(inline) > 0 {
			n.Args = append(n.Args, fmt.Sprint(inline))
			inline = map[string]any{}
		}
		n.Args = append(n.Args, argv[i])
	}
	for _, kv := range env {
		if name, value, _ := strings.Cut(kv, "="); strings.HasPrefix(name, "HYT_") {
			n.Env[name] = value
		}
	}
	return n, nil
}

// merge adds the parameters of a file, under the node's name and theirs.
func merge(into map[string]any, data []byte) error {
	var file map[string]map[string]map[string]any
	if err := yaml.Unmarshal(data, &file); err != nil {
		return err
	}
	for node, sections := range file {
		for name, value := range sections["ros__parameters"] {
			into[node+" "+name] = value
		}
	}
	return nil
}

// install makes a prefix in which the source tree is the package hyt, and this test
// program each of its nodes.
func install(t *testing.T) (share string) {
	t.Helper()
	if _, err := exec.LookPath("ros2"); err != nil {
		t.Fatal("no ros2 command: source a ROS 2 first")
	}
	prefix := t.TempDir()
	share = filepath.Join(prefix, "share", "hyt")
	for _, dir := range []string{"lib/hyt", "share/ament_index/resource_index/packages", "share/hyt"} {
		if err := os.MkdirAll(filepath.Join(prefix, dir), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	source, err := filepath.Abs(root)
	if err != nil {
		t.Fatal(err)
	}
	for _, dir := range []string{"launch", "config"} { // what ROS would copy
		if err := os.CopyFS(filepath.Join(share, dir), os.DirFS(filepath.Join(source, dir))); err != nil {
			t.Fatal(err)
		}
	}
	files := map[string]string{"share/ament_index/resource_index/packages/hyt": ""}
	for _, name := range Executables() {
		files["lib/hyt/"+name] = fmt.Sprintf("#!/bin/sh\nexec '%s' %s \"$@\"\n", os.Args[0], name)
	}
	for path, text := range files {
		if err := os.WriteFile(filepath.Join(prefix, path), []byte(text), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	t.Setenv("AMENT_PREFIX_PATH", prefix+string(os.PathListSeparator)+os.Getenv("AMENT_PREFIX_PATH"))
	t.Setenv("HYT_SHARE", share)
	return share
}

func ros2(t *testing.T, args ...string) string {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "ros2", args...).Output()
	if err != nil {
		t.Fatalf("ros2 %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return string(out)
}

func TestROS2ShowsTheSameArguments(t *testing.T) {
	install(t)
	// Not gazebo.launch: where ROS has Gazebo, that includes a file in Python.
	for _, name := range []string{"policy.launch", "demo.launch", "record.launch"} {
		f, err := open(name)
		if err != nil {
			t.Fatal(err)
		}
		var ours strings.Builder
		if err := f.show(&ours); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(ros2(t, "launch", "hyt", name, "--show-args"), ours.String()); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

func TestROS2StartsTheSameProcesses(t *testing.T) {
	install(t)
	for _, words := range []string{
		"policy.launch",
		"policy.launch namespace:=robot image:=/camera/image_raw rate:=25 model:=/m sim:=true task:=push",
		"policy.launch composed:=false arm:=true autostart:=false use_sim_time:=true",
		"policy.launch thinker:=false sim:=1",
		"demo.launch arm:=false namespace:=/a/b seed:=3",
		"record.launch output:=/tmp/bag start:=false topics:=[image,sensor_msgs/msg/Image]",
	} {
		t.Run(words, func(t *testing.T) {
			args := strings.Fields(words)
			f, err := open(args[0])
			if err != nil {
				t.Fatal(err)
			}
			l, err := f.plan(args[1:], &strings.Builder{})
			if err != nil {
				t.Fatal(err)
			}
			ours := map[string]note{}
			for _, p := range l.plan.processes {
				cmd, err := (&runner{self: "hyt", dir: t.TempDir()}).command(p)
				if err != nil {
					t.Fatal(err)
				}
				n, err := newNote(cmd.Args[1], cmd.Args[2:], cmd.Env)
				if err != nil {
					t.Fatal(err)
				}
				ours[n.Exec] = n
			}
			if diff := cmp.Diff(started(t, args), ours); diff != "" {
				t.Errorf("ros2 launch (-) and hyt launch (+): %s", diff)
			}
		})
	}
}

// started runs a launch file with ros2 launch and collects the notes of its nodes.
func started(t *testing.T, args []string) map[string]note {
	t.Helper()
	dir := t.TempDir()
	t.Setenv(noteEnv, dir)
	ros2(t, append([]string{"launch", "--noninteractive", "hyt"}, args...)...)
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]note{}
	for _, e := range entries {
		data, err := os.ReadFile(filepath.Join(dir, e.Name()))
		if err != nil {
			t.Fatal(err)
		}
		var n note
		if err := json.Unmarshal(data, &n); err != nil {
			t.Fatal(err)
		}
		out[n.Exec] = n
	}
	return out
}
