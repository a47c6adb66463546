package server

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
)

// ownerVariable is in the environment of all that we start: which process it
// belongs to.
const ownerVariable = "HYT_GAZEBO_OWNER"

// folderPrefix begins the name of a run's folder in the root's /tmp; the owner
// follows.
const folderPrefix = "hyt-"

// identity names a process for ever: numbers are used again, but not together
// with the time of the start. Empty when there is no such process.
func identity(pid int) string {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return ""
	}
	// proc(5): the name, in brackets, may hold anything; the start is field 22, the
	// twentieth after it.
	fields := strings.Fields(string(stat[bytes.LastIndexByte(stat, ')')+1:]))
	if len(fields) < 20 || fields[0] == "Z" {
		return ""
	}
	return fmt.Sprintf("%d.%s", pid, fields[19])
}

// alive tells whether the process of that identity still runs.
func alive(owner string) bool {
	number, _, _ := strings.Cut(owner, ".")
	pid, err := strconv.Atoi(number)
	return err == nil && identity(pid) == owner
}

// sweep ends the processes that runs left behind which are dead themselves, and
// removes their folders. Those of living ones are let be. It returns how many
// processes it ended.
func sweep(root string) (int, error) {
	entries, err := os.ReadDir("/proc")
	if err != nil {
		return 0, err
	}
	ended := 0
	var errs []error
	for _, e := range entries {
		pid, err := strconv.Atoi(e.Name())
		if err != nil {
			continue
		}
		if of := owner(root, pid); of == "" || alive(of) {
			continue
		}
		if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
			errs = append(errs, fmt.Errorf("process %d, left by a run before: %w", pid, err))
			continue
		}
		ended++
	}
	folders, err := filepath.Glob(filepath.Join(root, "tmp", folderPrefix+"*"))
	errs = append(errs, err)
	for _, f := range folders {
		of, _, _ := strings.Cut(strings.TrimPrefix(filepath.Base(f), folderPrefix), "-")
		if !alive(of) {
			errs = append(errs, os.RemoveAll(f))
		}
	}
	return ended, errors.Join(errs...)
}

// owner returns to whom a process in our folder belongs, empty for all others.
func owner(root string, pid int) string {
	if at, err := os.Readlink(fmt.Sprintf("/proc/%d/root", pid)); err != nil || at != root {
		return ""
	}
	environ, err := os.ReadFile(fmt.Sprintf("/proc/%d/environ", pid))
	if err != nil {
		return ""
	}
	for entry := range bytes.SplitSeq(environ, []byte{0}) {
		if of, ok := bytes.CutPrefix(entry, []byte(ownerVariable+"=")); ok {
			return string(of)
		}
	}
	return ""
}
