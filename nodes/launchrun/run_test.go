package launchrun

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// output is what the runner printed, which may be waited for.
type output struct {
	mu   sync.Mutex
	text strings.Builder
	more chan struct{}
}

func newOutput() *output { return &output{more: make(chan struct{}, 1)} }

func (o *output) Write(data []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	select {
	case o.more <- struct{}{}:
	default:
	}
	return o.text.Write(data)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.String()
}

// await returns when part was printed.
func (o *output) await(t *testing.T, part string) {
	t.Helper()
	limit := time.After(20 * time.Second)
	for !strings.Contains(o.String(), part) {
		select {
		case <-o.more:
		case <-limit:
			t.Fatalf("%q was not printed:\n%s", part, o)
		}
	}
}

func shell(name, script string) process {
	return process{name: name, argv: []string{"sh", "-c", script}, place: "f.launch:1"}
}

func start(t *testing.T, grace time.Duration, list ...process) (o *output, stop context.CancelFunc, done <-chan error) {
	t.Helper()
	o = newOutput()
	ctx, cancel := context.WithCancel(t.Context())
	r := &runner{out: o, grace: grace, dir: t.TempDir()}
	ended := make(chan error, 1)
	go func() { ended <- r.run(ctx, list) }()
	t.Cleanup(cancel)
	return o, cancel, ended
}

const sleeper = `trap 'echo asked; exit 0' INT; echo ready; while :; do sleep 0.05; done`

func TestOutputIsPrefixedWithTheNode(t *testing.T) {
	o, _, done := start(t, time.Second, shell("a", "echo one; echo two >&2; printf three"))
	if err := <-done; err != nil {
		t.Error(err)
	}
	for _, want := range []string{"[a-1] one\n", "[a-1] two\n", "[a-1] three\n", "[launch] a-1: started with pid ", "[launch] a-1: ended cleanly\n"} {
		if !strings.Contains(o.String(), want) {
			t.Errorf("no %q in\n%s", want, o)
		}
	}
}

func TestCleanEndsLeaveTheOthersRunning(t *testing.T) {
	o, stop, done := start(t, 10*time.Second, shell("short", "exit 0"), shell("long", sleeper))
	o.await(t, "short-1: ended cleanly")
	o.await(t, "[long-2] ready")
	stop()
	if err := <-done; err != nil || !strings.Contains(o.String(), "[long-2] asked") {
		t.Errorf("%v\n%s", err, o)
	}
}

func TestAFailureEndsAll(t *testing.T) {
	o, _, done := start(t, 10*time.Second, shell("long", sleeper), shell("bad", "sleep 0.2; exit 3"))
	err := <-done
	if err == nil || err.Error() != "bad-2 died: exit status 3" {
		t.Errorf("got %v\n%s", err, o)
	}
}

func TestAKilledProcessEndsAll(t *testing.T) {
	o, _, done := start(t, 10*time.Second, shell("long", sleeper), shell("victim", sleeper))
	o.await(t, "[victim-2] ready")
	o.await(t, "victim-2: started with pid ") // its first line may overtake this one
	var pid int
	_, after, _ := strings.Cut(o.String(), "victim-2: started with pid ")
	if _, err := fmt.Sscan(after, &pid); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	if err := <-done; err == nil || err.Error() != "victim-2 died: signal: killed" {
		t.Errorf("got %v\n%s", err, o)
	}
}

func TestWhoDoesNotEndIsKilled(t *testing.T) {
	o, stop, done := start(t, 300*time.Millisecond, shell("deaf", `trap '' INT; echo ready; while :; do sleep 0.05; done`))
	o.await(t, "ready")
	stop()
	if err := <-done; err == nil || err.Error() != "deaf-1 did not end within 300ms of SIGINT and was killed" {
		t.Errorf("got %v\n%s", err, o)
	}
}

func TestEndingByOurSignalIsNoFailure(t *testing.T) {
	o, stop, done := start(t, 10*time.Second, process{name: "sleep", argv: []string{"sleep", "60"}})
	o.await(t, "started")
	stop()
	if err := <-done; err != nil {
		t.Error(err)
	}
}

func TestOnExitShutdownEndsAllWithoutFailure(t *testing.T) {
	first := shell("first", "exit 0")
	first.must = true
	_, _, done := start(t, 10*time.Second, first, process{name: "sleep", argv: []string{"sleep", "60"}})
	if err := <-done; err != nil {
		t.Error(err)
	}
}

func TestRespawn(t *testing.T) {
	counter := filepath.Join(t.TempDir(), "n")
	again := shell("again", "echo x >> "+counter+"; exit 1")
	again.respawn = true
	o, stop, done := start(t, time.Second, again)
	o.await(t, "it starts again")
	for data := []byte(nil); len(data) < 4; {
		data, _ = os.ReadFile(counter)
		time.Sleep(10 * time.Millisecond)
	}
	stop()
	<-done
}

func TestProgramsThatCannotStartAreNamedWithTheirLine(t *testing.T) {
	_, _, done := start(t, time.Second, process{name: "x", argv: []string{"/no/such/program"}, place: "f.launch:7"})
	if err := <-done; err == nil || !strings.HasPrefix(err.Error(), "x-1 (f.launch:7): ") || !errors.Is(err, os.ErrNotExist) {
		t.Errorf("got %v", err)
	}
}

func TestParamsAndEnvironmentReachTheProcess(t *testing.T) {
	t.Setenv("GONE", "1")
	p := shell("p", `cat "$1"; echo "[$GONE$GIVEN]"`)
	p.argv = append(p.argv, "sh", paramsMarker)
	p.params = []params{{node: "/p", names: []string{"rate"}, values: []any{10}}}
	p.env, p.unset = []string{"GIVEN=yes"}, []string{"GONE"}
	o, _, done := start(t, time.Second, p)
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"[p-1] /p:\n", "[p-1]         rate: 10\n", "[p-1] [yes]\n"} {
		if !strings.Contains(o.String(), want) {
			t.Errorf("no %q in\n%s", want, o)
		}
	}
}
