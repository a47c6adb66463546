package thinkernode

import (
	"context"
	"math"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"hyt/calib/geom"
	"hyt/config"
	"hyt/msgs/builtin_interfaces"
	"hyt/msgs/bus"
	"hyt/msgs/geometry_msgs"
	"hyt/nodes/node"
	"hyt/policy/policytest"
)

// wave moves the hand of a robot for as long as a test goes on: 0.1 m/s along x,
// half a metre above the table. It is told ten times a second, late by so much.
func wave(r *rig, topic string, late time.Duration, test func(handX func(time.Time) float64)) {
	out, err := node.Advertise[*geometry_msgs.PoseStamped](r.robot, topic, bus.Default())
	if err != nil {
		r.t.Fatal(err)
	}
	begun := time.Now()
	handX := func(t time.Time) float64 { return 0.1 * t.Sub(begun).Seconds() }
	ctx, cancel := context.WithCancel(r.ctx)
	var moving sync.WaitGroup
	moving.Go(func() {
		for ctx.Err() == nil {
			m := geometry_msgs.NewPoseStamped()
			taken := time.Now()
			m.Header.Stamp = builtin_interfaces.FromTime(taken)
			m.Pose.Position = geometry_msgs.Point{X: handX(taken), Z: 0.5}
			time.Sleep(late)
			if err := out.Publish(m); err != nil {
				r.t.Error(err)
			}
			time.Sleep(100*time.Millisecond - late)
		}
	})
	test(handX)
	cancel()
	moving.Wait()
}

// The camera is half a metre above the hand and looks straight down; the thought is as
// in TestTheTargetIsToldInMetres.
func TestATargetSeenFromTheHandIsToldInMetres(t *testing.T) {
	on := mountedOn(t, "flange", 640, 640, geom.Pose{R: down.R, T: geom.Vec{0, 0, 0.5}})
	change := func(c *config.Thinker) { on(c); c.HandFrame, c.HandPoseTopic = "flange", "arm_pose" }
	startWith(t, policytest.Options{}, change, func(r *rig) {
		var heard []*geometry_msgs.PointStamped // r.mu
		targets := func() []*geometry_msgs.PointStamped {
			r.mu.Lock()
			defer r.mu.Unlock()
			return slices.Clone(heard)
		}
		_, err := node.Subscribe(r.robot, "target", bus.Latched(1), func(m *geometry_msgs.PointStamped) {
			r.mu.Lock()
			defer r.mu.Unlock()
			heard = append(heard, m)
		})
		if err != nil {
			t.Fatal(err)
		}
		r.say("touch the red cube")
		r.wait(1500 * time.Millisecond)
		if v := r.value("target_m"); !strings.Contains(v, "no pose of the hand came on arm_pose yet") || len(targets()) > 0 {
			t.Errorf("before the hand is known: %d targets, target_m %q", len(targets()), v)
		}
		wave(r, "arm_pose", 40*time.Millisecond, func(handX func(time.Time) float64) {
			r.wait(4 * time.Second)
			got := targets()
			if len(got) < 4 {
				t.Fatalf("%d targets in 4 s", len(got))
			}
			for _, m := range got[1:] { // the first may be of a frame from before the first pose
				x, y := handX(m.Header.Stamp.AsTime())+0.5-20.5/64, 0.5-10.5/64
				if math.Hypot(m.Point.X-x, m.Point.Y-y) > 1e-6 || math.Abs(m.Point.Z) > 1e-9 || m.Header.FrameId != "base_link" {
					t.Errorf("%+v, want %g %g 0 in base_link", m, x, y)
				}
			}
			if v := r.value("target_m"); !strings.HasSuffix(v, " 0.3359 0.0000 in base_link") {
				t.Errorf("diagnostics say %q", v)
			}
		})
	})
}
