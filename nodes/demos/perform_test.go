package demos

import (
	"context"
	"io"
	"math"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"hyt/gazebo/embedded"
	"hyt/gazebo/task"
	"hyt/msgs/bus"
	"hyt/msgs/bus/mem"
	"hyt/nodes/node"
	"hyt/nodes/recorder"
	"hyt/nodes/rosargs"
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
	s, err := newStage(n)
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
	e, err := tk.Episode(task.ID, seed)
	if err != nil {
		t.Fatal(err)
	}
	world, err := embedded.New(task.World)
	if err != nil {
		t.Fatal(err)
	}
	defer world.Close()
	p := &performer{sim: world, camera: world.Camera(), stage: r.stage, noise: 0.03, now: time.Unix(1000, 0)}
	ok, err := p.play(e)
	if err != nil {
		t.Fatal(err)
	}
	return ok
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
	set, report, err := data.Load([]string{r.dir}, data.Default())
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
	s, err := newStage(n)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if err := s.ready(ctx); err == nil || !strings.Contains(err.Error(), "no recorder listens to image") {
		t.Errorf("ready: %v", err)
	}
}

func TestDemonstrationsStayBelowTheEvaluationSeeds(t *testing.T) {
	for _, o := range []options{
		{tasks: []string{"touch"}, split: "id", episodes: 2, seed: task.EvalSeed - 1},
		{tasks: []string{"touch"}, split: "id", episodes: 0},
		{tasks: []string{"tuch"}, split: "id", episodes: 1},
	} {
		if _, err := o.draw(); err == nil {
			t.Errorf("draw(%+v) gave no error", o)
		}
	}
}
