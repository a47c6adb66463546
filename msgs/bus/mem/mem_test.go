package mem_test

import (
	"testing"
	"testing/synctest"
	"time"

	"hyt/msgs/bus"
	"hyt/msgs/bus/bustest"
	"hyt/msgs/bus/mem"
)

func TestConformance(t *testing.T) {
	bustest.Run(t, func(*testing.T) (a, b bus.Driver) {
		network := mem.NewNetwork()
		return network.Open(), network.Open()
	})
}

func TestNetworksAreApart(t *testing.T) {
	a, b := mem.Open(), mem.Open()
	defer a.Close()
	defer b.Close()
	n, _ := a.OpenNode("n", "/")
	m, _ := b.OpenNode("m", "/")
	w, err := n.Advertise("/x", "std_msgs/msg/Bool", bus.Default())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := m.Subscribe("/x", "std_msgs/msg/Bool", bus.Default(), func(bus.Sample) {}); err != nil {
		t.Fatal(err)
	}
	if w.Matched() != 0 {
		t.Error("two networks hear each other")
	}
}

// With a fake clock: what is older than its lifespan is not delivered.
func TestSamplesExpireAfterTheirLifespan(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := mem.Open()
		defer d.Close()
		n, _ := d.OpenNode("n", "/")
		qos := bus.Latched(10)
		qos.Lifespan = time.Minute
		w, err := n.Advertise("/x", "std_msgs/msg/UInt8", qos)
		if err != nil {
			t.Fatal(err)
		}
		for i := range byte(3) {
			w.Write([]byte{0, 1, 0, 0, i}, nil)
			time.Sleep(40 * time.Second)
		}
		var got []byte
		if _, err := n.Subscribe("/x", "std_msgs/msg/UInt8", bus.Latched(10), func(s bus.Sample) { got = append(got, s.Data[4]) }); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		if string(got) != "\x02" {
			t.Errorf("got % x, want the last sample only", got)
		}
	})
}
