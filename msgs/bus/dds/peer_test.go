//go:build cgo && !nodds

package dds_test

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"syscall"
	"testing"
	"time"

	"hyt/msgs/bus"
	"hyt/msgs/bus/dds"
)

// Environment variables that make the test binary a peer process instead of
// running tests.
const (
	peerRole   = "HYT_DDS_TEST_PEER"   // a key of roles
	peerDomain = "HYT_DDS_TEST_DOMAIN" // Options.Domain
	peerLease  = "HYT_DDS_TEST_LEASE"  // Options.Lease
)

// roles are what a peer can be. Each sets up its endpoints and returns.
var roles = map[string]func(bus.Driver) error{"faults": startFaults, "echo": startEcho, "robot": startRobot}

func TestMain(m *testing.M) {
	if role := os.Getenv(peerRole); role != "" {
		if err := runPeer(role); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

// runPeer plays a role until its standard input ends.
func runPeer(role string) error {
	domain, err := strconv.Atoi(os.Getenv(peerDomain))
	if err != nil {
		return err
	}
	lease, err := time.ParseDuration(os.Getenv(peerLease))
	if err != nil {
		return err
	}
	d, err := dds.Open(dds.Options{Domain: &domain, Loopback: true, Lease: lease})
	if err != nil {
		return err
	}
	if err := roles[role](d); err != nil {
		return err
	}
	fmt.Println("ready")
	bufio.NewReader(os.Stdin).ReadByte()
	return d.Close()
}

// startPeer starts a peer process, which ends with the test.
func startPeer(t testing.TB, role string, domain int, lease time.Duration) *exec.Cmd {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(exe)
	cmd.Env = append(os.Environ(), peerRole+"="+role, fmt.Sprintf("%s=%d", peerDomain, domain), fmt.Sprintf("%s=%s", peerLease, lease))
	cmd.Stderr = os.Stderr
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL} // a stopped peer reads no end of input
	if _, err := cmd.StdinPipe(); err != nil {                         // stays open while we live
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

// startFaults publishes on /ticks, reads /jobs, and serves /arm without ever
// answering.
func startFaults(d bus.Driver) error {
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
	go func() {
		for w.Write([]byte{0, 1, 0, 0, 1}, nil) == nil {
			time.Sleep(20 * time.Millisecond)
		}
	}()
	return nil
}
