package handpose

import (
	"bytes"
	"context"
	"math"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"hyt/calib/geom"
	"hyt/msgs/builtin_interfaces"
	"hyt/msgs/bus"
	"hyt/msgs/bus/mem"
	"hyt/msgs/geometry_msgs"
	"hyt/msgs/tf2_msgs"
	"hyt/nodes/node"
	"hyt/nodes/rosargs"
)

// at is the hand x metres along, turned about z by as many radians.
func at(x float64) geom.Pose {
	return geom.Pose{R: geom.Exp(geom.Vec{0, 0, x}), T: geom.Vec{x, 0, 0.4}}
}

var start = time.Unix(1000, 0)

// ms is a time after start.
func ms(n int) time.Time { return start.Add(time.Duration(n) * time.Millisecond) }

// went is a history in which the hand was x metres along, by ms.
func went(points map[int]float64) *History {
	h := &History{source: Source{Topic: "ee_pose"}, came: make(chan struct{})}
	for t, x := range points { // in any order
		h.add(Point{ms(t), at(x)}, nil)
	}
	return h
}

func TestTheHandIsWhereItWasBetweenTwoPoses(t *testing.T) {
	h := went(map[int]float64{0: 0, 100: 0.2, 200: 0.2, 900: 0.6})
	for _, c := range []struct {
		ms   int
		want float64 // metres along; NaN: not known
	}{
		{0, 0}, {25, 0.05}, {100, 0.2}, {150, 0.2},
		{210, 0.2}, // close by
		{500, math.NaN()},
		{890, 0.6}, {915, 0.6},
		{950, math.NaN()}, {-30, math.NaN()},
	} {
		p, err := h.At(ms(c.ms))
		if math.IsNaN(c.want) {
			if err == nil || !strings.Contains(err.Error(), "is not known: the nearest on ee_pose is from ") {
				t.Errorf("%d ms: %v, %v", c.ms, p.T, err)
			}
			continue
		}
		if d := at(c.want).Inv().Mul(p); err != nil || d.T.Norm() > 1e-9 || d.R.Angle() > 1e-9 {
			t.Errorf("%d ms: %v, %v, want %g m along", c.ms, p.T, err, c.want)
		}
	}
}

func TestOldPosesAreForgottenAndAClockThatJumpsBackBeginsAnew(t *testing.T) {
	h := went(nil)
	for i := range 100 {
		h.add(Point{ms(100 * i), at(0)}, nil)
	}
	if track, _ := h.Track(); len(track) != 51 || track[0].Stamp != ms(4900) {
		t.Errorf("%d points from %v on", len(track), track[0].Stamp)
	}
	h.add(Point{ms(0), at(1)}, nil)
	h.add(Point{ms(100), at(1)}, nil)
	if p, err := h.At(ms(50)); err != nil || p.T[0] != 1 {
		t.Errorf("%v, %v", p, err)
	}
}

func TestAwaitEndsWithThePoseItsTimeOrItsContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := went(map[int]float64{0: 0})
		begun := time.Now()
		go func() {
			time.Sleep(30 * time.Millisecond)
			h.add(Point{ms(50), at(0)}, nil)
			time.Sleep(30 * time.Millisecond)
			h.add(Point{ms(100), at(0)}, nil)
		}()
		if !h.Await(t.Context(), ms(0), time.Second) || time.Since(begun) != 0 {
			t.Error("it waited for what was there")
		}
		if !h.Await(t.Context(), ms(90), time.Second) || time.Since(begun) != 60*time.Millisecond {
			t.Errorf("it waited for %v", time.Since(begun))
		}
		if h.Await(t.Context(), ms(101), time.Second) || time.Since(begun) != 1060*time.Millisecond {
			t.Errorf("it gave up after %v", time.Since(begun))
		}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if h.Await(ctx, ms(101), time.Second) || time.Since(begun) != 1060*time.Millisecond {
			t.Error("it waited when nobody did")
		}
	})
}

// heard runs test with a history of the source and a node that publishes.
func heard(t *testing.T, s Source, test func(*History, *node.Node)) {
	synctest.Test(t, func(t *testing.T) {
		driver := mem.Open()
		n, err := node.New(node.Options{Identity: rosargs.Identity{Name: "robot", Namespace: "/"}, Driver: driver, Console: &bytes.Buffer{}})
		if err != nil {
			t.Fatal(err)
		}
		h, err := Listen(n, s)
		if err != nil {
			t.Fatal(err)
		}
		test(h, n)
		for _, c := range []interface{ Close() error }{n, driver} {
			if err := c.Close(); err != nil {
				t.Error(err)
			}
		}
	})
}

func TestPosesAreHeardAndBrokenOnesAreSaid(t *testing.T) {
	heard(t, Source{Topic: "ee_pose", Base: "base_link"}, func(h *History, n *node.Node) {
		if _, err := h.At(ms(0)); err == nil || err.Error() != "no pose of the hand came on ee_pose yet" {
			t.Errorf("before the first: %v", err)
		}
		p, err := node.Advertise[*geometry_msgs.PoseStamped](n, "ee_pose", bus.Default())
		if err != nil {
			t.Fatal(err)
		}
		m := geometry_msgs.NewPoseStamped()
		m.Header.Stamp = builtin_interfaces.FromTime(ms(0))
		m.Pose.Position.X = 0.3
		for _, c := range []struct {
			frame string
			w     float64 // of the quaternion; 0: it is none
			want  string
		}{
			{"", 1, ""}, {"base_link", 1, ""},
			{"base_link", 0, "the hand's pose on ee_pose: "},
			{"world", 1, `the hand's pose on ee_pose: it is told in frame "world", not in "base_link"`},
			{"/base_link", 1, ""},
		} {
			m.Header.FrameId, m.Pose.Orientation.W = c.frame, c.w
			if err := p.Publish(m); err != nil {
				t.Fatal(err)
			}
			synctest.Wait()
			got, err := h.At(ms(0))
			if c.want == "" && (err != nil || got.T[0] != 0.3) || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
				t.Errorf("%+v: %v, %v", c, got, err)
			}
		}
	})
}

func TestTransformsAreJoinedFromMovingAndStillOnes(t *testing.T) {
	heard(t, Source{Topic: "/tf", Base: "base_link", Hand: "tool0"}, func(h *History, n *node.Node) {
		send := func(topic string, qos bus.QoS, parent, child string, p geom.Pose, stamp time.Time) {
			t.Helper()
			out, err := node.Advertise[*tf2_msgs.TFMessage](n, topic, qos)
			if err != nil {
				t.Fatal(err)
			}
			m := &tf2_msgs.TFMessage{Transforms: make([]geometry_msgs.TransformStamped, 1)}
			m.Transforms[0].Header.FrameId, m.Transforms[0].ChildFrameId = parent, child
			m.Transforms[0].Header.Stamp, m.Transforms[0].Transform = builtin_interfaces.FromTime(stamp), p.Message()
			if err := out.Publish(m); err != nil {
				t.Fatal(err)
			}
			synctest.Wait()
		}
		send("/tf", bus.QoS{Depth: 100}, "base_link", "wrist", at(0.2), ms(0))
		if _, err := h.At(ms(0)); err == nil || err.Error() != `/tf has not connected frame "base_link" with the hand's, "tool0", yet` {
			t.Errorf("half of the arm: %v", err)
		}
		send("/tf_static", bus.Latched(1), "wrist", "tool0", at(0.1), time.Unix(0, 0))
		send("/tf", bus.QoS{Depth: 100}, "base_link", "wrist", at(0.3), ms(100))
		p, err := h.At(ms(100))
		if d := at(0.3).Mul(at(0.1)).Inv().Mul(p); err != nil || d.T.Norm() > 1e-9 || d.R.Angle() > 1e-9 {
			t.Errorf("%v, %v", p, err)
		}
	})
}
