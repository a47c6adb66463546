package worldfile

import (
	"math"
	"strings"
	"testing"
	"time"

	"hyt/gazebo/sdf"
	"hyt/gazebo/sdf/stage"
	"hyt/gazebo/sim"
)

func scene() sim.Scene {
	return sim.Scene{
		World: "tabletop", Arm: sim.Arm{Pose: sim.Pose{X: 0.1, Y: -0.05, Z: 0.15, Yaw: 0.4}, Gripper: 0.5},
		Objects: []sim.Object{
			{Name: "red_cube", Color: "red", Shape: "cube", Pose: sim.Pose{X: 0.1, Y: 0.1, Z: 0.0225, Yaw: 0.2}},
			{Name: "blue_cylinder", Color: "blue", Shape: "cylinder", Pattern: "stripes", Pose: sim.Pose{Z: 0.0225}},
		},
	}
}

var overhead = Options{FramePeriod: 20 * time.Millisecond, Cameras: []string{sim.Overhead}}

// built is the world of a scene, read back.
func built(t *testing.T, s sim.Scene, o Options) (World, *element) {
	t.Helper()
	st, err := stage.Load("tabletop")
	if err != nil {
		t.Fatal(err)
	}
	w, err := Build(st, s, o)
	if err != nil {
		t.Fatal(err)
	}
	root, err := parse(w.SDF)
	if err != nil {
		t.Fatal(err)
	}
	return w, root.find("world", "")
}

func TestSameSceneGivesTheSameDocument(t *testing.T) {
	a, _ := built(t, scene(), overhead)
	b, _ := built(t, scene(), overhead)
	if string(a.SDF) != string(b.SDF) {
		t.Error("two documents differ")
	}
}

func TestTheArmStandsAtItsStartPose(t *testing.T) {
	w, world := built(t, scene(), overhead)
	arm := world.find("model", "arm")
	at := numbers(arm.find("link", "hand").find("pose", "").Text, 6)
	for i, want := range []float64{0.1, -0.05, 0.15, 0, 0, 0.4} {
		if math.Abs(at[i]-want) > 1e-9 {
			t.Errorf("pose of the hand %v", at)
			break
		}
	}
	left := numbers(arm.find("link", "left_finger").find("pose", "").Text, 6)
	if d := math.Hypot(left[0]-0.1, left[1]+0.05); math.Abs(d-0.02) > 1e-9 {
		t.Errorf("a gripper half open has its left finger %.4f m from the middle, want 0.02", d)
	}
	limit := arm.find("joint", "x_joint").find("axis", "").find("limit", "")
	if lower := numbers(limit.find("lower", "").Text, 1)[0]; math.Abs(lower+w.Start[stage.X]+0.26) > 1e-9 {
		t.Errorf("x goes down to %g from where it starts, at %g; want -0.26 in all", lower, w.Start[stage.X])
	}
}

func TestStartPosesKeepToTheLimits(t *testing.T) {
	s := scene()
	s.Arm = sim.Arm{Pose: sim.Pose{X: 9, Z: -9}, Gripper: 7}
	if w, _ := built(t, s, overhead); w.Start[stage.X] != 0.26 || w.Start[stage.Z] != 0.01 || w.Start[stage.LeftFinger] != 0.04 {
		t.Errorf("start %v", w.Start)
	}
}

func TestObjectsStandAsTheSceneSays(t *testing.T) {
	_, world := built(t, scene(), overhead)
	cube, cylinder := world.find("model", "red_cube"), world.find("model", "blue_cylinder")
	if cube == nil || cylinder == nil {
		t.Fatal("an object is missing")
	}
	if got := cube.find("pose", "").Text; got != "0.1 0.1 0.0225 0 0 0.2" {
		t.Errorf("pose of the cube %q", got)
	}
	paint := cube.find("link", "body").find("visual", "paint").find("material", "").find("diffuse", "")
	if c := numbers(paint.Text, 4); c[0] < 0.5 || c[1] > 0.3 {
		t.Errorf("the red cube is painted %v", c)
	}
	patterns := 0
	for _, v := range cylinder.find("link", "body").Children {
		if strings.HasPrefix(v.name(), "stripes_") {
			patterns++
		}
		if strings.HasPrefix(v.name(), "dots_") {
			t.Errorf("a striped cylinder has %q", v.name())
		}
	}
	if patterns == 0 {
		t.Error("a striped cylinder has no stripes")
	}
}

func TestOnlyCamerasThatSeeAreKept(t *testing.T) {
	w, world := built(t, scene(), overhead)
	if world.find("model", "arm").find("link", "hand").find("sensor", "") != nil {
		t.Error("the camera on the hand is there, and Gazebo would wait for it")
	}
	if got := w.Images[sim.Overhead]; got != "/gazebo/tabletop/overhead_camera/camera_link/overhead/image" {
		t.Errorf("topic %q", got)
	}
	both := Options{FramePeriod: 20 * time.Millisecond, Cameras: []string{sim.Overhead, sim.Wrist}, Width: 128, Height: 96}
	w, world = built(t, scene(), both)
	sensor := world.find("model", "arm").find("link", "hand").find("sensor", "")
	if len(w.Images) != 2 || sensor == nil || sensor.find("camera", "").find("image", "").find("width", "").Text != "128" {
		t.Errorf("images %v", w.Images)
	}
	st, _ := stage.Load("tabletop")
	if _, err := Build(st, scene(), Options{Cameras: []string{"behind"}, FramePeriod: time.Second}); err == nil || !strings.Contains(err.Error(), `no camera "behind"`) {
		t.Errorf("an unknown camera: %v", err)
	}
}

func TestLightChangesLampsAndCamera(t *testing.T) {
	s := scene()
	s.Light = sim.Light{Brightness: 0.5, CameraX: 0.01, CameraYaw: 0.05}
	_, plain := built(t, scene(), overhead)
	_, dim := built(t, s, overhead)
	before := numbers(plain.find("light", "lamp").find("diffuse", "").Text, 4)
	after := numbers(dim.find("light", "lamp").find("diffuse", "").Text, 4)
	if math.Abs(after[0]-before[0]/2) > 1e-9 || after[3] != before[3] {
		t.Errorf("lamp from %v to %v at half the brightness", before, after)
	}
	if at := numbers(dim.find("model", "overhead_camera").find("pose", "").Text, 6); at[0] != 0.01 || at[5] != 0.05 {
		t.Errorf("camera at %v", at)
	}
}

func TestBadScenesAreRefused(t *testing.T) {
	st, err := stage.Load("tabletop")
	if err != nil {
		t.Fatal(err)
	}
	for say, change := range map[string]func(*sim.Scene){
		"no world named":             func(s *sim.Scene) { s.World = "moon" },
		"unknown shape":              func(s *sim.Scene) { s.Objects[0].Shape = "cone" },
		"unknown colour":             func(s *sim.Scene) { s.Objects[0].Color = "pink" },
		"the name of something else": func(s *sim.Scene) { s.Objects[0].Name = "table" },
	} {
		s := scene()
		change(&s)
		if _, err := Build(st, s, overhead); err == nil || !strings.Contains(err.Error(), say) {
			t.Errorf("error %v, want one that says %q", err, say)
		}
	}
}

func TestPosesAreTheInverseOfFrames(t *testing.T) {
	for _, p := range []sdf.Pose{{X: 1, Y: 2, Z: 3, Yaw: 0.5}, {Roll: 0.3, Pitch: -0.9, Yaw: 2}, {Roll: -3, Pitch: 1.2}} {
		got := poseOf(p.Frame()).Frame()
		if want := p.Frame(); math.Abs(got.R[0][1]-want.R[0][1])+math.Abs(got.R[1][2]-want.R[1][2])+math.Abs(got.R[2][0]-want.R[2][0]) > 1e-9 || got.P != want.P {
			t.Errorf("%+v comes back as %+v", p, poseOf(p.Frame()))
		}
	}
}
