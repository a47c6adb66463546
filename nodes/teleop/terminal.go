package teleop

import (
	"os"

	"golang.org/x/term"
)

// Stdin is the terminal that the program was started in.
func Stdin() Terminal {
	t := Terminal{Keys: os.Stdin, Out: os.Stdout, Raw: NoTerminal, Quit: interrupt}
	fd := int(os.Stdin.Fd())
	if term.IsTerminal(fd) {
		t.Raw = func() (func() error, error) {
			before, err := term.MakeRaw(fd)
			return func() error { return term.Restore(fd, before) }, err
		}
	}
	return t
}

// interrupt does what ctrl-C does outside of a raw terminal.
func interrupt() {
	if p, err := os.FindProcess(os.Getpid()); err == nil {
		_ = p.Signal(os.Interrupt)
	}
}
