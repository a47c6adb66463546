package bus_test

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"hyt/msgs"
	"hyt/msgs/bus"
	"hyt/msgs/bus/mem"
	"hyt/msgs/rmw_dds_common"
	"hyt/msgs/sensor_msgs"
	"hyt/msgs/std_msgs"
	"hyt/msgs/std_srvs"
)

func openNode(t *testing.T) bus.Node {
	t.Helper()
	d := mem.Open()
	t.Cleanup(func() { d.Close() })
	n, err := d.OpenNode("tester", "/")
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// must returns the value of a call that may not fail here.
func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

func TestMessagesArriveAsPublished(t *testing.T) {
	n := openNode(t)
	texts, images := make(chan string, 10), make(chan *sensor_msgs.Image, 10)
	must(bus.Subscribe(n, "/text", bus.Default(), func(m *std_msgs.String, _ bus.Sample) { texts <- m.Data }, nil))
	must(bus.Subscribe(n, "/image", bus.SensorData(), func(m *sensor_msgs.Image, _ bus.Sample) {
		m.Data = bytes.Clone(m.Data) // it is the sample's memory
		images <- m
	}, nil))
	text := must(bus.NewPublisher[*std_msgs.String](n, "/text", bus.Default()))
	image := must(bus.NewPublisher[*sensor_msgs.Image](n, "/image", bus.SensorData()))
	for _, want := range []string{"", "push the red cube", "grün"} {
		if err := text.Publish(&std_msgs.String{Data: want}); err != nil {
			t.Fatal(err)
		}
		if got := <-texts; got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
	pixels := bytes.Repeat([]byte{1, 2, 3}, 6)
	if err := image.Publish(&sensor_msgs.Image{Width: 3, Height: 2, Encoding: "rgb8", Step: 9, Data: pixels}); err != nil {
		t.Fatal(err)
	}
	if got := <-images; got.Encoding != "rgb8" || got.Step != 9 || !bytes.Equal(got.Data, pixels) {
		t.Errorf("got %+v", got)
	}
	if text.Matched() != 1 || image.Writer().Matched() != 1 {
		t.Error("publishers do not see their subscribers")
	}
}

func TestUndecodableSamplesGoToOnError(t *testing.T) {
	n := openNode(t)
	got, faults := make(chan string, 10), make(chan error, 10)
	must(bus.Subscribe(n, "/text", bus.Default(), func(m *std_msgs.String, _ bus.Sample) { got <- m.Data }, func(err error) { faults <- err }))
	w := must(n.Advertise("/text", "std_msgs/msg/String", bus.Default()))
	w.Write([]byte{0, 1, 0, 0, 255, 255, 255, 255, 'x'}, nil)
	if err := <-faults; !strings.HasPrefix(err.Error(), "topic /text: decode std_msgs/msg/String: ") {
		t.Error(err)
	}
	w.Write(msgs.Marshal(&std_msgs.String{Data: "still here"}), nil)
	if text := <-got; text != "still here" {
		t.Error(text)
	}
}

func TestPublishRefusesWhatBreaksItsType(t *testing.T) {
	n := openNode(t)
	p := must(bus.NewPublisher[*rmw_dds_common.NodeEntitiesInfo](n, "/info", bus.Default()))
	err := p.Publish(&rmw_dds_common.NodeEntitiesInfo{NodeName: strings.Repeat("x", 300)})
	var wrong *msgs.EncodeError
	if !errors.As(err, &wrong) || !strings.HasPrefix(err.Error(), "publish on /info: encode ") {
		t.Error(err)
	}
	if err := p.Publish(&rmw_dds_common.NodeEntitiesInfo{NodeName: "x"}); err != nil {
		t.Errorf("the next one: %v", err)
	}
	p.Close()
	if err := p.Publish(&rmw_dds_common.NodeEntitiesInfo{}); !errors.Is(err, bus.ErrClosed) {
		t.Error(err)
	}
}

func TestCallsAreTyped(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := mem.Open()
		defer d.Close()
		n := must(d.OpenNode("tester", "/"))
		faults := make(chan error, 10)
		must(bus.Serve(n, "/arm", func(q *std_srvs.SetBoolRequest, r *std_srvs.SetBoolResponse) error {
			if !q.Data {
				return errors.New("stays armed")
			}
			r.Success, r.Message = true, "armed"
			return nil
		}, func(err error) { faults <- err }))
		c := must(bus.NewClient[*std_srvs.SetBoolRequest](n, "/arm"))
		for range 3 {
			var r std_srvs.SetBoolResponse
			if err := bus.Call(t.Context(), c, &std_srvs.SetBoolRequest{Data: true}, &r); err != nil || !r.Success || r.Message != "armed" {
				t.Fatalf("%+v, %v", r, err)
			}
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		err := bus.Call(ctx, c, &std_srvs.SetBoolRequest{}, &std_srvs.SetBoolResponse{})
		if !errors.Is(err, context.DeadlineExceeded) {
			t.Error(err)
		}
		if err := <-faults; err.Error() != "service /arm: stays armed" {
			t.Error(err)
		}
		if _, err := c.Call(ctx, []byte{0, 1, 0, 0}); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("a request without its field: %v", err)
		}
		if err := <-faults; !strings.Contains(err.Error(), "SetBool_Request") {
			t.Error(err)
		}
	})
}

// sink is a node whose writers keep nothing.
type sink struct{ bus.Node }

func (sink) Advertise(string, string, bus.QoS) (bus.Writer, error) { return nowhere{}, nil }

type nowhere struct{ bus.Writer }

func (nowhere) Write(head, tail []byte) error { return nil }

func TestPublishAllocatesNothing(t *testing.T) {
	image := &sensor_msgs.Image{Encoding: "rgb8", Data: make([]byte, 640*480*3)}
	pixels := must(bus.NewPublisher[*sensor_msgs.Image](sink{}, "/image", bus.Default()))
	words := must(bus.NewPublisher[*std_msgs.String](sink{}, "/text", bus.Default()))
	text := &std_msgs.String{Data: strings.Repeat("push ", 20)}
	for name, publish := range map[string]func(){
		"image":  func() { pixels.Publish(image) },
		"string": func() { words.Publish(text) },
	} {
		if n := testing.AllocsPerRun(100, publish); n != 0 {
			t.Errorf("%s: %v allocations a message", name, n)
		}
	}
}

func TestMismatchFollowsDDS(t *testing.T) {
	punctual := bus.Default()
	punctual.Deadline = time.Second
	for _, c := range []struct {
		offered, requested bus.QoS
		want               string
	}{
		{bus.Default(), bus.Default(), ""},
		{bus.Default(), bus.SensorData(), ""},
		{bus.SensorData(), bus.Default(), "reliability"},
		{bus.Default(), bus.Latched(1), "durability"},
		{bus.Latched(1), bus.Default(), ""},
		{bus.Default(), punctual, "deadline"},
		{punctual, bus.Default(), ""},
	} {
		if got := bus.Mismatch(c.offered, c.requested); got != c.want {
			t.Errorf("%+v offered to %+v: %q, want %q", c.offered, c.requested, got, c.want)
		}
	}
}
