package server

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestRootSaysWhatIsMissing(t *testing.T) {
	dir := t.TempDir()
	t.Setenv(RootVariable, dir)
	if _, err := Root(); !errors.Is(err, ErrNotSetUp) || !strings.Contains(err.Error(), "no usr/bin/gzserver") {
		t.Errorf("an empty folder: %v", err)
	}
	for _, file := range []string{gzserver, xvfb, "/hyt-packages.txt"} {
		path := filepath.Join(dir, file)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, nil, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	if root, err := Root(); err != nil || filepath.Base(root) != filepath.Base(dir) {
		t.Errorf("a filled folder: %q, %v", root, err)
	}
}

func TestIdentitiesTellProcessesApart(t *testing.T) {
	us := identity(os.Getpid())
	if !alive(us) {
		t.Errorf("we, %q, are not alive", us)
	}
	for _, dead := range []string{"", "x", us + "1", "1.1"} {
		if alive(dead) {
			t.Errorf("%q is alive", dead)
		}
	}
}

func TestSweepRemovesTheFoldersOfTheDead(t *testing.T) {
	root := t.TempDir()
	ours := filepath.Join(root, "tmp", folderPrefix+identity(os.Getpid())+"-1")
	theirs := filepath.Join(root, "tmp", folderPrefix+"1.1-2")
	other := filepath.Join(root, "tmp", "other")
	for _, dir := range []string{ours, theirs, other} {
		if err := os.MkdirAll(dir, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	if n, err := sweep(root); err != nil || n != 0 {
		t.Fatalf("sweep: %d processes ended, %v", n, err)
	}
	for dir, want := range map[string]bool{ours: true, theirs: false, other: true} {
		if _, err := os.Stat(dir); (err == nil) != want {
			t.Errorf("%s is there: %v, want %v", filepath.Base(dir), err == nil, want)
		}
	}
}

func TestTailKeepsTheLastLines(t *testing.T) {
	var said tail
	for _, part := range []string{"ALSA lib: no card\n", "one\n\x1b[1;31mtwo\x1b[0m\n", "thr", "ee\nfour\nfive\nsix\nseven\nei"} {
		if _, err := said.Write([]byte(part)); err != nil {
			t.Fatal(err)
		}
	}
	if got := said.String(); got != "two | three | four | five | six | seven | ei" {
		t.Errorf("tail %q", got)
	}
}

// hostInGazebo opens a host on the real folder, or skips with the reason.
func hostInGazebo(t *testing.T) *Host {
	t.Helper()
	if os.Getenv("HYT_GAZEBO_REQUIRED") == "" {
		t.Skip("needs real Gazebo: 'make gazebo-required' runs this")
	}
	root, err := Root()
	if err != nil {
		t.Fatal(err)
	}
	h, err := Open(t.Context(), root)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { h.Close() })
	return h
}

func TestGazeboSaysWhatIsWrongWithAWorld(t *testing.T) {
	h := hostInGazebo(t)
	s, err := h.Start([]byte("<sdf version='1.6'><world name='w'><model/>"), 1)
	if err != nil {
		t.Fatal(err)
	}
	for until := time.Now().Add(time.Minute); !strings.Contains(s.Said(), "XML"); time.Sleep(50 * time.Millisecond) {
		if time.Now().After(until) {
			t.Fatalf("of a broken world it says %q", s.Said())
		}
	}
}

func TestGazeboCloseLeavesNothing(t *testing.T) {
	h := hostInGazebo(t)
	s, err := h.Start([]byte("<sdf version='1.6'><world name='w'/></sdf>"), 1)
	if err != nil {
		t.Fatal(err)
	}
	pids := []int{s.Pid(), h.screen.cmd.Process.Pid}
	folder := filepath.Join(h.root, h.folder)
	if err := h.Close(); err != nil {
		t.Fatal(err)
	}
	for _, pid := range pids {
		if identity(pid) != "" {
			t.Errorf("process %d still runs", pid)
		}
	}
	if _, err := os.Stat(folder); err == nil {
		t.Errorf("%s is still there", folder)
	}
}

// A run that ends without Close, and whose children the kernel did not end either.
func TestGazeboLeftoversAreEndedByTheNextRun(t *testing.T) {
	h := hostInGazebo(t)
	env := []string{ownerVariable + "=1.1", "PATH=/usr/bin:/bin"}
	p, err := launch(h.root, "/bin/sleep", []string{"1000"}, env)
	if err != nil {
		t.Fatal(err)
	}
	defer p.kill()
	// Any run that starts now, such as that of another package's test, may be the next.
	if _, err := sweep(h.root); err != nil {
		t.Errorf("sweep: %v", err)
	}
	select {
	case <-p.done:
	case <-time.After(time.Minute):
		t.Error("what a dead run left still runs")
	}
	select {
	case <-h.screen.done:
		t.Error("our own display was ended, too")
	default:
	}
}
