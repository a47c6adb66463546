package control

import (
	"runtime"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// onThread runs test on a thread of its own, which ends with it: rights and
// priorities of the others stay.
func onThread(test func()) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		runtime.LockOSThread() // and never unlocked
		test()
	}()
	<-done
}

// dropRights takes all capabilities from the calling thread.
func dropRights(t *testing.T) {
	header := unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}
	var none [2]unix.CapUserData
	if err := unix.Capset(&header, &none[0]); err != nil {
		t.Error(err)
	}
}

func policyOf(t *testing.T) *unix.SchedAttr {
	attr, err := unix.SchedGetAttr(0, 0)
	if err != nil {
		t.Error(err)
		return &unix.SchedAttr{}
	}
	return attr
}

func TestSCHED_FIFOIsGrantedOrTheErrorSaysWhatToDo(t *testing.T) {
	onThread(func() {
		before := policyOf(t)
		granted, restore, denied := Realtime{Priority: 5}.ask()
		t.Logf("granted %q, denied %v", granted, denied)
		switch got := policyOf(t); {
		case denied == nil && (granted != "SCHED_FIFO 5" || got.Policy != unix.SCHED_FIFO || got.Priority != 5):
			t.Errorf("said %q, has policy %d priority %d", granted, got.Policy, got.Priority)
		case denied != nil && (got.Policy == unix.SCHED_FIFO || !strings.Contains(denied.Error(), "CAP_SYS_NICE")):
			t.Errorf("policy %d, %v", got.Policy, denied)
		}
		restore()
		if after := policyOf(t); after.Policy != before.Policy || after.Nice != before.Nice || after.Priority != 0 {
			t.Errorf("restored to %+v, was %+v", after, before)
		}
	})
}

func TestWithoutRightsTheLoopSaysWhatIsMissing(t *testing.T) {
	var rtprio, memlock unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_RTPRIO, &rtprio); err != nil {
		t.Fatal(err)
	}
	if err := unix.Getrlimit(unix.RLIMIT_MEMLOCK, &memlock); err != nil {
		t.Fatal(err)
	}
	onThread(func() {
		dropRights(t)
		granted, restore, denied := Realtime{Priority: 99, LockMemory: memlock.Cur != unix.RLIM_INFINITY}.ask()
		defer restore()
		if rtprio.Cur >= 99 { // it is the user's right then
			if granted != "SCHED_FIFO 99" {
				t.Errorf("granted %q, denied %v", granted, denied)
			}
			return
		}
		if granted != "ordinary" && granted != "nice -15" {
			t.Errorf("granted %q", granted)
		}
		want := []string{"SCHED_FIFO at priority 99 is refused", "setcap cap_sys_nice+ep", "rtprio of 99 or more"}
		if memlock.Cur != unix.RLIM_INFINITY {
			want = append(want, "memory is not locked", "setcap cap_ipc_lock+ep")
		}
		for _, part := range want {
			if denied == nil || !strings.Contains(denied.Error(), part) {
				t.Errorf("%q is not in: %v", part, denied)
			}
		}
	})
}

func TestPrioritiesThatDoNotExistAreRefused(t *testing.T) {
	onThread(func() {
		granted, restore, denied := Realtime{Priority: 100}.ask()
		defer restore()
		if denied == nil || !strings.Contains(denied.Error(), "priority 100 is refused") || strings.Contains(granted, "FIFO") {
			t.Errorf("granted %q, denied %v", granted, denied)
		}
	})
}

func TestMemoryIsLockedOrTheErrorSaysWhatToDo(t *testing.T) {
	onThread(func() {
		granted, restore, denied := Realtime{LockMemory: true}.ask()
		defer restore()
		if locked := strings.HasSuffix(granted, "memory locked"); locked != (denied == nil) {
			t.Errorf("granted %q, denied %v", granted, denied)
		}
		if denied != nil && !strings.Contains(denied.Error(), "CAP_IPC_LOCK") {
			t.Error(denied)
		}
		if err := unix.Munlockall(); err != nil {
			t.Error(err)
		}
	})
}
