// Package server runs Gazebo 11 in the folder that `make gazebo` filled with
// Debian's packages: a virtual display and, one at a time, a gzserver. Nothing
// that it starts listens beyond the loopback interface, and nothing outlives this
// process: each child is killed at Close, or by the kernel when we die, or, should
// both have failed, by the next run.
package server

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// RootVariable names the folder that holds Gazebo, where it is not the default.
const RootVariable = "HYT_GAZEBO_ROOT"

// ErrNotSetUp is the cause of errors that say that Gazebo is not on this machine.
var ErrNotSetUp = errors.New("run 'make gazebo' to set it up")

// Root returns the folder that holds Gazebo: $HYT_GAZEBO_ROOT, or hyt/gazebo in the
// user's cache folder. The error says why it cannot be used.
func Root() (string, error) {
	root := os.Getenv(RootVariable)
	if root == "" {
		cache, err := os.UserCacheDir()
		if err != nil {
			return "", fmt.Errorf("gazebo's folder: %w: set %s", err, RootVariable)
		}
		root = filepath.Join(cache, "hyt", "gazebo")
	}
	root, err := filepath.Abs(root)
	if err != nil {
		return "", fmt.Errorf("gazebo's folder: %w", err)
	}
	// The set-up writes the list last.
	for _, file := range []string{gzserver, xvfb, "/hyt-packages.txt"} {
		if _, err := os.Stat(filepath.Join(root, file)); err != nil {
			return "", fmt.Errorf("gazebo is not in %s (no %s there): %w", root, file[1:], ErrNotSetUp)
		}
	}
	// Processes are recognised by their root, which the kernel gives without links.
	return filepath.EvalSymlinks(root)
}
