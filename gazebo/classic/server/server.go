package server

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// Programs of the folder.
const (
	gzserver = "/usr/bin/gzserver"
	xvfb     = "/usr/bin/Xvfb"
)

// displayTimeout is for the virtual display's start, which takes a tenth of a
// second on an idle machine.
const displayTimeout = 20 * time.Second

// Host is a virtual display and a folder for a run. It is not safe for concurrent
// use; several hosts on one machine do not disturb each other.
type Host struct {
	root    string // the folder that holds Gazebo
	folder  string // of this run, as seen inside root
	owner   string
	screen  *process
	display string // ":7"
	server  *process
	runs    int
}

// Open starts a display. What runs before left behind is ended first.
func Open(ctx context.Context, root string) (*Host, error) {
	if _, err := sweep(root); err != nil {
		return nil, fmt.Errorf("gazebo in %s: %w", root, err)
	}
	h := &Host{root: root, owner: identity(os.Getpid())}
	dir, err := os.MkdirTemp(filepath.Join(root, "tmp"), folderPrefix+h.owner+"-")
	if err != nil {
		return nil, fmt.Errorf("no folder for this run: %w", err)
	}
	h.folder = "/tmp/" + filepath.Base(dir)
	if err := h.openDisplay(ctx); err != nil {
		h.Close()
		return nil, fmt.Errorf("virtual display: %w", err)
	}
	return h, nil
}

// openDisplay has Xvfb find a free number itself and tell it through a pipe.
func (h *Host) openDisplay(ctx context.Context) error {
	theirs, ours, err := pipe()
	if err != nil {
		return err
	}
	defer ours.Close()
	h.screen, err = launch(h.root, xvfb,
		[]string{"-displayfd", "3", "-screen", "0", "64x64x24", "-nolisten", "tcp", "-noreset"}, h.environment(), theirs)
	theirs.Close()
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeoutCause(ctx, displayTimeout, fmt.Errorf("no answer within %v", displayTimeout))
	defer cancel()
	stop := context.AfterFunc(ctx, func() { ours.SetReadDeadline(time.Now()) })
	defer stop()
	line, err := bufio.NewReader(ours).ReadString('\n')
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if err != nil {
		<-h.screen.done
		return h.screen.ended()
	}
	h.display = ":" + strings.TrimSpace(line)
	return nil
}

func pipe() (theirs, ours *os.File, err error) {
	ours, theirs, err = os.Pipe()
	return theirs, ours, err
}

// environment is that of every child; nothing of our own is passed on.
func (h *Host) environment() []string {
	return []string{
		"PATH=/usr/bin:/bin", "HOME=" + h.folder, ownerVariable + "=" + h.owner,
		"LIBGL_ALWAYS_SOFTWARE=1", "ALSOFT_DRIVERS=null",
	}
}

// Server is one gzserver that runs.
type Server struct {
	Port      int    // of the native transport's master
	Partition string // of ignition transport
	process   *process
}

// Pid is the number of its process.
func (s *Server) Pid() int { return s.process.cmd.Process.Pid }

// Done is closed when the server has ended; Err then says how.
func (s *Server) Done() <-chan struct{} { return s.process.done }

// Err describes the server's end. Call it when Done is closed.
func (s *Server) Err() error { return s.process.ended() }

// Said is the end of what the server told people.
func (s *Server) Said() string { return s.process.said.String() }

// Start runs a world, paused, in lockstep with its sensors. A server that ran
// before is killed. It returns before the server answers.
func (h *Host) Start(world []byte, seed int64) (*Server, error) {
	h.Stop()
	select {
	case <-h.screen.done:
		return nil, fmt.Errorf("virtual display: %w", h.screen.ended())
	default:
	}
	h.runs++
	file := filepath.Join(h.folder, fmt.Sprintf("world-%d.sdf", h.runs))
	if err := os.WriteFile(filepath.Join(h.root, file), world, 0o644); err != nil {
		return nil, fmt.Errorf("world file: %w", err)
	}
	port, err := freePort()
	if err != nil {
		return nil, err
	}
	s := &Server{Port: port, Partition: fmt.Sprintf("hyt-%s-%d", h.owner, port)}
	s.process, err = launch(h.root, gzserver,
		[]string{"--verbose", "-u", "--lockstep", "--seed", strconv.FormatInt(seed&0x7fffffff, 10), file},
		append(h.environment(), h.gazeboEnvironment(s)...))
	if err != nil {
		return nil, err
	}
	h.server = s.process
	return s, nil
}

func (h *Host) gazeboEnvironment(s *Server) []string {
	const share = "/usr/share/gazebo-11"
	// Debian's folder of libraries has the machine's name in it.
	lib := "/usr/lib"
	if found, _ := filepath.Glob(filepath.Join(h.root, "usr/lib/*/gazebo-11")); len(found) > 0 {
		lib = strings.TrimPrefix(filepath.Dir(found[0]), h.root)
	}
	return []string{
		"DISPLAY=" + h.display,
		"GAZEBO_MASTER_URI=http://127.0.0.1:" + strconv.Itoa(s.Port),
		"GAZEBO_IP=127.0.0.1", "IGN_IP=127.0.0.1", "IGN_PARTITION=" + s.Partition,
		"GAZEBO_MODEL_DATABASE_URI=", "GAZEBO_RESOURCE_PATH=" + share, "GAZEBO_MODEL_PATH=" + share + "/models",
		"GAZEBO_PLUGIN_PATH=" + lib + "/gazebo-11/plugins", "OGRE_RESOURCE_PATH=" + lib + "/OGRE-1.9.0",
	}
}

// freePort returns a port that nobody listens on. Another program may take it
// before the server does: then the server ends at once, and says so.
func freePort() (int, error) {
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		return 0, fmt.Errorf("no free port for gazebo's master: %w", err)
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port, nil
}

// Stop kills the server, if one runs, and waits.
func (h *Host) Stop() {
	if h.server != nil {
		h.server.kill()
		h.server = nil
	}
}

// Close kills what the host started and removes its folder.
func (h *Host) Close() error {
	h.Stop()
	if h.screen != nil {
		h.screen.kill()
		h.screen = nil
	}
	if err := os.RemoveAll(filepath.Join(h.root, h.folder)); err != nil && !errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("folder of this run: %w", err)
	}
	return nil
}
