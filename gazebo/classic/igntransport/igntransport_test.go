package igntransport

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"net"
	"strings"
	"testing"
)

// open makes a node that nobody else on this machine has the partition of.
func open(t *testing.T) *Node {
	t.Helper()
	n, err := Open("hyt-test", "/arm/joint_cmd", "ignition.msgs.JointCmd")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { n.Close() })
	return n
}

// peer connects to a node as a socket of that kind, as Gazebo does.
func peer(t *testing.T, n *Node, kind string) net.Conn {
	t.Helper()
	conn, err := net.Dial("tcp4", n.listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	// ZeroMQ sends its READY at once.
	if _, err := conn.Write(append(greeting(), ready(kind, "server")...)); err != nil {
		t.Fatal(err)
	}
	theirs := make([]byte, greetingSize)
	if _, err := readFull(conn, theirs); err != nil || checkGreeting(theirs) != nil {
		t.Fatalf("greeting %q, %v", theirs, err)
	}
	flags, body, err := readFrame(conn, maxMessage)
	if err != nil || flags != flagCommand {
		t.Fatalf("READY: flags %d, %v", flags, err)
	}
	if got, err := socketKind(body); err != nil || got != counterpart(kind) {
		t.Fatalf("to a %s it is a %q, %v", kind, got, err)
	}
	return conn
}

func readFull(conn net.Conn, buf []byte) (int, error) {
	total := 0
	for total < len(buf) {
		n, err := conn.Read(buf[total:])
		total += n
		if err != nil {
			return total, err
		}
	}
	return total, nil
}

func TestListenersGetWhatIsPublished(t *testing.T) {
	n := open(t)
	deaf := peer(t, n, "SUB")
	if _, err := deaf.Write(message([]byte("\x01@/other@/arm/joint_cmd"))); err != nil {
		t.Fatal(err)
	}
	conn := peer(t, n, "SUB")
	if _, err := conn.Write(message([]byte("\x01@/hyt-test@/arm/joint_cmd"))); err != nil {
		t.Fatal(err)
	}
	if err := n.Wait(t.Context()); err != nil {
		t.Fatal(err)
	}
	long := strings.Repeat("x", 300)
	if err := n.Publish([]byte("first"), []byte(long)); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"first", long} {
		frames, err := readMessage(conn)
		if err != nil {
			t.Fatal(err)
		}
		if len(frames) != 4 || string(frames[0]) != "@/hyt-test@/arm/joint_cmd" || string(frames[2]) != want || string(frames[3]) != "ignition.msgs.JointCmd" {
			t.Errorf("frames %q", frames)
		}
	}
}

// provider is a service as Gazebo has it: calls come in on one connection, replies
// go out on another, to where the call says.
func provider(t *testing.T, n *Node, answers ...string) *Service {
	t.Helper()
	ours, theirs := net.Pipe()
	t.Cleanup(func() { ours.Close(); theirs.Close() })
	replies := peer(t, n, "ROUTER")
	go func() {
		for _, answer := range answers {
			frames, err := readMessage(theirs)
			if err != nil {
				return
			}
			// topic, where to, whom, node, call, request, types
			replies.Write(message(frames[0], frames[3], frames[4], frames[5], []byte(answer)))
		}
	}()
	return &Service{node: n, topic: "@/hyt-test@/s", ask: "A", give: "B", conn: ours}
}

func TestCallsAreAnswered(t *testing.T) {
	s := provider(t, open(t), "1", "1", "0")
	for _, request := range []string{"one", "two"} {
		if got, err := s.Call(t.Context(), []byte(request)); err != nil || string(got) != request {
			t.Errorf("Call(%q) = %q, %v", request, got, err)
		}
	}
	if _, err := s.Call(t.Context(), []byte("three")); !errors.Is(err, ErrRefused) {
		t.Errorf("a refused call: %v", err)
	}
}

func TestCallsEndWithTheirContext(t *testing.T) {
	n := open(t)
	ours, theirs := net.Pipe()
	defer theirs.Close()
	go readMessage(theirs)
	s := &Service{node: n, topic: "@/hyt-test@/s", conn: ours}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := s.Call(ctx, nil); !errors.Is(err, context.Canceled) {
		t.Errorf("Call: %v", err)
	}
	if err := n.Wait(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("Wait: %v", err)
	}
}

func TestStrangersAreTurnedAway(t *testing.T) {
	for name, g := range map[string][]byte{
		"HTTP":          append([]byte("GET / HTTP/1.1\r\n\r\n"), make([]byte, greetingSize)...),
		"an old ZeroMQ": {0xff, 9: 0x7f, 10: 1, 63: 0},
		"with a key":    append([]byte{0xff, 9: 0x7f, 10: 3, 11: 0}, append([]byte("CURVE"), make([]byte, 47)...)...),
	} {
		if checkGreeting(g[:greetingSize]) == nil {
			t.Errorf("%s was let in", name)
		}
	}
}

func TestAdvertisementsAreReadBack(t *testing.T) {
	a, ok, err := readAdvertisement(offer("p", "@/x@/t", "tcp://127.0.0.1:5", "k"))
	if err != nil || !ok || a.topic != "@/x@/t" || a.address != "tcp://127.0.0.1:5" {
		t.Errorf("%+v %v %v", a, ok, err)
	}
	if _, ok, err := readAdvertisement(askFor("p", "@/x@/t")); ok || err != nil {
		t.Errorf("a question counts as an advertisement: %v %v", ok, err)
	}
	if _, _, err := readAdvertisement([]byte{9, 0, 1}); err == nil {
		t.Error("a datagram with a wrong length was read")
	}
	if _, err := dialAddress("udp://1.2.3.4:5"); err == nil {
		t.Error("an address that is not TCP was taken")
	}
}

func FuzzReadMessage(f *testing.F) {
	f.Add(message([]byte("a"), bytes.Repeat([]byte("b"), 300)))
	f.Add(ready("SUB", ""))
	f.Fuzz(func(t *testing.T, data []byte) {
		frames, err := readMessage(bytes.NewReader(data))
		if err != nil {
			return
		}
		total := 0
		for _, x := range frames {
			total += len(x)
		}
		if len(frames) > maxFrames || total > len(data) {
			t.Errorf("%d frames, %d bytes of %d", len(frames), total, len(data))
		}
		_, _ = socketKind(frames[0])
	})
}

func FuzzReadAdvertisement(f *testing.F) {
	f.Add(offer("p", "@/x@/t", "tcp://127.0.0.1:5", "k"))
	f.Add(binary.LittleEndian.AppendUint16(nil, 0))
	f.Fuzz(func(t *testing.T, data []byte) {
		if a, ok, err := readAdvertisement(data); ok && (err != nil || a.topic == "" || a.address == "") {
			t.Errorf("%+v, %v", a, err)
		}
	})
}
