//go:build !linux

package launchrun

import "syscall"

// childAttributes: a group of its own, so that Ctrl-C on the terminal reaches the
// launcher only.
func childAttributes() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setpgid: true} }
