package launchrun

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"
)

// runner runs processes together: when one fails, or ctx is done, all end.
type runner struct {
	self  string // this program, for nodes of the package hyt
	out   io.Writer
	grace time.Duration // between SIGINT and SIGKILL
	dir   string        // for params files

	mu sync.Mutex // one line of output at a time
}

// respawnPause keeps a program that cannot start from starting all the time, unless
// the launch file says respawn_delay.
const respawnPause = time.Second

// run starts the processes and waits for their end. The error names those that failed.
func (r *runner) run(ctx context.Context, list []process) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	for i := range list { // unique, as in ros2 launch
		list[i].name = fmt.Sprintf("%s-%d", list[i].name, i+1)
	}
	errs := make([]error, len(list))
	var all sync.WaitGroup
	for i, p := range list {
		all.Go(func() {
			if errs[i] = r.supervise(ctx, p); errs[i] != nil || p.must {
				cancel()
			}
		})
	}
	all.Wait()
	return errors.Join(errs...)
}

// supervise runs a process, again and again where it is to respawn.
func (r *runner) supervise(ctx context.Context, p process) error {
	for {
		err := r.once(ctx, p)
		if ctx.Err() != nil || !p.respawn {
			return err
		}
		r.say("launch", fmt.Sprintf("%s ended (%v); it starts again", p.name, err))
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(p.pause):
		}
	}
}

// once runs a process to its end. A process that we asked to end did not fail,
// unless it had to be killed.
func (r *runner) once(ctx context.Context, p process) error {
	// A dying parent's signal goes to children of a living thread only.
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	cmd, err := r.command(p)
	if err != nil {
		return fmt.Errorf("%s (%s): %w", p.name, p.place, err)
	}
	lines := &prefixer{runner: r, name: p.name}
	cmd.Stdout, cmd.Stderr = lines, lines
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("%s (%s): %w", p.name, p.place, err)
	}
	r.say("launch", fmt.Sprintf("%s: started with pid %d", p.name, cmd.Process.Pid))
	done := make(chan error, 1)
	go func() { done <- cmd.Wait() }()
	err, killed := r.await(ctx, p, cmd.Process, done)
	lines.flush()
	switch {
	case killed:
		return fmt.Errorf("%s did not end within %v of SIGINT and was killed", p.name, r.grace)
	case err == nil:
		r.say("launch", p.name+": ended cleanly")
		return nil
	case ctx.Err() != nil && interrupted(err):
		return nil
	}
	return fmt.Errorf("%s died: %w", p.name, err)
}

// await waits for the end. When ctx is done it asks for it, and then insists.
func (r *runner) await(ctx context.Context, p process, proc *os.Process, done <-chan error) (err error, killed bool) {
	select {
	case err := <-done:
		return err, false
	case <-ctx.Done():
	}
	_ = proc.Signal(syscall.SIGINT) // it may just have ended
	select {
	case err := <-done:
		return err, false
	case <-time.After(r.grace):
	}
	r.say("launch", p.name+": does not end, killing it")
	_ = syscall.Kill(-proc.Pid, syscall.SIGKILL) // its group: children of its own, too
	return <-done, true
}

// interrupted tells whether a process ended by the signal that we sent it.
func interrupted(err error) bool {
	var exit *exec.ExitError
	if !errors.As(err, &exit) {
		return false
	}
	status, ok := exit.Sys().(syscall.WaitStatus)
	return ok && (status.Signaled() && status.Signal() == syscall.SIGINT || status.ExitStatus() == 130)
}

// command puts the process together and writes its params files.
func (r *runner) command(p process) (*exec.Cmd, error) {
	argv := slices.Clone(p.argv)
	for i, next := 0, 0; i < len(argv); i++ {
		switch argv[i] {
		case "":
			argv[i] = r.self
		case paramsMarker:
			path, err := r.write(p, next)
			if err != nil {
				return nil, err
			}
			argv[i] = path
			next++
		}
	}
	cmd := exec.Command(argv[0], argv[1:]...) // not CommandContext: it kills without asking
	cmd.Dir = p.dir
	cmd.Env = append(without(os.Environ(), p.unset), p.env...)
	cmd.SysProcAttr = childAttributes()
	cmd.WaitDelay = time.Second // a grandchild may hold the pipe
	return cmd, nil
}

func (r *runner) write(p process, i int) (string, error) {
	data, err := p.params[i].yaml()
	if err != nil {
		return "", err
	}
	path := filepath.Join(r.dir, fmt.Sprintf("%s-%d.yaml", p.name, i))
	return path, os.WriteFile(path, data, 0o600)
}

func without(env, names []string) []string {
	return slices.DeleteFunc(env, func(kv string) bool {
		name, _, _ := strings.Cut(kv, "=")
		return slices.Contains(names, name)
	})
}

func (r *runner) say(who, text string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	fmt.Fprintf(r.out, "[%s] %s\n", who, text)
}

// prefixer puts the process's name before each of its lines.
type prefixer struct {
	runner *runner
	name   string
	rest   []byte // a line that has not ended
}

// maxLine bounds a line without end.
const maxLine = 64 << 10

// Write implements io.Writer. exec calls it from one goroutine, since standard
// output and error are the same writer.
func (p *prefixer) Write(data []byte) (int, error) {
	p.rest = append(p.rest, data...)
	for {
		advance, line, _ := bufio.ScanLines(p.rest, false)
		if advance == 0 {
			break
		}
		p.runner.say(p.name, string(line))
		p.rest = p.rest[advance:]
	}
	if len(p.rest) > maxLine {
		p.flush()
	}
	return len(data), nil
}

func (p *prefixer) flush() {
	if len(p.rest) > 0 {
		p.runner.say(p.name, string(p.rest))
		p.rest = nil
	}
}
