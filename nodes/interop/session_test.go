//go:build ros2

package interop

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

const (
	// patience is for what must come: discovery, a first message. It only ends a
	// test that would hang.
	patience = time.Minute
	// limit is for one command. ros2 commands may wait for ever.
	limit = 30 * time.Second
)

// session is a shell's environment in a ROS domain of its own.
type session struct {
	env []string
	out string // $OUT, a folder
}

// newSession needs a sourced ROS 2 in which the package hyt is, too.
func newSession(t *testing.T, driver string) *session {
	t.Helper()
	prefix, err := exec.Command("ros2", "pkg", "prefix", "hyt").Output()
	if err != nil {
		t.Fatalf("a ROS 2 with the package hyt must be sourced (make test-ros2 does both): %v", err)
	}
	home := strings.TrimSpace(string(prefix))
	s := &session{out: t.TempDir()}
	s.env = append(os.Environ(),
		"ROS_LOCALHOST_ONLY=1",
		fmt.Sprintf("ROS_DOMAIN_ID=%d", reserveDomain(t)),
		"HYT_BUS="+driver,
		"HYT_MODEL="+filepath.Join(home, "share/hyt/policy/models/tabletop"),
		"PATH="+filepath.Join(home, "lib/hyt")+":"+os.Getenv("PATH"),
		"PYTHON="+python(t),
		"OUT="+s.out)
	t.Cleanup(func() { s.command("ros2 daemon stop").Run() })
	return s
}

// reserveDomain is a ROS domain that no other test on this machine has until t ends:
// whoever listens on its port has it. On Linux the UDP ports of domains 216 to 231
// lie above those that the kernel hands out, and robots rarely are there.
func reserveDomain(t *testing.T) int {
	t.Helper()
	for range 1000 {
		domain := 216 + rand.IntN(16)
		lock, err := net.Listen("tcp4", fmt.Sprintf("127.0.0.1:%d", 20_000+domain))
		if err == nil {
			t.Cleanup(func() { lock.Close() })
			return domain
		}
	}
	t.Fatal("no ROS domain is free for the test")
	return 0
}

// python is the interpreter that ROS 2's own programs use, which need not be the
// first in PATH.
func python(t *testing.T) string {
	t.Helper()
	path, err := exec.LookPath("ros2")
	if err != nil {
		t.Fatal(err)
	}
	script, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	line, _, _ := strings.Cut(string(script), "\n")
	return strings.TrimSpace(strings.TrimPrefix(line, "#!"))
}

// command is a line for bash, in a process group of its own.
func (s *session) command(line string) *exec.Cmd {
	c := exec.Command("bash", "-c", line)
	c.Env = s.env
	c.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	c.WaitDelay = time.Second // what it left behind may hold its output open
	return c
}

// start runs a line until the test ends, then interrupts it as Ctrl-C does. stop
// does so earlier.
func (s *session) start(t *testing.T, line string) (stop func()) {
	t.Helper()
	c := s.command(line)
	var said bytes.Buffer
	c.Stdout, c.Stderr = &said, &said
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- c.Wait() }()
	stop = sync.OnceFunc(func() {
		syscall.Kill(-c.Process.Pid, syscall.SIGINT)
		select {
		case <-ended:
		case <-time.After(limit):
			t.Errorf("did not end within %v of an interrupt: %s", limit, line)
			syscall.Kill(-c.Process.Pid, syscall.SIGKILL)
			<-ended
		}
		if t.Failed() {
			t.Logf("%s\nsaid:\n%s", line, said.String())
		}
	})
	t.Cleanup(stop)
	return stop
}

// run returns what a line says, standard error included.
func (s *session) run(line string) string {
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	c := s.command(line)
	var said bytes.Buffer
	c.Stdout, c.Stderr = &said, &said
	if err := c.Start(); err != nil {
		return err.Error()
	}
	defer context.AfterFunc(ctx, func() { syscall.Kill(-c.Process.Pid, syscall.SIGKILL) })()
	c.Wait() // commands are judged by what they say
	syscall.Kill(-c.Process.Pid, syscall.SIGKILL)
	return said.String()
}

// step is a line for bash and what it must say: regular expressions, where ^ and $
// are those of a line.
type step struct {
	line string
	want []string
}

// play runs steps one after another. One whose answer is not there yet is asked
// again, for nodes take their time to find each other; a step that begins with
// "once " is not, because it changes something.
func (s *session) play(t *testing.T, steps []step) {
	t.Helper()
	for _, step := range steps {
		line, once := strings.CutPrefix(step.line, "once ")
		begin := time.Now()
		said := s.run(line)
		missing := step.missing(said)
		for missing != "" && !once && time.Since(begin) < patience {
			said = s.run(line)
			missing = step.missing(said)
		}
		if missing != "" {
			t.Fatalf("$ %s\n%s\nlacks %s", line, said, missing)
		}
	}
}

func (s step) missing(said string) string {
	for _, want := range s.want {
		if !regexp.MustCompile("(?m)" + want).MatchString(said) {
			return want
		}
	}
	return ""
}

// eachDriver runs a test over rcl and over dds: for ROS 2's commands there is no
// difference.
func eachDriver(t *testing.T, test func(*testing.T, *session)) {
	for _, driver := range []string{"rcl", "dds"} {
		t.Run(driver, func(t *testing.T) { test(t, newSession(t, driver)) })
	}
}
