package control

import (
	"errors"
	"fmt"

	"golang.org/x/sys/unix"
)

// niceness is that of the loop's thread without SCHED_FIFO.
const niceness = -15

// ask gets for the calling thread, which must be locked to its goroutine, what it
// may have. denied says what it may not, and what would give it; restore makes the
// thread an ordinary one again, before others run on it.
func (r Realtime) ask() (granted string, restore func(), denied error) {
	before, err := unix.Getpriority(unix.PRIO_PROCESS, 0) // the system call gives 20 - niceness
	if err != nil {
		before = 20
	}
	restore = func() {
		_ = schedule(unix.SCHED_NORMAL, 0, 20-before)
		_ = unix.Prctl(unix.PR_SET_TIMERSLACK, 0, 0, 0, 0) // 0: the default, 50 µs
	}
	_ = unix.Prctl(unix.PR_SET_TIMERSLACK, 1, 0, 0, 0) // ns: wake when asked to, not near it

	fifo := r.fifo()
	switch {
	case r.Priority != 0 && fifo == nil:
		granted = fmt.Sprintf("SCHED_FIFO %d", r.Priority)
	case schedule(unix.SCHED_NORMAL, 0, niceness) == nil:
		granted = fmt.Sprintf("nice %d", niceness)
	default: // it takes CAP_SYS_NICE too, and nobody asked for it: nothing is denied
		granted = "ordinary"
	}
	lock := r.lockMemory()
	if r.LockMemory && lock == nil {
		granted += ", memory locked"
	}
	return granted, restore, errors.Join(fifo, lock)
}

func (r Realtime) fifo() error {
	if r.Priority == 0 {
		return nil
	}
	err := schedule(unix.SCHED_FIFO, r.Priority, 0)
	if errors.Is(err, unix.EPERM) {
		return fmt.Errorf("SCHED_FIFO at priority %d is refused (%w): give the program CAP_SYS_NICE (setcap cap_sys_nice+ep), "+
			"or its user an rtprio of %d or more in /etc/security/limits.conf; it runs on without", r.Priority, err, r.Priority)
	}
	if err != nil {
		return fmt.Errorf("SCHED_FIFO at priority %d is refused (%w): choose 1 to 99; it runs on without", r.Priority, err)
	}
	return nil
}

// schedule sets the calling thread's policy. Threads that it starts do not inherit it.
func schedule(policy uint32, priority, nice int) error {
	return unix.SchedSetAttr(0, &unix.SchedAttr{
		Size: unix.SizeofSchedAttr, Policy: policy, Flags: unix.SCHED_FLAG_RESET_ON_FORK,
		Priority: uint32(priority), Nice: int32(nice),
	}, 0)
}

// lockMemory locks pages when they are first used: Go reserves far more than it
// uses. It asks for no more than can be kept up, since past a limit every further
// allocation of the process would fail.
func (r Realtime) lockMemory() error {
	if !r.LockMemory {
		return nil
	}
	const todo = "give the program CAP_IPC_LOCK (setcap cap_ipc_lock+ep), or its user memlock unlimited in /etc/security/limits.conf; it runs on without"
	var limit unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_MEMLOCK, &limit); err != nil {
		return fmt.Errorf("memory is not locked: its limit cannot be read: %w", err)
	}
	if limit.Cur != unix.RLIM_INFINITY && !capable(unix.CAP_IPC_LOCK) {
		return fmt.Errorf("memory is not locked: the limit is %d KiB: %s", limit.Cur/1024, todo)
	}
	if err := unix.Mlockall(unix.MCL_CURRENT | unix.MCL_FUTURE | unix.MCL_ONFAULT); err != nil {
		return fmt.Errorf("memory is not locked (%w): %s", err, todo)
	}
	return nil
}

// capable says whether the calling thread has a capability below 32.
func capable(capability int) bool {
	header := unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}
	var sets [2]unix.CapUserData
	return unix.Capget(&header, &sets[0]) == nil && sets[0].Effective&(1<<capability) != 0
}
