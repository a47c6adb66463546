package demos

import (
	"context"
	"errors"
	"io"
	"math"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"hyt/gazebo/render"
	sdfstage "hyt/gazebo/sdf/stage"
	"hyt/gazebo/sim"
	"hyt/gazebo/simulators"
	"hyt/gazebo/task"
	"hyt/msgs/bag"
	"hyt/msgs/bus"
	"hyt/msgs/bus/mem"
	"hyt/nodes/node"
	"hyt/nodes/recorder"
	"hyt/nodes/rosargs"
	"hyt/trainer/contract"
	"hyt/trainer/data"
)

// rig is a stage on the in-process bus with a recorder listening to it.
type rig struct {
	stage *stage
	stop  func() // ends the recorder and waits
	dir   string
}

func newRig(t *testing.T) *rig {
	t.Helper()
	network := mem.NewNetwork()
	playing, recording := network.Open(), network.Open()
	t.Cleanup(func() { playing.Close(); recording.Close() })
	n, err := node.New(node.Options{Identity: rosargs.Identity{Name: "demonstrator", Namespace: "/"}, Driver: playing, Console: io.Discard})
	if err != nil {
		t.Fatal(err)
	}
	listener, err := recording.OpenNode("recorder", "/")
	if err != nil {
		t.Fatal(err)
	}
	// Nobody needs /clock in the bag, but the stage waits for a listener to it.
	if _, err := listener.Subscribe("/clock", "rosgraph_msgs/msg/Clock", bus.Default(), func(bus.Sample) {}); err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(t.TempDir(), "bag")
	r, err := recorder.New(listener, recorder.Config{Dir: dir, Topics: []recorder.Topic{
		{Name: "/image"}, {Name: "/ee_pose"}, {Name: "/joint_states"}, {Name: "/instruction"},
		{Name: "/action"}, {Name: "/gripper"}, {Name: "/thought", Latched: true}, {Name: "/episode"},
	}})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- r.Run(ctx) }()
	s, err := newStage(n, []string{sim.Overhead})
	if err != nil {
		t.Fatal(err)
	}
	return &rig{stage: s, dir: dir, stop: func() {
		cancel()
		if err := <-done; err != nil {
			t.Errorf("recorder: %v", err)
		}
	}}
}

func play(t *testing.T, r *rig, name string, seed int64) bool {
	t.Helper()
	tk, err := task.ByName(name)
	if err != nil {
		t.Fatal(err)
	}
	s := &show{log: io.Discard, pieces: []piece{{tk, task.ID, seed}},
		options: options{noise: 0.03, sim: simulators.Embedded, cameras: []string{sim.Overhead}}}
	if err := s.perform(t.Context(), r.stage, 0); err != nil {
		t.Fatal(err)
	}
	return s.given == 1 && s.failed == 0
}

func TestADemonstrationBecomesSamplesWithThoughts(t *testing.T) {
	r := newRig(t)
	if err := r.stage.ready(t.Context()); err != nil {
		t.Fatal(err)
	}
	if !play(t, r, "place", 3) {
		t.Fatal("the oracle failed")
	}
	r.stop()
	set, report, err := data.Open(t.Context(), []string{r.dir}, data.Options{Contract: contract.Default()})
	if err != nil {
		t.Fatal(err)
	}
	if set.Len() < 20 || report.Thoughts != set.Len() || len(report.LeftOut) > 0 {
		t.Fatalf("%d samples, %d with a thought, episodes left out: %v", set.Len(), report.Thoughts, report.LeftOut)
	}
	grips := map[bool]bool{}
	for i := range set.Len() {
		s := set.At(i)
		if !strings.Contains(s.Instruction, " ") || !strings.Contains(s.Thought, "grip") {
			t.Fatalf("sample %d: instruction %q, thought %q", i, s.Instruction, s.Thought)
		}
		step := math.Hypot(math.Hypot(float64(s.Actions[0]), float64(s.Actions[1])), float64(s.Actions[2]))
		if step > 0.03 {
			t.Errorf("sample %d moves %.3f m in a period of 0.1 s: faster than the robot", i, step)
		}
		grips[s.Actions[4] > 0.5] = true
	}
	if !grips[true] || !grips[false] {
		t.Error("place neither opened nor closed the gripper in what was recorded")
	}
}

func TestWithoutARecorderNothingIsPlayed(t *testing.T) {
	driver := mem.Open()
	defer driver.Close()
	n, err := node.New(node.Options{Identity: rosargs.Identity{Name: "demonstrator", Namespace: "/"}, Driver: driver, Console: io.Discard})
	if err != nil {
		t.Fatal(err)
	}
	defer n.Close()
	s, err := newStage(n, []string{sim.Overhead})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if err := s.ready(ctx); err == nil || !strings.Contains(err.Error(), "no recorder listens to ee_pose") {
		t.Errorf("ready: %v", err)
	}
}

func TestDemonstrationsThatMakeNoSenseAreRefused(t *testing.T) {
	good := options{tasks: []string{"touch"}, split: "id", episodes: 1, cameras: []string{sim.Overhead}}
	if _, err := good.draw(); err != nil {
		t.Fatal(err)
	}
	for want, change := range map[string]func(*options){
		"seeds 999999 to 1000000":   func(o *options) { o.episodes, o.seed = 2, task.EvalSeed-1 },
		"seeds 0 to -1":             func(o *options) { o.episodes = 0 },
		`no task "tuch"`:            func(o *options) { o.tasks = []string{"tuch"} },
		`no split "odd"`:            func(o *options) { o.split = "odd" },
		"--cameras begins with ima": func(o *options) { o.cameras = []string{sim.Wrist} },
	} {
		o := good
		change(&o)
		if _, err := o.draw(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("draw(%+v): %v, want %q", o, err, want)
		}
	}
}

func TestPerformersInMemoryRecordAsTheRecorderNodeDoes(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "bags")
	o := options{
		tasks: []string{"touch"}, split: "id", episodes: 3, noise: 0.03, workers: 2,
		sim: simulators.Embedded, cameras: []string{sim.Overhead, sim.Wrist}, out: dir,
	}
	if err := run(t.Context(), o, io.Discard); err != nil {
		t.Fatal(err)
	}
	started := 0
	for _, part := range []string{"0", "1"} {
		b, err := bag.Open(filepath.Join(dir, part))
		if err != nil {
			t.Fatal(err)
		}
		counts := map[string]uint64{}
		for _, topic := range b.Info().Topics {
			counts[topic.Name] = topic.Count
		}
		frames := counts["/image"]
		for _, name := range []string{"/image", "/image_wrist", "/ee_pose", "/joint_states", "/action", "/gripper", "/thought"} {
			if counts[name] != frames || frames == 0 {
				t.Errorf("bag %s: %d messages of %s, %d images", part, counts[name], name, frames)
			}
		}
		if counts["/episode"] != 2*counts["/instruction"] {
			t.Errorf("bag %s: %v", part, counts)
		}
		started += int(counts["/instruction"])
		b.Close()
	}
	if started != 3 {
		t.Errorf("%d episodes in the bags, want 3", started)
	}
	if err := run(t.Context(), o, io.Discard); err == nil || !strings.Contains(err.Error(), "exists already") {
		t.Errorf("recorded over bags that are there: %v", err)
	}
}

// dying is a simulator that dies after some steps.
type dying struct {
	sim.Sim
	left int
}

func (d *dying) Step(c sim.Command, dt time.Duration) error {
	if d.left--; d.left < 0 {
		return errors.New("gzserver died")
	}
	return d.Sim.Step(c, dt)
}

func TestADemonstrationWhoseSimulatorDiesEndsWithoutSuccess(t *testing.T) {
	r := newRig(t)
	if err := r.stage.ready(t.Context()); err != nil {
		t.Fatal(err)
	}
	world, err := simulators.Open(simulators.Embedded, task.World, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer world.Close()
	look, err := sdfstage.Load(task.World)
	if err != nil {
		t.Fatal(err)
	}
	e, err := task.Touch{}.Episode(task.ID, 3)
	if err != nil {
		t.Fatal(err)
	}
	camera := render.NewCamera(look, e.Scene.Light)
	p := &performer{sim: &dying{world, 12}, look: look, camera: &camera, stage: r.stage, now: time.Unix(1000, 0)}
	_, err = p.play(t.Context(), e)
	fault := new(simFault)
	if !errors.As(err, &fault) || err.Error() != "touch seed 3: gzserver died" {
		t.Errorf("%v", err)
	}
	r.stop()
	set, report, err := data.Open(t.Context(), []string{r.dir}, data.Options{Contract: contract.Default()})
	if err == nil {
		t.Cleanup(func() { set.Close() })
		if set.Len() != 0 || len(report.LeftOut) != 1 {
			t.Errorf("%d samples of it, left out: %v", set.Len(), report.LeftOut)
		}
	}
}
