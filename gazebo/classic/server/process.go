package server

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"os/exec"
	"regexp"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"time"
)

// process is one child in the folder.
type process struct {
	name string
	cmd  *exec.Cmd
	said *tail
	done chan struct{} // closed when it has ended
	err  error         // valid once done is closed
}

// launch starts a program of the folder. extra are its file descriptors from 3 up.
func launch(root, program string, args, env []string, extra ...*os.File) (*process, error) {
	p := &process{name: program[strings.LastIndexByte(program, '/')+1:], said: &tail{}, done: make(chan struct{})}
	p.cmd = &exec.Cmd{
		Path: program, Args: append([]string{program}, args...), Env: env, Dir: "/",
		Stdout: p.said, Stderr: p.said, ExtraFiles: extra, WaitDelay: time.Second,
		SysProcAttr: attributes(root),
	}
	started := make(chan error)
	// The kernel sends the signal of Pdeathsig when the thread that started the
	// child ends, so that thread must live as long as the child does.
	go func() {
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		err := p.cmd.Start()
		started <- err
		if err != nil {
			return
		}
		p.err = p.cmd.Wait()
		close(p.done)
	}()
	if err := <-started; err != nil {
		return nil, fmt.Errorf("%s in %s: %w%s", p.name, root, err, hint(err))
	}
	return p, nil
}

// attributes put a child into the folder and into a process group of its own. Who
// is not root is root of a user namespace of the child's own, where Linux allows.
func attributes(root string) *syscall.SysProcAttr {
	a := &syscall.SysProcAttr{Chroot: root, Setpgid: true, Pdeathsig: syscall.SIGKILL}
	if uid := os.Geteuid(); uid != 0 {
		a.Cloneflags = syscall.CLONE_NEWUSER
		a.UidMappings = []syscall.SysProcIDMap{{ContainerID: 0, HostID: uid, Size: 1}}
		a.GidMappings = []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getegid(), Size: 1}}
	}
	return a
}

func hint(err error) string {
	if os.IsPermission(err) {
		return " (run as root, or where user namespaces are allowed)"
	}
	return ""
}

// kill ends the process with all its children and waits.
func (p *process) kill() {
	// Gone already is as good.
	_ = syscall.Kill(-p.cmd.Process.Pid, syscall.SIGKILL)
	<-p.done
}

// ended is the error that says how the process ended, with what it said last.
func (p *process) ended() error {
	why := "it ended by itself"
	if p.err != nil {
		why = p.err.Error()
	}
	if words := p.said.String(); words != "" {
		return fmt.Errorf("%s: %s; it said last: %s", p.name, why, words)
	}
	return fmt.Errorf("%s: %s", p.name, why)
}

// tail keeps the last lines of an output, those about missing sound left out.
type tail struct {
	mu    sync.Mutex
	part  string // of a line
	lines []string
}

const tailLines = 6

// colors are what terminals turn into colours.
var colors = regexp.MustCompile("\x1b\\[[0-9;]*m")

func (t *tail) Write(data []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	in := bufio.NewReader(io.MultiReader(strings.NewReader(t.part), strings.NewReader(string(data))))
	for {
		line, err := in.ReadString('\n')
		if err != nil {
			t.part = line[max(0, len(line)-1000):]
			return len(data), nil
		}
		line = strings.TrimSpace(colors.ReplaceAllString(line, ""))
		if line == "" || strings.HasPrefix(line, "AL") || strings.Contains(line, "udio") {
			continue
		}
		t.lines = append(t.lines, line)
		t.lines = t.lines[max(0, len(t.lines)-tailLines):]
	}
}

func (t *tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return strings.Join(append(t.lines[:len(t.lines):len(t.lines)], t.part), " | ")
}
