package recordernode

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"hyt/msgs/bus"
	"hyt/msgs/bus/mem"
	"hyt/msgs/diagnostic_msgs"
	"hyt/msgs/std_msgs"
	"hyt/msgs/std_srvs"
	"hyt/nodes/managed"
	"hyt/nodes/node"
	"hyt/nodes/recorder"
	"hyt/nodes/rosargs"
)

func start(t *testing.T, topics []string, onRun bool) (robot *node.Node, dir string, stop func() error) {
	t.Helper()
	return startWith(t, New(), topics, onRun)
}

func startWith(t *testing.T, c *Component, topics []string, onRun bool) (robot *node.Node, dir string, stop func() error) {
	t.Helper()
	driver := mem.Open()
	open := func(name string) *node.Node {
		n, err := node.New(node.Options{Identity: rosargs.Identity{Name: name, Namespace: "/"}, Driver: driver, Console: &bytes.Buffer{}})
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	c.config.Output, c.config.Topics, c.config.RecordOnRun = filepath.Join(t.TempDir(), "bag"), topics, onRun
	robot = open("robot")
	n := open("recorder")
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- managed.Run(ctx, n, c) }()
	return robot, c.config.Output, func() error {
		cancel()
		return errors.Join(<-done, n.Close(), robot.Close(), driver.Close())
	}
}

func trigger(t *testing.T, n *node.Node, service string) *std_srvs.TriggerResponse {
	t.Helper()
	client, err := bus.NewClient[*std_srvs.TriggerRequest](n.Bus(), service)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	if err := client.WaitForService(ctx); err != nil {
		t.Fatal(err)
	}
	answer := &std_srvs.TriggerResponse{}
	if err := bus.Call(ctx, client, &std_srvs.TriggerRequest{}, answer); err != nil {
		t.Fatal(err)
	}
	return answer
}

func TestEachRecordingIsABagOfItsOwn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		robot, dir, stop := start(t, []string{"instruction std_msgs/msg/String latched"}, false)
		synctest.Wait() // the node is active
		words, err := node.Advertise[*std_msgs.String](robot, "instruction", bus.Latched(1))
		if err != nil {
			t.Fatal(err)
		}
		_ = words.Publish(&std_msgs.String{Data: "said before the start"})
		for _, want := range []string{dir, dir + "_2"} {
			if a := trigger(t, robot, "/recorder/start"); !a.Success || a.Message != "recording to "+want {
				t.Fatalf("%+v", a)
			}
			if a := trigger(t, robot, "/recorder/start"); a.Success || !strings.Contains(a.Message, "already recording") {
				t.Errorf("%+v", a)
			}
			time.Sleep(time.Second) // a later sample, also by its time
			synctest.Wait()
			_ = words.Publish(&std_msgs.String{Data: "touch the red cube"})
			synctest.Wait()
			if a := trigger(t, robot, "/recorder/stop"); !a.Success || a.Message != "2 messages in "+want {
				t.Errorf("%+v", a)
			}
		}
		if a := trigger(t, robot, "/recorder/stop"); a.Success || a.Message != "not recording; ~/start begins" {
			t.Errorf("%+v", a)
		}
		if err := stop(); err != nil {
			t.Error(err)
		}
	})
}

func TestRecordsFromTheStartAndEndsItsBag(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		robot, dir, stop := start(t, []string{"/instruction std_msgs/msg/String"}, true)
		synctest.Wait() // the node is active
		if a := trigger(t, robot, "/recorder/start"); a.Success || !strings.Contains(a.Message, "already recording to "+dir) {
			t.Errorf("%+v", a)
		}
		if err := stop(); err != nil {
			t.Error(err)
		}
		if files, _ := filepath.Glob(filepath.Join(dir, "metadata.yaml")); len(files) != 1 {
			t.Error("the bag has no metadata.yaml")
		}
	})
}

func TestBadTopicsAreRefused(t *testing.T) {
	for topic, want := range map[string]string{
		"":                              "expected a name",
		"image sensor_msgs/msg/Image x": "perhaps the word latched",
		"bad-name std_msgs/msg/String":  "bad-name",
	} {
		_, _, stop := start(t, []string{topic}, true)
		if err := stop(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v", topic, err)
		}
	}
}

func TestAFullDiskEndsTheRecordingAndNotTheNode(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, full := New(), true
		write := c.record
		c.record = func(ctx context.Context, r *recorder.Recorder) error {
			if !full {
				return write(ctx, r)
			}
			time.Sleep(time.Second)
			return &os.PathError{Op: "write", Path: "bag_0.mcap", Err: syscall.ENOSPC}
		}
		robot, dir, stop := startWith(t, c, []string{"instruction std_msgs/msg/String"}, true)
		var status diagnostic_msgs.DiagnosticStatus
		_, err := node.Subscribe(robot, "/diagnostics", bus.Default(), func(m *diagnostic_msgs.DiagnosticArray) {
			for _, s := range m.Status {
				if s.Name == "recorder: recording" {
					status = s
				}
			}
		})
		if err != nil {
			t.Fatal(err)
		}
		time.Sleep(3 * time.Second)
		synctest.Wait()
		if want := "recording to " + dir + " ended after 0 messages: write bag_0.mcap: no space left on device; ~/start begins another"; status.Level != node.Error || status.Message != want {
			t.Errorf("%d %s", status.Level, status.Message)
		}
		full = false // somebody made room
		if a := trigger(t, robot, "/recorder/start"); !a.Success {
			t.Errorf("%+v", a)
		}
		time.Sleep(2 * time.Second)
		synctest.Wait()
		if status.Level != node.OK {
			t.Errorf("%d %s", status.Level, status.Message)
		}
		if err := stop(); err != nil {
			t.Error(err)
		}
	})
}
