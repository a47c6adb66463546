package compose

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"hyt/msgs/bus"
	"hyt/msgs/bus/dds"
	"hyt/msgs/geometry_msgs"
	"hyt/msgs/hyt_msgs"
	"hyt/msgs/std_msgs"
	"hyt/nodes/node"
	"hyt/nodes/rosargs"
	"hyt/policy/policytest"
)

// witness hears over DDS what a policy in another process says and does.
type witness struct {
	mu       sync.Mutex
	actions  int
	statuses []*hyt_msgs.Status
}

func (w *witness) watch(n *node.Node) error {
	_, err1 := node.Subscribe(n, "action", bus.Default(), func(*geometry_msgs.TwistStamped) {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.actions++
	})
	_, err2 := node.Subscribe(n, "policy/status", bus.Default(), func(m *hyt_msgs.Status) {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.statuses = append(w.statuses, m)
	})
	words, err3 := node.Advertise[*std_msgs.String](n, "instruction", bus.Latched(1))
	if err := errors.Join(err1, err2, err3); err != nil {
		return err
	}
	return words.Publish(&std_msgs.String{Data: "touch the red cube"})
}

func (w *witness) count() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.actions
}

// await waits for a status, of those after the first so many, and returns how many there
// were then.
func (w *witness) await(t *testing.T, what string, after int, good func(*hyt_msgs.Status) bool) int {
	t.Helper()
	var last *hyt_msgs.Status
	for begin := time.Now(); time.Since(begin) < time.Minute; time.Sleep(20 * time.Millisecond) {
		w.mu.Lock()
		for i, s := range w.statuses {
			if i >= after && good(s) {
				w.mu.Unlock()
				return i + 1
			}
			last = s
		}
		w.mu.Unlock()
	}
	t.Fatalf("no status that %s within a minute; the last one is %+v", what, last)
	return 0
}

// A whole process, whose log goes to a disk without room, stands still for two seconds
// (SIGSTOP) and goes on: it says what happened, and the robot moves again.
func TestAProcessThatStoodStillForTwoSecondsSaysSoAndGoesOn(t *testing.T) {
	full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer full.Close()
	domain, namespace := 43, fmt.Sprintf("/standstill%d", os.Getpid()) // as in TestHeapStaysFlat
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), nodesOf+"="+policytest.New(t, policytest.Options{}).Dir, nodesIn+"="+namespace,
		fmt.Sprintf("ROS_DOMAIN_ID=%d", domain), "ROS_LOCALHOST_ONLY=1")
	cmd.Stderr = full
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() {
		_ = cmd.Process.Signal(syscall.SIGCONT)
		_ = cmd.Process.Signal(syscall.SIGTERM)
		if err := cmd.Wait(); err != nil {
			t.Error(err)
		}
	}()
	driver, err := dds.Open(dds.Options{Domain: &domain, Loopback: true})
	if err != nil {
		t.Fatal(err)
	}
	n, err := node.New(node.Options{Identity: rosargs.Identity{Name: "witness", Namespace: namespace}, Driver: driver, Console: io.Discard})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = errors.Join(n.Close(), driver.Close()) }()
	w := &witness{}
	if err := w.watch(n); err != nil {
		t.Fatal(err)
	}
	moves := func(s *hyt_msgs.Status) bool { return s.State == hyt_msgs.Status_ACTIVE && s.ControlRate > 10 }
	seen := w.await(t, "says that it moves", 0, moves)

	if err := cmd.Process.Signal(syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	time.Sleep(500 * time.Millisecond) // what was on its way has come
	before := w.count()
	time.Sleep(1500 * time.Millisecond)
	if n := w.count() - before; n > 0 {
		t.Errorf("%d actions while it stood still", n)
	}
	if err := cmd.Process.Signal(syscall.SIGCONT); err != nil {
		t.Fatal(err)
	}
	seen = w.await(t, "says why", seen, func(s *hyt_msgs.Status) bool {
		return strings.Contains(s.Message, "the process was stopped or the machine slept") && s.MissedDeadlines >= 50
	})
	w.await(t, "says that it moves again", seen, moves)
}
