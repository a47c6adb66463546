package policynode

import (
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"hyt/config"
	"hyt/msgs/bus"
	"hyt/msgs/hyt_msgs"
	"hyt/msgs/sensor_msgs"
	"hyt/nodes/control"
	"hyt/nodes/meter"
	"hyt/nodes/node"
)

// statuses keeps what comes on ~/status.
func (r *rig) statuses() *[]*hyt_msgs.Status {
	var all []*hyt_msgs.Status
	if _, err := node.Subscribe(r.robot, "policy/status", bus.Default(), func(m *hyt_msgs.Status) { all = append(all, m) }); err != nil {
		r.t.Fatal(err)
	}
	return &all
}

func figure(m *hyt_msgs.Status, name string) hyt_msgs.Figure {
	for _, f := range m.Figures {
		if f.Name == name {
			return f
		}
	}
	return hyt_msgs.Figure{Cause: "no such figure: " + name}
}

func TestTheStatusComesOnceASecondAndSaysHowItGoes(t *testing.T) {
	start(t, armed, func(r *rig) {
		got := r.statuses()
		r.say("touch the red cube")
		time.Sleep(5 * time.Second)
		synctest.Wait()
		if len(*got) != 5 {
			t.Fatalf("%d in 5 s", len(*got))
		}
		m := (*got)[4]
		if m.State != hyt_msgs.Status_ACTIVE || !m.Armed || m.Reason != "none" || m.Mode != "act" || m.Text != "touch the red cube" ||
			m.Model != "fake" || m.ModelSha256 != "abc" || m.Message != "following the policy" {
			t.Errorf("%+v", m)
		}
		if math.Abs(m.ControlRate-50) > 1 || math.Abs(m.ImageRate-20) > 1 || math.Abs(m.PlanRate-10) > 1 || m.PeriodP99 != 0.02 || m.Jitter != 0 || m.MissedDeadlines != 0 {
			t.Errorf("rates: %+v", m)
		}
		if m.ImageAge < 0 || m.ImageAge > 0.05 || m.PlanAge < 0 || m.PlanAge > 0.15 || m.Commands < 240 || m.Plans < 40 {
			t.Errorf("ages and totals: %+v", m)
		}
		for _, f := range m.Figures {
			if !f.Well || f.Cause != "" {
				t.Errorf("%+v", f)
			}
		}
		if len(m.Figures) != 5 {
			t.Errorf("%d figures", len(m.Figures))
		}
		r.wantStatus("health", node.OK, "within their limits")
	})
}

func TestWhatIsNotWellHasItsCause(t *testing.T) {
	for name, c := range map[string]struct {
		happen func(r *rig)
		figure string
		cause  string
	}{
		"the camera is silent": {func(r *rig) { r.locked(func() { r.quiet = true }) }, "images", "no image comes"},
		"images are broken": {func(r *rig) {
			r.locked(func() { r.bad = func(m *sensor_msgs.Image) { m.Data = m.Data[:5] } })
		}, "drops", " images could not be used: image: image data is truncated"},
		"inference is slow":     {func(r *rig) { r.model.set(func(m *fakeModel) { m.took = 290 * time.Millisecond }) }, "latency", "inference takes 290ms"},
		"inference fails":       {func(r *rig) { r.model.set(func(m *fakeModel) { m.broken = errors.New("out of memory") }) }, "drops", "times no plan was made: out of memory"},
		"plans are not numbers": {func(r *rig) { r.model.set(func(m *fakeModel) { m.velocity = math.Inf(1) }) }, "drops", "a finite number"},
	} {
		t.Run(name, func(t *testing.T) {
			start(t, armed, func(r *rig) {
				got := r.statuses()
				r.say("touch the red cube")
				time.Sleep(2 * time.Second)
				c.happen(r)
				time.Sleep(3 * time.Second)
				synctest.Wait()
				m := (*got)[len(*got)-1]
				if f := figure(m, c.figure); f.Well || !strings.Contains(f.Cause, c.cause) || !strings.Contains(m.Message, c.cause) {
					t.Errorf("%s; %+v", m.Message, f)
				}
				r.wantStatus("health", node.Warn, c.figure+": ")
			})
		})
	}
}

func TestCausesOfLateCommands(t *testing.T) {
	for _, c := range []struct {
		loop control.Recent
		want string
	}{
		{control.Recent{}, "the control loop did not tick"},
		{control.Recent{P50: 20 * time.Millisecond, Misses: control.Misses{Paused: 100, Busy: 3}}, "the process was stopped or the machine slept (103 deadlines)"},
		{control.Recent{P50: 20 * time.Millisecond, Execution: 45 * time.Millisecond, Misses: control.Misses{Publishing: 3, Busy: 1}}, "publishing took up to 45ms"},
		{control.Recent{P50: 20 * time.Millisecond, Misses: control.Misses{Skipped: 9, Busy: 1}}, "/clock skipped deadlines (9): its source takes steps longer than a control period"},
		{control.Recent{P50: 20 * time.Millisecond, Execution: time.Millisecond, Jitter: 9 * time.Millisecond, Misses: control.Misses{Busy: 1}},
			`the processor was busy elsewhere (the loop's thread is "nice -15"; parameter realtime_priority asks for more)`},
	} {
		s := span{limits: config.DefaultPolicy().Thresholds, period: 20 * time.Millisecond, granted: "nice -15", loop: c.loop, seconds: 1, imageTimeout: time.Second}
		if f := s.rate(); f.Well || f.Cause != c.want || math.Abs(f.Limit-47.5) > 1e-9 {
			t.Errorf("%+v, want %s", f, c.want)
		}
	}
}

func TestCausesOfLatencyAreTheLargestPart(t *testing.T) {
	const ms = time.Millisecond
	p95 := func(d time.Duration) meter.Figures { return meter.Figures{P95: d} }
	for _, c := range []struct {
		way, model, whole time.Duration
		want              string
	}{
		{10 * ms, 300 * ms, 330 * ms, "inference takes 300ms"},
		{250 * ms, 50 * ms, 310 * ms, "images come 250ms after their stamps"},
		{5 * ms, 100 * ms, 400 * ms, "images wait for the model, which takes 100ms"},
	} {
		s := span{limits: config.DefaultPolicy().Thresholds, arrivals: p95(c.way), models: p95(c.model), plans: p95(c.whole)}
		if f := s.latency(); f.Well || f.Cause != c.want {
			t.Errorf("%+v, want %s", f, c.want)
		}
	}
}

func TestDropsAreAShareAndTheCauseIsTheCommonest(t *testing.T) {
	limits := config.DefaultPolicy().Thresholds
	for _, c := range []struct {
		lost  losses
		share float64
		want  string
	}{
		{losses{}, 0, ""},
		{losses{outOfOrder: 1}, 1. / 31, ""},
		{losses{outOfOrder: 20}, 0.4, "20 images came after newer ones"},
		{losses{outOfOrder: 2, refused: 8, reason: control.ChunkLate}, 0.25, "8 plans were refused: the last chunk came after its own end; inference is too slow"},
		{losses{bad: 10, failed: 3}, 13. / 43, "10 images could not be used: no rows"},
	} {
		s := span{limits: limits, images: 20, chunks: 10, lost: c.lost, imageFault: errors.New("no rows")}
		if f := s.drops(); math.Abs(f.Value-c.share) > 1e-9 || f.Cause != c.want || f.Well != (c.want == "") {
			t.Errorf("%+v: %+v", c, f)
		}
	}
}

func TestLimitsOfTheStatusChangeWhileTheNodeRuns(t *testing.T) {
	start(t, armed, func(r *rig) {
		got := r.statuses()
		if err := r.policy.SetParameter("max_latency", 0.0); err != nil {
			t.Fatal(err)
		}
		r.model.set(func(m *fakeModel) { m.took = 10 * time.Millisecond })
		r.say("touch the red cube")
		time.Sleep(3 * time.Second)
		synctest.Wait()
		if f := figure((*got)[2], "latency"); f.Well || f.Limit != 0 {
			t.Errorf("%+v", f)
		}
	})
}

func TestCommandsThatNobodyHearsAreReported(t *testing.T) {
	start(t, armed, func(r *rig) {
		r.say("touch the red cube")
		r.during(time.Second)
		if err := r.listener.Close(); err != nil { // the robot's driver ends
			t.Fatal(err)
		}
		time.Sleep(2 * time.Second)
		r.wantStatus("control", node.Warn, "nobody listens on topic action")
		r.listen()
		if got := r.during(2 * time.Second); moving(got) != 100 {
			t.Errorf("%d moving after it came back", moving(got))
		}
		r.wantStatus("control", node.OK, "following the policy")
	})
}

func TestAnAccidentallyLongTextIsShortened(t *testing.T) {
	long := strings.Repeat("ö", 600)
	if got := shortened(long); len(got) > 1004 || !strings.HasSuffix(got, "ö…") {
		t.Error(fmt.Sprint(len(got), got))
	}
	if shortened("short") != "short" {
		t.Error("changed")
	}
}
