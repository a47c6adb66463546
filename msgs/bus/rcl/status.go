//go:build ros2 && cgo

package rcl

// #include "shim.h"
import "C"

import (
	"fmt"
	"reflect"
	"strings"
	"unsafe"
)

// rclError makes one sentence of an error of rclgo, whose text goes on with a
// stack trace. nil stays nil.
func rclError(doing string, err error) error {
	if err == nil {
		return nil
	}
	C.hyt_forget_error()
	text, _, _ := strings.Cut(err.Error(), "\n")
	if _, after, ok := strings.Cut(text, "] "); ok && strings.HasPrefix(text, "[") {
		text = after // "[*rclgo.Error] "
	}
	return fmt.Errorf("rcl: %s: %s", doing, strings.TrimSpace(text))
}

// reason is where a call of the shim says why it failed.
type reason [C.HYT_REASON]C.char

func (r *reason) c() *C.char { return &r[0] }

func (r *reason) String() string { return C.GoString(&r[0]) }

// entity is the rcl entity that one of rclgo's holds, for what rclgo has no call
// for. It stays rclgo's, and valid until that is closed. The field is not
// exported; go.mod pins the version of rclgo that has it.
func entity(of any, field string) unsafe.Pointer {
	return reflect.ValueOf(of).Elem().FieldByName(field).UnsafePointer()
}
