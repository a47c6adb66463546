package node

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"hyt/msgs/builtin_interfaces"
	"hyt/msgs/bus"
	"hyt/msgs/bus/mem"
	"hyt/msgs/rcl_interfaces"
	"hyt/msgs/rosgraph_msgs"
	"hyt/msgs/sensor_msgs"
	"hyt/msgs/std_msgs"
	"hyt/nodes/rosargs"
)

func TestLogLinesGoToRosoutAlsoForLateReaders(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		driver := mem.Open()
		n, err := New(Options{Identity: rosargs.Identity{Name: "policy", Namespace: "/robot"}, Driver: driver, Console: &bytes.Buffer{}, Rosout: true})
		if err != nil {
			t.Fatal(err)
		}
		n.Log().With("run", 7).Warn("too slow", "ms", 31)
		n.Log().Debug("unseen")
		var got []*rcl_interfaces.Log
		if _, err := Subscribe(n, "/rosout", bus.Latched(10), func(m *rcl_interfaces.Log) { got = append(got, m) }); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		if len(got) != 1 {
			t.Fatalf("%d lines", len(got))
		}
		m := got[0]
		if m.Level != rcl_interfaces.Log_WARN || m.Name != "robot.policy" || m.Msg != "too slow run=7 ms=31" ||
			!strings.HasSuffix(m.File, "graph_test.go") || m.Line == 0 || !strings.Contains(m.Function, "TestLogLines") || m.Stamp.Sec == 0 {
			t.Errorf("%+v", m)
		}
		_ = errors.Join(n.Close(), driver.Close())
	})
}

func TestRosoutAndConsoleCanBeTurnedOff(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		driver := mem.Open()
		args, err := rosargs.Parse([]string{"--ros-args", "--disable-rosout-logs", "--disable-stdout-logs"})
		if err != nil {
			t.Fatal(err)
		}
		var console bytes.Buffer
		n, err := New(Options{Identity: rosargs.Identity{Name: "policy", Namespace: "/"}, Args: args, Driver: driver, Console: &console, Rosout: true})
		if err != nil {
			t.Fatal(err)
		}
		n.Log().Error("unheard")
		if _, there := n.Bus().(bus.Graph).Topics()["/rosout"]; there || console.Len() > 0 {
			t.Errorf("rosout %v, console %q", there, console.String())
		}
		_ = errors.Join(n.Close(), driver.Close())
	})
}

func TestAScopeTakesItsEndpointsWithIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		driver := mem.Open()
		n := open(t, driver, &bytes.Buffer{}, "", false)
		if _, err := Advertise[*std_msgs.String](n, "stays", bus.Default()); err != nil {
			t.Fatal(err)
		}
		for range 3 {
			inner := n.Begin()
			if _, err := Advertise[*std_msgs.String](inner, "goes", bus.Default()); err != nil {
				t.Fatal(err)
			}
			if _, err := Advertise[*std_msgs.String](n, "stays", bus.Default()); err != nil { // also later
				t.Fatal(err)
			}
			inner.Diagnose("goes", func(*Status) { t.Error("asked") })
			if err := inner.End(); err != nil {
				t.Fatal(err)
			}
			topics := n.Bus().(bus.Graph).Topics()
			if _, there := topics["/goes"]; there || len(topics["/stays"]) != 1 {
				t.Errorf("topics %v", topics)
			}
		}
		n.report()
		_ = errors.Join(n.Close(), driver.Close())
	})
}

func TestTheClockChangesWhileTheNodeLives(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		driver := mem.Open()
		n := open(t, driver, &bytes.Buffer{}, "", false)
		pub, err := Advertise[*rosgraph_msgs.Clock](n, "/clock", bus.Default())
		if err != nil {
			t.Fatal(err)
		}
		tick := func(sec int32) {
			_ = pub.Publish(&rosgraph_msgs.Clock{Clock: builtin_interfaces.Time{Sec: sec}})
			synctest.Wait()
		}
		tick(1)
		if !n.Now().Equal(time.Now()) {
			t.Errorf("now is %v", n.Now())
		}
		for _, sec := range []int32{42, 7} { // the second time in a world that began anew
			if err := errors.Join(n.UseSimTime(true), n.UseSimTime(true)); err != nil || !n.Now().IsZero() {
				t.Errorf("%v, %v", err, n.Now())
			}
			tick(sec)
			if !n.Now().Equal(time.Unix(int64(sec), 0)) {
				t.Errorf("now is %v", n.Now())
			}
			if err := n.UseSimTime(false); err != nil || !n.Now().Equal(time.Now()) || pub.Matched() != 0 {
				t.Errorf("%v, %v, %d readers of /clock", err, n.Now(), pub.Matched())
			}
		}
		_ = errors.Join(n.Close(), driver.Close())
	})
}

func TestAPublisherWithTheWrongQoSAndATwinAreToldOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		driver := mem.Open()
		var log bytes.Buffer
		n := open(t, driver, &log, "", false)
		if _, err := Subscribe(n, "instruction", bus.Default(), func(*std_msgs.String) {}); err != nil {
			t.Fatal(err)
		}
		twin := open(t, driver, &bytes.Buffer{}, "", false)
		if _, err := Advertise[*std_msgs.String](twin, "instruction", bus.SensorData()); err != nil {
			t.Fatal(err)
		}
		if _, err := Advertise[*sensor_msgs.Image](twin, "image", bus.SensorData()); err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), 5500*time.Millisecond)
		defer cancel()
		n.RunDiagnostics(ctx)
		for _, want := range []string{
			"a publisher was refused: its QoS does not match ours topic=/instruction policy=reliability refused=1",
			"another node has this name: tools and services will reach either of them; rename one with -r __node:=NAME name=/policy",
		} {
			if strings.Count(log.String(), want) != 1 {
				t.Errorf("%q is not there once:\n%s", want, log.String())
			}
		}
		_ = errors.Join(n.Close(), twin.Close(), driver.Close())
	})
}
