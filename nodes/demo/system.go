package demo

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"sync"
	"syscall"
	"time"
)

// system is what runs beside the demo: the launched nodes and the yardstick.
type system struct {
	children []*exec.Cmd
	died     chan error // the first child's end that nobody asked for
	closing  sync.Once
	stopped  chan struct{}
}

// start launches the nodes as a user would, with `hyt launch`, and the bare
// ticker. Their output goes to log.
func start(o options, log io.Writer) (*system, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	s := &system{died: make(chan error, 2), stopped: make(chan struct{})}
	for _, args := range [][]string{
		{"launch", o.launch, "sim:=true", "simulator:=" + o.sim, "arm:=true", "model:=" + o.model},
		{"ticker"},
	} {
		cmd := exec.Command(self, args...)
		cmd.Stdout, cmd.Stderr = log, log
		// The terminal's Ctrl-C is for the demo, which then ends its children.
		cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGTERM}
		if err := cmd.Start(); err != nil {
			s.close()
			return nil, fmt.Errorf("start hyt %s: %w", args[0], err)
		}
		s.children = append(s.children, cmd)
		go s.wait(cmd, args[0])
	}
	return s, nil
}

func (s *system) wait(cmd *exec.Cmd, name string) {
	err := cmd.Wait()
	select {
	case <-s.stopped:
		s.died <- nil
	default:
		s.died <- fmt.Errorf("hyt %s ended on its own (%w); its output is in the log", name, errors.Join(err, errors.New(cmd.ProcessState.String())))
	}
}

// close asks the children to end and waits; after 6 s it kills them.
func (s *system) close() {
	s.closing.Do(func() {
		close(s.stopped)
		for _, c := range s.children {
			_ = c.Process.Signal(syscall.SIGINT)
		}
		ctx, cancel := context.WithTimeout(context.Background(), 6*time.Second)
		defer cancel()
		for range s.children {
			select {
			case <-s.died:
			case <-ctx.Done():
				for _, c := range s.children {
					_ = syscall.Kill(-c.Process.Pid, syscall.SIGKILL)
				}
				return
			}
		}
	})
}
