//go:build cgo && !nodds

package dds

import (
	"bytes"
	"context"
	"encoding/binary"
	"slices"
	"strings"
	"testing"
	"time"

	"hyt/msgs/bus"
)

// Tests that speak to a driver as another implementation would: with endpoints
// below the bus.

func openPair(t *testing.T, distro string) (a, b *driver) {
	t.Helper()
	domain := ReserveDomain(t)
	open := func() *driver {
		d, err := Open(Options{Domain: domain, Loopback: true, Distro: distro})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { d.Close() })
		return d.(*driver)
	}
	return open(), open()
}

func openNode(t *testing.T, d *driver, name string) bus.Node {
	t.Helper()
	n, err := d.OpenNode(name, "/")
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// await fails the test when nothing comes.
func await[T any](t *testing.T, what string, from <-chan T) (v T) {
	t.Helper()
	select {
	case v = <-from:
	case <-time.After(20 * time.Second):
		t.Fatalf("no %s", what)
	}
	return v
}

func eventually(t *testing.T, what string, is func() bool) {
	t.Helper()
	for end := time.Now().Add(20 * time.Second); !is(); time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("waited in vain for %s", what)
		}
	}
}

func request(order binary.ByteOrder, header byte, client, number uint64, body ...byte) []byte {
	data := make([]byte, callHeader)
	data[1] = header
	order.PutUint64(data[4:], client)
	order.PutUint64(data[12:], number)
	return append(data, body...)
}

func TestServerSpeaksAsROS2Does(t *testing.T) {
	a, b := openPair(t, "")
	seen := make(chan []byte, 10)
	if _, err := openNode(t, b, "server").Serve("/arm", "std_srvs/srv/SetBool", func(q []byte) ([]byte, error) {
		seen <- bytes.Clone(q)
		return []byte{0, 1, 0, 0, 7, 7, 7, 7}, nil
	}); err != nil {
		t.Fatal(err)
	}
	in, out, err := a.openCall("rr/armReply", "std_srvs::srv::dds_::SetBool_Response_",
		"rq/armRequest", "std_srvs::srv::dds_::SetBool_Request_", "")
	if err != nil {
		t.Fatal(err)
	}
	replies := make(chan []byte, 10)
	in.start(func(a *arrival) { replies <- bytes.Clone(a.data) })
	eventually(t, "the server", func() bool { return len(readerPeers(out.entity)) == 1 && len(writerPeers(in.entity)) == 1 })
	id, ok := readerPeers(out.entity)[0].property("serviceid")
	if !ok || strings.Count(id, ".") != 15 {
		t.Errorf("serviceid %q", id)
	}

	out.write([]byte{0, 1, 0, 0}, nil)                // hostile: no header
	out.write([]byte{0, 1, 0, 0, 1, 2, 3, 4, 5}, nil) // hostile: half a header
	out.write(request(binary.BigEndian, 0, 5, 6, 1), nil)
	out.write(request(binary.LittleEndian, 1, 1<<63, 9, 2), nil)
	for _, want := range [][]byte{{0, 0, 0, 0, 1, 0, 0, 0}, {0, 1, 0, 0, 2, 0, 0, 0}} {
		if got := await(t, "request", seen); !bytes.Equal(got, want) {
			t.Errorf("the server saw % x, want % x", got, want)
		}
	}
	for _, want := range [][]byte{
		request(binary.LittleEndian, 1, 5, 6, 7, 7, 7, 7),
		request(binary.LittleEndian, 1, 1<<63, 9, 7, 7, 7, 7),
	} {
		if got := await(t, "reply", replies); !bytes.Equal(got, want) {
			t.Errorf("reply % x, want % x", got, want)
		}
	}
	in.close()
	out.close()
}

func TestClientPassesOverForeignReplies(t *testing.T) {
	a, b := openPair(t, "")
	c, err := openNode(t, a, "client").Client("/arm", "std_srvs/srv/SetBool")
	if err != nil {
		t.Fatal(err)
	}
	in, out, err := b.openCall("rq/armRequest", "std_srvs::srv::dds_::SetBool_Request_",
		"rr/armReply", "std_srvs::srv::dds_::SetBool_Response_", b.newCallID("serviceid"))
	if err != nil {
		t.Fatal(err)
	}
	in.start(func(q *arrival) {
		client, number := binary.LittleEndian.Uint64(q.data[4:]), binary.LittleEndian.Uint64(q.data[12:])
		out.write([]byte{0, 1, 0, 0, 9}, nil)
		out.write(request(binary.LittleEndian, 1, client+1, number, 1), nil) // to another client
		out.write(request(binary.LittleEndian, 1, client, number+1, 2), nil) // of another call
		out.write(request(binary.LittleEndian, 1, client, number, 3), nil)
		out.write(request(binary.LittleEndian, 1, client, number, 4), nil) // a second time
	})
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	for range 2 {
		got, err := c.Call(ctx, []byte{0, 1, 0, 0, 1})
		if err != nil || !bytes.Equal(got, []byte{0, 1, 0, 0, 3, 0, 0, 0}) {
			t.Fatalf("got % x, %v", got, err)
		}
	}
	in.close()
	out.close()
}

func TestAnnouncesNodesAndTypesAsTheReleaseDoes(t *testing.T) {
	const hash = "typehash=RIHS01_df668c740482bbd48fb39d76a70dfd4bd59db1288021743503259e948f6b1a18;"
	for _, c := range []struct {
		distro   string
		userData string // of an endpoint of std_msgs/msg/String
	}{{"humble", ""}, {"jazzy", hash}} {
		t.Run(c.distro, func(t *testing.T) {
			a, b := openPair(t, c.distro)
			in, err := a.newInlet(discoveryTopic, discoveryType, profile{QoS: bus.Latched(1), ignoreLocal: true}, noMatches)
			if err != nil {
				t.Fatal(err)
			}
			defer in.close()
			lists := make(chan []byte, 100)
			in.start(func(s *arrival) { lists <- bytes.Clone(s.data) })
			n := openNode(t, b, "talker")
			w, err := n.Advertise("/chatter", "std_msgs/msg/String", bus.Default())
			if err != nil {
				t.Fatal(err)
			}
			r, err := n.Subscribe("/echo", "std_msgs/msg/String", bus.Default(), func(bus.Sample) {})
			if err != nil {
				t.Fatal(err)
			}
			want := &participantInfo{participant: b.id, nodes: []nodeInfo{
				{"/", "talker", []guid{r.(*reader).id}, []guid{w.(*writer).id}},
			}}
			for !bytes.Equal(await(t, "list with all endpoints", lists), want.marshal(b.release.gidSize())) {
			}

			out, err := a.newOutlet(ddsTopic("/echo"), ddsType("std_msgs/msg/String", ""), profile{QoS: bus.Default()}, noMatches)
			if err != nil {
				t.Fatal(err)
			}
			defer out.close()
			eventually(t, "the reader", func() bool { return len(readerPeers(out.entity)) == 1 })
			if p := readerPeers(out.entity)[0]; p.userData != c.userData {
				t.Errorf("user data %q, want %q", p.userData, c.userData)
			}
		})
	}
}

func TestHostileDiscoveryIsPassedOver(t *testing.T) {
	a, b := openPair(t, "")
	n := openNode(t, a, "watcher").(*node)
	out, err := b.newOutlet(discoveryTopic, discoveryType, profile{QoS: bus.Latched(10)}, noMatches)
	if err != nil {
		t.Fatal(err)
	}
	defer out.close()
	for _, data := range [][]byte{
		{0, 1, 0, 0},
		{0, 1, 0, 0, 1, 2, 3},
		append(make([]byte, 4+24), 0xff, 0xff, 0xff, 0xff), // 4 G nodes
		append([]byte{0, 1, 0, 0}, make([]byte, 16+4)...),  // gid[16]: ROS 2 Iron and later
	} {
		out.write(data, nil)
	}
	openNode(t, b, "honest")
	defer func() {
		if t.Failed() {
			t.Logf("nodes %v", n.NodeNames())
		}
	}()
	eventually(t, "the honest node", func() bool { return slices.Equal(n.NodeNames(), []string{"/honest", "/watcher"}) })
}
