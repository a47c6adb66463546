package calibcmd

import (
	"bytes"
	"context"
	"image"
	"math"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"hyt/calib/camera"
	"hyt/calib/geom"
	"hyt/calib/photo"
	"hyt/calib/view"
	"hyt/msgs/builtin_interfaces"
	"hyt/msgs/bus"
	"hyt/msgs/bus/dds"
	"hyt/msgs/bus/mem"
	"hyt/msgs/sensor_msgs"
	"hyt/nodes/node"
	"hyt/nodes/rosargs"
)

// tour is what a person shows who follows the guide: all parts of the image, all
// tilts.
var tour = sync.OnceValue(func() (shots []shot) {
	r := rand.New(rand.NewPCG(20, 27))
	for _, at := range [][4]float64{{0.5, 0.5, 0, 0}, {0.25, 0.3, 0.4, 0}, {0.75, 0.3, -0.4, 0}, {0.25, 0.7, 0, 0.4}, {0.75, 0.7, 0, -0.4}, {0.5, 0.25, 0.3, 0.3},
		{0.5, 0.75, -0.3, -0.3}, {0.22, 0.5, 0.3, -0.3}, {0.78, 0.5, -0.3, 0.3}, {0.4, 0.4, 0.5, 0.2}, {0.6, 0.6, -0.5, 0.2}} {
		ray, err := lens.Unproject(view.Point2{X: 320 * at[0], Y: 240 * at[1]})
		if err != nil {
			panic(err)
		}
		turn := geom.Exp(geom.Vec{0, -at[2], 0}).Mul(geom.Exp(geom.Vec{-at[3], 0, 0}))
		middle := geom.Vec{0.075, 0.06, 0}
		s := photo.Scene{Camera: lens, Board: chess, Black: 40, White: 200, Blur: 0.7, Noise: 2,
			Pose: geom.Pose{R: turn, T: ray.Scale(0.45).Sub(turn.Apply(middle))}}
		shots = append(shots, shot{s.Take(r), s.Pose})
	}
	return shots
})

// screen publishes images of the tour until ctx is done; which says which one of
// them comes as the i-th.
func screen(ctx context.Context, t *testing.T, n *node.Node, topic string, period time.Duration, which func(i int) int) {
	t.Helper()
	out, err := node.Advertise[*sensor_msgs.Image](n, topic, bus.SensorData())
	if err != nil {
		t.Error(err)
		return
	}
	for i := 0; ctx.Err() == nil; i++ {
		img := tour()[which(i)%len(tour())]
		m := &sensor_msgs.Image{Width: uint32(lens.Width), Height: uint32(lens.Height), Step: uint32(img.Stride), Encoding: "mono8", Data: img.Pix}
		m.Header.Stamp = builtin_interfaces.FromTime(time.Now())
		if err := out.Publish(m); err != nil {
			t.Error(err)
			return
		}
		time.Sleep(period)
	}
}

// person is a node beside the command.
func person(t *testing.T, driver bus.Driver) *node.Node {
	t.Helper()
	n, err := node.New(node.Options{Identity: rosargs.Identity{Name: "camera", Namespace: "/"}, Driver: driver, Console: &bytes.Buffer{}})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// liveFlags are those of a live calibration of topic /camera/image_raw.
func liveFlags(t *testing.T, driver bus.Driver) *intrinsicsFlags {
	f := &intrinsicsFlags{boardFlags: boardFlags{kind: "chessboard", rows: 6, cols: 7, size: 30}, model: "plumb_bob", fix: []string{"k3"},
		name: "wrist", out: filepath.Join(t.TempDir(), "wrist.yaml"), views: 10}
	f.topic, f.driver = "/camera/image_raw", driver
	return f
}

// isLens fails unless the file holds the lens that took the pictures.
func isLens(t *testing.T, name string) {
	t.Helper()
	c, err := camera.Load(name)
	if err != nil {
		t.Fatal(err)
	}
	if math.Abs(c.Fx-lens.Fx) > 2 || math.Abs(c.Cx-lens.Cx) > 2 || math.Abs(c.D[0]-lens.D[0]) > 0.03 {
		t.Errorf("found %+v", c)
	}
}

func TestALiveTopicIsCalibratedUnderGuidanceAndEndsByItself(t *testing.T) {
	tour()
	synctest.Test(t, func(t *testing.T) {
		driver := mem.Open()
		n := person(t, driver)
		ctx, cancel := context.WithCancel(t.Context())
		var beside sync.WaitGroup
		told := &keeper{word: " kept, "}
		beside.Go(func() {
			screen(ctx, t, n, "/camera/image_raw", 100*time.Millisecond, func(int) int { return int(told.kept.Load()) })
		})
		var mu sync.Mutex
		drawings := 0
		_, err := node.Subscribe(n, "/calib/guide", bus.SensorData(), func(m *sensor_msgs.Image) {
			mu.Lock()
			defer mu.Unlock()
			if drawings++; m.Encoding != "rgba8" || m.Width != 640 || image.Rect(0, 0, int(m.Width), int(m.Height)).Empty() {
				t.Errorf("a drawing of %dx%d %s", m.Width, m.Height, m.Encoding)
			}
		})
		if err != nil {
			t.Fatal(err)
		}
		f := liveFlags(t, driver)
		var out bytes.Buffer
		if err := f.run(t.Context(), &out, told); err != nil {
			t.Errorf("%v; it said:\n%s", err, told.text.String())
		}
		cancel()
		beside.Wait()
		if err := n.Close(); err != nil {
			t.Error(err)
		}
		if err := driver.Close(); err != nil {
			t.Error(err)
		}
		for _, want := range []string{"looking at /camera/image_raw for a chessboard", "view 1 kept", "missing: 9 more views; no corner in the upper left of the image", "facing down", "missing: nothing"} {
			if !strings.Contains(told.text.String(), want) {
				t.Errorf("the guide did not say %q:\n%s", want, told.text.String())
			}
		}
		if drawings == 0 {
			t.Error("no guide was drawn")
		}
		isLens(t, f.out)
	})
}

func TestNoImagesAndCtrlCAreSaid(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		driver := mem.Open()
		ctx, cancel := context.WithTimeout(t.Context(), 12*time.Second)
		defer cancel()
		f := liveFlags(t, driver)
		var out, told bytes.Buffer
		err := f.run(ctx, &out, &told)
		if err == nil || !strings.Contains(err.Error(), "too few views") {
			t.Errorf("%v", err)
		}
		if n := strings.Count(told.String(), "no image on /camera/image_raw for 5s"); n != 2 {
			t.Errorf("it was said %d times in 12 s:\n%s", n, told.String())
		}
		if err := driver.Close(); err != nil {
			t.Error(err)
		}
	})
}

// Over DDS, and ended by Ctrl-C: what was kept by then counts.
func TestALiveTopicOverDDSIsCalibratedWhenCtrlCComes(t *testing.T) {
	domain := 87
	open := func() bus.Driver {
		d, err := dds.Open(dds.Options{Domain: &domain, Loopback: true})
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	camera, command := open(), open()
	defer camera.Close()
	defer command.Close()
	n := person(t, camera)
	defer n.Close()
	ctx, ctrlC := context.WithCancel(t.Context())
	defer ctrlC()
	told := &keeper{word: " kept, ", most: 8, then: ctrlC}
	showing, dark := context.WithCancel(t.Context())
	var beside sync.WaitGroup
	beside.Go(func() {
		screen(showing, t, n, "/camera/image_raw", 20*time.Millisecond, func(int) int { return int(told.kept.Load()) })
	})
	f := liveFlags(t, command)
	f.views = 1000
	var out bytes.Buffer
	if err := f.run(ctx, &out, told); err != nil {
		t.Errorf("%v; it said:\n%s", err, told.text.String())
	}
	dark()
	beside.Wait()
	if !strings.Contains(out.String(), "8 of 8 images used") {
		t.Errorf("it printed:\n%s", out.String())
	}
	isLens(t, f.out)
}

// keeper hears the guide, counts the views that were kept, and calls then after the
// last that it wants.
type keeper struct {
	text bytes.Buffer // of one goroutine
	word string       // that says that a view was kept
	kept atomic.Int32
	most int32 // 0: no last
	then func()
}

func (k *keeper) Write(p []byte) (int, error) {
	k.text.Write(p)
	if bytes.Contains(p, []byte(k.word)) && k.kept.Add(1) == k.most {
		k.then()
	}
	return len(p), nil
}
