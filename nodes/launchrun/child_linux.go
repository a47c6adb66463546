package launchrun

import "syscall"

// childAttributes: a group of its own, so that Ctrl-C on the terminal reaches the
// launcher only, and an end with the launcher however that dies.
func childAttributes() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGTERM}
}
