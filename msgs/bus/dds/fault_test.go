//go:build cgo && !nodds

package dds_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"go.uber.org/goleak"

	"hyt/msgs/bus"
	"hyt/msgs/bus/dds"
)

func eventually(t *testing.T, what string, is func() bool) {
	t.Helper()
	for end := time.Now().Add(30 * time.Second); !is(); time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("waited in vain for %s", what)
		}
	}
}

func openNode(t *testing.T, d bus.Driver) bus.Node {
	t.Helper()
	n, err := d.OpenNode("tester", "/")
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestNoticesAKilledProcess(t *testing.T) {
	defer goleak.VerifyNone(t, goleak.IgnoreCurrent())
	domain := dds.ReserveDomain(t)
	d := open(t, domain)
	defer d.Close()
	n := openNode(t, d)
	ticks := make(chan struct{}, 1)
	r, err := n.Subscribe("/ticks", "std_msgs/msg/String", bus.Default(), func(bus.Sample) {
		select {
		case ticks <- struct{}{}:
		default:
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	w, err := n.Advertise("/jobs", "std_msgs/msg/String", bus.Command())
	if err != nil {
		t.Fatal(err)
	}
	c, err := n.Client("/arm", "std_srvs/srv/Empty")
	if err != nil {
		t.Fatal(err)
	}
	peer := startPeer(t, "faults", *domain, time.Second)
	<-ticks
	hasPeer := func() bool { return slices.Contains(n.(bus.Graph).NodeNames(), "/peer") }
	eventually(t, "the peer", func() bool { return r.Matched() == 1 && w.Matched() == 1 && hasPeer() })
	ctx, cancel := context.WithCancel(t.Context())
	called := make(chan error, 1)
	go func() {
		_, err := c.Call(ctx, []byte{0, 1, 0, 0, 0})
		called <- err
	}()

	if err := peer.Process.Signal(syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the lease to run out", func() bool { return r.Matched() == 0 && w.Matched() == 0 && !hasPeer() })
	if err := w.Write([]byte{0, 1, 0, 0, 2}, nil); err != nil {
		t.Error(err)
	}
	cancel()
	if err := <-called; !errors.Is(err, context.Canceled) {
		t.Errorf("call: %v", err)
	}
}

func TestAStoppedReaderStopsNoKeepLastWriter(t *testing.T) {
	domain := dds.ReserveDomain(t)
	d := open(t, domain)
	defer d.Close()
	n := openNode(t, d)
	last, err := n.Advertise("/jobs", "std_msgs/msg/String", bus.Command())
	if err != nil {
		t.Fatal(err)
	}
	all, err := n.Advertise("/jobs", "std_msgs/msg/String", bus.QoS{History: bus.KeepAll})
	if err != nil {
		t.Fatal(err)
	}
	peer := startPeer(t, "faults", *domain, time.Hour) // nobody declares it dead meanwhile
	eventually(t, "the peer", func() bool { return last.Matched() == 1 && all.Matched() == 1 })
	if err := peer.Process.Signal(syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	image := make([]byte, imageBytes)
	image[1] = 1
	for range 200 {
		if err := last.Write(image, nil); err != nil {
			t.Fatal(err)
		}
	}
	// A keep-all writer does block; its Close must end that, as nothing else can.
	blocked := make(chan error)
	go func() {
		var err error
		for err == nil {
			err = all.Write(image, nil)
		}
		blocked <- err
	}()
	time.Sleep(50 * time.Millisecond)
	if err := all.Close(); err != nil {
		t.Error(err)
	}
	if err := <-blocked; !errors.Is(err, bus.ErrClosed) {
		t.Errorf("blocked write: %v", err)
	}
}

func TestErrorsOfOpenSayWhatToDo(t *testing.T) {
	domain := dds.ReserveDomain(t)
	t.Run("full domain", func(t *testing.T) {
		t.Setenv("CYCLONEDDS_URI", "<Discovery><ParticipantIndex>auto</ParticipantIndex><MaxAutoParticipantIndex>2</MaxAutoParticipantIndex></Discovery>")
		var err error
		for range 4 {
			var d bus.Driver
			if d, err = dds.Open(dds.Options{Domain: domain, Loopback: true}); err != nil {
				break
			}
			defer d.Close()
		}
		if err == nil || !strings.Contains(err.Error(), "is full: no participant index is free") {
			t.Error(err)
		}
	})
	t.Run("broken configuration", func(t *testing.T) {
		t.Setenv("CYCLONEDDS_URI", "<Discovery><Nonsense>1</Nonsense></Discovery>")
		_, err := dds.Open(dds.Options{Domain: domain, Loopback: true})
		if err == nil || !strings.Contains(err.Error(), "CYCLONEDDS_URI") || strings.Contains(err.Error(), "\n") {
			t.Error(err)
		}
	})
	t.Run("domain out of range", func(t *testing.T) {
		t.Setenv("ROS_DOMAIN_ID", "1000")
		if _, err := dds.Open(dds.Options{}); err == nil || !strings.Contains(err.Error(), "not between 0 and 232") {
			t.Error(err)
		}
	})
}

// More than the ten that Cyclone's own settings allow where there is no multicast.
func TestManyProcessesFitOneMachine(t *testing.T) {
	const drivers = 24
	domain := dds.ReserveDomain(t)
	var names []string
	var graphs []bus.Graph
	for i := range drivers {
		d := open(t, domain)
		t.Cleanup(func() { d.Close() })
		n, err := d.OpenNode(fmt.Sprintf("n%02d", i), "/")
		if err != nil {
			t.Fatal(err)
		}
		names, graphs = append(names, fmt.Sprintf("/n%02d", i)), append(graphs, n.(bus.Graph))
	}
	for _, g := range graphs {
		eventually(t, "all nodes", func() bool { return slices.Equal(g.NodeNames(), names) })
	}
}
