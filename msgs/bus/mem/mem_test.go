package mem_test

import (
	"runtime"
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

func TestSettleWaitsForHandlersAndForWhatTheyWrite(t *testing.T) {
	network := mem.NewNetwork()
	driver := network.Open()
	defer driver.Close()
	n, _ := driver.OpenNode("n", "/")
	first, _ := n.Advertise("/first", "std_msgs/msg/Bool", bus.QoS{Depth: 10})
	second, _ := n.Advertise("/second", "std_msgs/msg/Bool", bus.QoS{Depth: 10})
	handled := 0 // guarded by Settle: no handler runs after it
	_, err := n.Subscribe("/first", "std_msgs/msg/Bool", bus.QoS{Depth: 10}, func(s bus.Sample) {
		runtime.Gosched()
		if err := second.Write(s.Data, nil); err != nil {
			t.Error(err)
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	// This one loses samples and is closed with some waiting: they count no more.
	slow, err := n.Subscribe("/first", "std_msgs/msg/Bool", bus.QoS{Depth: 1}, func(bus.Sample) { runtime.Gosched() })
	if err != nil {
		t.Fatal(err)
	}
	if _, err := n.Subscribe("/second", "std_msgs/msg/Bool", bus.QoS{Depth: 10}, func(bus.Sample) { handled++ }); err != nil {
		t.Fatal(err)
	}
	network.Settle() // of nothing
	for round := 1; round <= 100; round++ {
		for range 5 {
			if err := first.Write([]byte{0, 1, 0, 0, 1}, nil); err != nil {
				t.Fatal(err)
			}
		}
		if round == 50 {
			slow.Close()
		}
		network.Settle()
		if handled != 5*round {
			t.Fatalf("%d samples handled after %d rounds of 5", handled, round)
		}
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
