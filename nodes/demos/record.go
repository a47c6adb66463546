package demos

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// recording is a recorder node in a process of its own.
type recording struct {
	cmd *exec.Cmd
	dir string
}

// record starts `hyt recorder` on the simulated clock.
func record(dir string, topics []string, log io.Writer) (*recording, error) {
	if _, err := os.Stat(dir); err == nil {
		return nil, fmt.Errorf("%s exists already: remove it or choose another --out", dir)
	}
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	cmd := exec.Command(self, "recorder", "--ros-args",
		"-p", "output:="+dir, "-p", "topics:="+list(topics), "-p", "use_sim_time:=true", "--log-level", "warn")
	cmd.Stdout, cmd.Stderr = log, log
	// The terminal's Ctrl-C is for the demonstrator, which then ends the recorder.
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("start the recorder: %w", err)
	}
	return &recording{cmd: cmd, dir: dir}, nil
}

// finish ends the recorder and checks that the bag holds want messages.
func (r *recording) finish(ctx context.Context, want int64) error {
	if err := r.cmd.Process.Signal(syscall.SIGINT); err != nil {
		return fmt.Errorf("stop the recorder: %w", err)
	}
	kill := context.AfterFunc(ctx, func() { _ = r.cmd.Process.Kill() })
	defer kill()
	if err := r.cmd.Wait(); err != nil {
		return fmt.Errorf("the recorder ended with %w", err)
	}
	return holds(r.dir, want)
}

// list is a parameter's value, as ROS arguments have it.
func list(words []string) string {
	quoted := make([]string, len(words))
	for i, w := range words {
		quoted[i] = strconv.Quote(w)
	}
	return "[" + strings.Join(quoted, ", ") + "]"
}

// drain gives a recorder time to take what is on its way.
const drain = 500 * time.Millisecond
