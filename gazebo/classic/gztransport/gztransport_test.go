package gztransport

import (
	"bytes"
	"context"
	"io"
	"net"
	"strings"
	"testing"

	"hyt/gazebo/classic/pb"
)

// master plays Gazebo's side: it hears what a client tells, and tells of one
// publisher of its own.
type master struct {
	t        *testing.T
	listener net.Listener
	told     chan [2]string // kind and content of control messages
	conn     net.Conn
}

func newMaster(t *testing.T) (*master, *Client) {
	t.Helper()
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	m := &master{t: t, listener: l, told: make(chan [2]string, 16)}
	accepted := make(chan net.Conn, 1)
	go func() {
		c, err := l.Accept()
		if err == nil {
			accepted <- c
		}
	}()
	client, err := Dial(t.Context(), l.Addr().(*net.TCPAddr).Port)
	if err != nil {
		t.Fatal(err)
	}
	m.conn = <-accepted
	t.Cleanup(func() { client.Close(); m.conn.Close(); l.Close() })
	go m.hear(m.conn, m.told)
	var version pb.Message
	version.Text(1, "gazebo 11.1")
	m.say("version_init", version)
	return m, client
}

func (m *master) say(kind string, content pb.Message) {
	if _, err := m.conn.Write(packet(kind, content)); err != nil {
		m.t.Error(err)
	}
}

func (m *master) hear(conn net.Conn, into chan<- [2]string) {
	for {
		body, err := readFrame(conn, nil)
		if err != nil {
			return
		}
		kind, content, err := readPacket(body)
		if err != nil {
			m.t.Error(err)
		}
		into <- [2]string{kind, string(content)}
	}
}

func TestSubscribersDialThePublisherAndGetItsMessages(t *testing.T) {
	m, client := newMaster(t)
	got := make(chan string, 2)
	if err := client.Subscribe("/gazebo/w/pose", "gazebo.msgs.PosesStamped", func(b []byte) { got <- string(b) }); err != nil {
		t.Fatal(err)
	}
	if err := client.Subscribe("/gazebo/w/pose", "x", func([]byte) {}); err == nil {
		t.Error("subscribed twice to one topic")
	}
	if told := <-m.told; told[0] != "subscribe" || !strings.Contains(told[1], "/gazebo/w/pose") {
		t.Fatalf("told the master %q", told)
	}
	publisher, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer publisher.Close()
	where := publishMessage("/gazebo/w/pose", "gazebo.msgs.PosesStamped", "127.0.0.1", uint16(publisher.Addr().(*net.TCPAddr).Port))
	// Gazebo tells twice of a publisher that comes while one subscribes.
	m.say("publisher_subscribe", where)
	m.say("publisher_advertise", where)
	conn, err := publisher.Accept()
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	body, err := readFrame(conn, nil)
	if err != nil {
		t.Fatal(err)
	}
	if kind, content, err := readPacket(body); err != nil || kind != "sub" || !strings.Contains(string(content), "PosesStamped") {
		t.Fatalf("the subscriber says %q %q, %v", kind, content, err)
	}
	if _, err := conn.Write(append(frame([]byte("one")), "       3two"...)); err != nil {
		t.Fatal(err)
	}
	if a, b := <-got, <-got; a != "one" || b != "two" {
		t.Errorf("got %q and %q", a, b)
	}
}

func TestPublishersServeWhoSubscribes(t *testing.T) {
	m, client := newMaster(t)
	p, err := client.Advertise("/gazebo/w/world_control", "gazebo.msgs.WorldControl")
	if err != nil {
		t.Fatal(err)
	}
	told := <-m.told
	at, err := readEndpoint([]byte(told[1]))
	if told[0] != "advertise" || err != nil || at.host != loopback {
		t.Fatalf("told the master %q: %+v, %v", told, at, err)
	}
	conn, err := net.Dial("tcp4", client.listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if _, err := conn.Write(packet("sub", subscribeMessage(at.topic, "gazebo.msgs.WorldControl", loopback, 1))); err != nil {
		t.Fatal(err)
	}
	if err := p.Wait(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := p.Publish([]byte("step")); err != nil {
		t.Fatal(err)
	}
	if body, err := readFrame(conn, nil); err != nil || string(body) != "step" {
		t.Errorf("the subscriber got %q, %v", body, err)
	}
}

func TestWaitingEndsWithTheMaster(t *testing.T) {
	m, client := newMaster(t)
	p, err := client.Advertise("/gazebo/w/request", "gazebo.msgs.Request")
	if err != nil {
		t.Fatal(err)
	}
	m.conn.Close()
	if err := p.Wait(t.Context()); err == nil || !strings.Contains(err.Error(), "no subscriber") {
		t.Errorf("Wait: %v", err)
	}
	<-client.Done()
	if err := client.Err(); err == nil || !strings.Contains(err.Error(), "gazebo's master") {
		t.Errorf("Err: %v", err)
	}
	if err := client.Subscribe("/t", "k", func([]byte) {}); err == nil {
		t.Error("subscribed without a master")
	}
}

func TestDialGivesUpWithItsContext(t *testing.T) {
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	port := l.Addr().(*net.TCPAddr).Port
	l.Close()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Dial(ctx, port); err == nil || !strings.Contains(err.Error(), "gazebo's master at 127.0.0.1") {
		t.Errorf("Dial: %v", err)
	}
}

func FuzzReadFrame(f *testing.F) {
	f.Add(frame([]byte("body")))
	f.Add([]byte("       4body"))
	f.Add([]byte("ffffffff"))
	f.Fuzz(func(t *testing.T, data []byte) {
		body, err := readFrame(bytes.NewReader(data), nil)
		if err == nil && len(body) > len(data) {
			t.Errorf("%d bytes out of %d", len(body), len(data))
		}
		if err != nil && err != io.EOF && len(err.Error()) == 0 {
			t.Error("an error without words")
		}
	})
}

func FuzzControlMessages(f *testing.F) {
	m := packet("publisher_subscribe", publishMessage("/t", "k", "127.0.0.1", 4711))
	f.Add(m[headerSize:])
	f.Fuzz(func(t *testing.T, data []byte) {
		_, content, err := readPacket(data)
		if err != nil {
			return
		}
		if e, err := readEndpoint(content); err == nil && (e.topic == "" || e.host == "" || e.port == 0) {
			t.Errorf("accepted %+v", e)
		}
		_, _ = subscribedTopic(content)
	})
}
