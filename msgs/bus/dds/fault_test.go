//go:build cgo && !nodds

package dds_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"go.uber.org/goleak"

	"hyt/msgs/bus"
	"hyt/msgs/bus/dds"
)

// peerDomain is the environment variable that makes the test binary a peer
// process on that domain instead of running tests.
const peerDomain = "HYT_DDS_TEST_PEER"

// peerLease is the peer's Options.Lease.
const peerLease = "HYT_DDS_TEST_LEASE"

func TestMain(m *testing.M) {
	if id, err := strconv.Atoi(os.Getenv(peerDomain)); err == nil {
		if err := runPeer(id); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

// runPeer publishes on /ticks, reads /jobs, serves /arm (and never answers), and
// echoes /ping on /pong, until its standard input ends.
func runPeer(domain int) error {
	lease, err := time.ParseDuration(os.Getenv(peerLease))
	if err != nil {
		return err
	}
	d, err := dds.Open(dds.Options{Domain: &domain, Loopback: true, Lease: lease})
	if err != nil {
		return err
	}
	n, err := d.OpenNode("peer", "/")
	if err != nil {
		return err
	}
	w, err := n.Advertise("/ticks", "std_msgs/msg/String", bus.Default())
	if err != nil {
		return err
	}
	if _, err := n.Subscribe("/jobs", "std_msgs/msg/String", bus.QoS{History: bus.KeepAll}, func(bus.Sample) {}); err != nil {
		return err
	}
	if _, err := n.Serve("/arm", "std_srvs/srv/Empty", func([]byte) ([]byte, error) { return nil, errors.New("mute") }); err != nil {
		return err
	}
	if err := serveEcho(d); err != nil {
		return err
	}
	go func() {
		for w.Write([]byte{0, 1, 0, 0, 1}, nil) == nil {
			time.Sleep(20 * time.Millisecond)
		}
	}()
	fmt.Println("ready")
	bufio.NewReader(os.Stdin).ReadByte()
	return d.Close()
}

func startPeer(t testing.TB, domain int, lease time.Duration) *exec.Cmd {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(exe)
	cmd.Env = append(os.Environ(), fmt.Sprintf("%s=%d", peerDomain, domain), fmt.Sprintf("%s=%s", peerLease, lease))
	cmd.Stderr = os.Stderr
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL} // a stopped peer reads no end of input
	if _, err := cmd.StdinPipe(); err != nil {                         // stays open while we live: the peer ends with us
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { cmd.Process.Kill(); cmd.Wait() })
	if line, err := bufio.NewReader(out).ReadString('\n'); line != "ready\n" {
		t.Fatalf("peer said %q, %v", line, err)
	}
	return cmd
}

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
	domain := testDomain()
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
	peer := startPeer(t, *domain, time.Second)
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
	domain := testDomain()
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
	peer := startPeer(t, *domain, time.Hour) // nobody declares it dead meanwhile
	eventually(t, "the peer", func() bool { return last.Matched() == 1 && all.Matched() == 1 })
	if err := peer.Process.Signal(syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	image := make([]byte, 100_000)
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
	domain := testDomain()
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
