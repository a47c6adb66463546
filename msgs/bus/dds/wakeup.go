//go:build cgo && !nodds

package dds

import (
	"fmt"
	"os"
	"sync"
	"time"

	"golang.org/x/sys/unix"
)

// wakeup is an eventfd: Cyclone's threads write it, one goroutine waits for it in
// Go's network poller, which costs no thread.
type wakeup struct {
	file *os.File
	fd   int // file's descriptor; File.Fd could make it blocking
	read [8]byte
}

func newWakeup() (*wakeup, error) {
	fd, err := unix.Eventfd(0, unix.EFD_NONBLOCK|unix.EFD_CLOEXEC)
	if err != nil {
		return nil, fmt.Errorf("dds: eventfd: %w", err)
	}
	return &wakeup{file: os.NewFile(uintptr(fd), "dds-eventfd"), fd: fd}, nil
}

// wait returns true when somebody wrote, false after stop. One goroutine waits.
func (w *wakeup) wait() bool {
	_, err := w.file.Read(w.read[:])
	return err == nil
}

// stop makes wait return false, now and later.
func (w *wakeup) stop() { w.file.SetReadDeadline(time.Unix(1, 0)) }

// close comes after stop, when nobody waits and no listener can write any more.
func (w *wakeup) close() { w.file.Close() }

// broadcast tells any number of goroutines that something has changed.
type broadcast struct {
	mu      sync.Mutex
	changed chan struct{} // closed by send; nil while nobody waits
}

// next is closed by the next send. Take it, look, and only then wait for it.
func (b *broadcast) next() <-chan struct{} {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.changed == nil {
		b.changed = make(chan struct{})
	}
	return b.changed
}

func (b *broadcast) send() {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.changed != nil {
		close(b.changed)
		b.changed = nil
	}
}
