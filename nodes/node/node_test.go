package node

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"hyt/config"
	"hyt/msgs/builtin_interfaces"
	"hyt/msgs/bus"
	"hyt/msgs/bus/mem"
	"hyt/msgs/diagnostic_msgs"
	"hyt/msgs/rosgraph_msgs"
	"hyt/msgs/sensor_msgs"
	"hyt/msgs/std_msgs"
	"hyt/msgs/std_srvs"
	"hyt/nodes/rosargs"
)

// open makes a node on a network of its own, called with these ROS arguments.
func open(t *testing.T, driver bus.Driver, console *bytes.Buffer, rosArgs string, simTime bool) *Node {
	t.Helper()
	args, err := rosargs.Parse(strings.Fields("--ros-args " + rosArgs))
	if err != nil {
		t.Fatal(err)
	}
	id, err := args.Identify("policy", "")
	if err != nil {
		t.Fatal(err)
	}
	n, err := New(Options{Identity: id, Args: args, Driver: driver, Console: console, UseSimTime: simTime})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestTopicsAreRemappedAndTyped(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		driver := mem.Open()
		n := open(t, driver, &bytes.Buffer{}, "-r __ns:=/robot -r in:=/shared -r out:=/shared", false)
		var got []string
		sub, err := Subscribe(n, "in", bus.Default(), func(m *std_msgs.String) { got = append(got, m.Data) })
		if err != nil {
			t.Fatal(err)
		}
		pub, err := Advertise[*std_msgs.String](n, "out", bus.Default())
		if err != nil {
			t.Fatal(err)
		}
		if sub.Matched() != 1 || pub.Matched() != 1 {
			t.Errorf("matched %d and %d", sub.Matched(), pub.Matched())
		}
		if err := pub.Publish(&std_msgs.String{Data: "hello"}); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		if diff := cmp.Diff([]string{"hello"}, got); diff != "" {
			t.Error(diff)
		}
		if err := errors.Join(n.Close(), driver.Close()); err != nil {
			t.Error(err)
		}
	})
}

func TestImagesArriveWhole(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		driver := mem.Open()
		n := open(t, driver, &bytes.Buffer{}, "", false)
		var got []byte
		if _, err := Subscribe(n, "image", bus.SensorData(), func(m *sensor_msgs.Image) { got = bytes.Clone(m.Data) }); err != nil {
			t.Fatal(err)
		}
		pub, err := Advertise[*sensor_msgs.Image](n, "image", bus.SensorData())
		if err != nil {
			t.Fatal(err)
		}
		if err := pub.Publish(&sensor_msgs.Image{Height: 1, Width: 1, Encoding: "rgb8", Step: 3, Data: []byte{1, 2, 3}}); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		if !bytes.Equal(got, []byte{1, 2, 3}) {
			t.Errorf("got %v", got)
		}
		_ = errors.Join(n.Close(), driver.Close())
	})
}

func TestUnreadableMessagesAreDroppedAndLoggedNowAndThen(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		driver := mem.Open()
		var console bytes.Buffer
		n := open(t, driver, &console, "", false)
		if _, err := Subscribe(n, "text", bus.Default(), func(*std_msgs.String) { t.Error("handled") }); err != nil {
			t.Fatal(err)
		}
		w, err := n.Bus().Advertise("/text", "std_msgs/msg/String", bus.Default())
		if err != nil {
			t.Fatal(err)
		}
		for range 20 { // 10 s
			_ = w.Write([]byte{0, 1, 0, 0, 255, 255}, nil)
			time.Sleep(500 * time.Millisecond)
		}
		if lines := strings.Count(console.String(), "dropped a message"); lines != 2 {
			t.Errorf("%d lines: %s", lines, console.String())
		}
		_ = errors.Join(n.Close(), driver.Close())
	})
}

func TestServicesAnswer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		driver := mem.Open()
		n := open(t, driver, &bytes.Buffer{}, "", false)
		err := Serve(n, "~/arm", func(q *std_srvs.SetBoolRequest, r *std_srvs.SetBoolResponse) {
			r.Success, r.Message = q.Data, "done"
		})
		if err != nil {
			t.Fatal(err)
		}
		client, err := bus.NewClient[*std_srvs.SetBoolRequest](n.Bus(), "/policy/arm")
		if err != nil {
			t.Fatal(err)
		}
		var got std_srvs.SetBoolResponse
		err = bus.Call(t.Context(), client, &std_srvs.SetBoolRequest{Data: true}, &got)
		if err != nil || !got.Success || got.Message != "done" {
			t.Errorf("%+v, %v", got, err)
		}
		_ = errors.Join(n.Close(), driver.Close())
	})
}

func TestSimTimeIsWhatClockSays(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		driver := mem.Open()
		n := open(t, driver, &bytes.Buffer{}, "", true)
		if !n.Now().IsZero() {
			t.Error("there is a time before the first /clock")
		}
		pub, err := Advertise[*rosgraph_msgs.Clock](n, "/clock", bus.Default())
		if err != nil {
			t.Fatal(err)
		}
		_ = pub.Publish(&rosgraph_msgs.Clock{Clock: builtin_interfaces.Time{Sec: 42, Nanosec: 7}})
		synctest.Wait()
		if got := n.Now(); !got.Equal(time.Unix(42, 7)) {
			t.Errorf("now is %v", got)
		}
		_ = errors.Join(n.Close(), driver.Close())
	})
}

func TestWhoAwaitsSimTimeIsWokenByClock(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		driver := mem.Open()
		n := open(t, driver, &bytes.Buffer{}, "", true)
		pub, err := Advertise[*rosgraph_msgs.Clock](n, "/clock", bus.Default())
		if err != nil {
			t.Fatal(err)
		}
		var got []time.Time
		done := make(chan struct{})
		go func() {
			defer close(done)
			last := n.Await(t.Context(), time.Time{}, time.Unix(42, 0))
			back := n.Await(t.Context(), last, time.Unix(99, 0))
			got = []time.Time{last, back, n.Await(t.Context(), back, time.Unix(99, 0))}
		}()
		for _, sec := range []int32{40, 43, 44, 3, 4} {
			_ = pub.Publish(&rosgraph_msgs.Clock{Clock: builtin_interfaces.Time{Sec: sec}})
			synctest.Wait()
		}
		if err := n.UseSimTime(false); err != nil { // wakes the last one, in vain
			t.Fatal(err)
		}
		<-done
		if !got[0].Equal(time.Unix(43, 0)) || !got[1].Equal(time.Unix(3, 0)) || !got[2].IsZero() {
			t.Errorf("woken at %v", got)
		}
		_ = errors.Join(n.Close(), driver.Close())
	})
}

func TestDiagnosticsReportEverySecond(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		driver := mem.Open()
		n := open(t, driver, &bytes.Buffer{}, "-r __ns:=/robot", false)
		var got []*diagnostic_msgs.DiagnosticArray
		_, err := Subscribe(n, "/diagnostics", bus.Default(), func(m *diagnostic_msgs.DiagnosticArray) { got = append(got, m) })
		if err != nil {
			t.Fatal(err)
		}
		n.Diagnose("control", func(s *Status) {
			s.Summary(OK, "all is well")
			s.Worsen(OK, "ignored")
			s.Worsen(Warn, "slow by %d ms", 3)
			s.Worsen(Error, "no image")
			s.Add("rate", 49.98765)
			s.AddMillis("latency", 12345*time.Microsecond)
		})
		ctx, cancel := context.WithTimeout(t.Context(), 3500*time.Millisecond)
		defer cancel()
		n.RunDiagnostics(ctx)
		synctest.Wait()
		if len(got) != 3 {
			t.Fatalf("%d reports", len(got))
		}
		want := []diagnostic_msgs.DiagnosticStatus{{
			Level: Error, Name: "robot.policy: control", Message: "slow by 3 ms; no image", HardwareId: "hyt",
			Values: []diagnostic_msgs.KeyValue{{Key: "rate", Value: "49.99"}, {Key: "latency", Value: "12.3"}},
		}}
		if diff := cmp.Diff(want, got[0].Status); diff != "" {
			t.Error(diff)
		}
		_ = errors.Join(n.Close(), driver.Close())
	})
}

func TestConsoleLines(t *testing.T) {
	var b bytes.Buffer
	log := slog.New(NewConsole(&b, "robot.policy", slog.LevelInfo)).With("run", 7).WithGroup("model")
	log.Debug("unseen")
	log.Warn("too slow", "ms", 31, "cause", "the disk", slog.Group("shape", "rows", 8))
	line := b.String()
	stamp := line[strings.Index(line, "] [")+3 : strings.Index(line, "] [robot")]
	want := "[WARN] [" + stamp + `] [robot.policy]: too slow run=7 model.ms=31 model.cause="the disk" model.shape.rows=8` + "\n"
	if line != want {
		t.Errorf("got %qwant %q", line, want)
	}
	if sec, nsec, ok := strings.Cut(stamp, "."); !ok || len(nsec) != 9 || sec == "" {
		t.Errorf("stamp %q", stamp)
	}
}

func TestUnknownMiddlewareIsRefused(t *testing.T) {
	_, err := OpenDriver(config.Common{Bus: "zenoh"})
	if err == nil || err.Error() != `unknown middleware "zenoh": parameter bus must be auto, dds, rcl or mem` {
		t.Errorf("got %v", err)
	}
}
