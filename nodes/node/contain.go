package node

import (
	"fmt"
	"runtime"
	"strings"
)

// Contain runs f. A panic in it becomes an error that says where it was, so that a
// fault in what thinks or plans does not end the process whose control loop holds the
// robot.
func Contain(f func() error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v (%s): this is a fault of the program, please report it", p, culprit())
		}
	}()
	return f()
}

// culprit is where the panic that is being recovered from began.
func culprit() string {
	var callers [32]uintptr
	frames := runtime.CallersFrames(callers[:runtime.Callers(3, callers[:])]) // behind Callers, culprit and the deferred function
	for {
		frame, more := frames.Next()
		if !more || !strings.HasPrefix(frame.Function, "runtime.") {
			return fmt.Sprintf("%s, line %d", frame.Function, frame.Line)
		}
	}
}
