//go:build ros2 && cgo

package rcl

/*
#include <stdlib.h>
#include "shim.h"
*/
import "C"

import (
	"fmt"
	"strings"
	"sync"
	"unsafe"

	"github.com/tiiuae/rclgo/pkg/rclgo"
	"github.com/tiiuae/rclgo/pkg/rclgo/types"
)

// What has been loaded stays for the life of the process, because an RMW keeps
// pointers into it: by ROS type name.
var (
	loadedMessages sync.Map // types.MessageTypeSupport
	loadedServices sync.Map // *serviceType
)

// messageType is the type support of "package/msg/Type", for CDR only.
func messageType(name string) (types.MessageTypeSupport, error) {
	if loaded, ok := loadedMessages.Load(name); ok {
		return loaded.(types.MessageTypeSupport), nil
	}
	parts := strings.Split(name, "/")
	support, err := rclgo.LoadDynamicMessageTypeSupport(parts[0], parts[2])
	if err != nil {
		return nil, notBuilt(name, err)
	}
	kept, _ := loadedMessages.LoadOrStore(name, support)
	return kept.(types.MessageTypeSupport), nil
}

// serviceTypeOf is the type support of "package/srv/Type".
func serviceTypeOf(name string) (*serviceType, error) {
	if loaded, ok := loadedServices.Load(name); ok {
		return loaded.(*serviceType), nil
	}
	parts := strings.Split(name, "/")
	pkg, kind := C.CString(parts[0]), C.CString(parts[2])
	defer C.free(unsafe.Pointer(pkg))
	defer C.free(unsafe.Pointer(kind))
	t := new(serviceType)
	var why reason
	if !C.hyt_load_service(pkg, kind, &t.c, why.c()) {
		return nil, notBuilt(name, &why)
	}
	t.request = cdrType{name: name + "_Request", c: t.c.request}
	t.response = cdrType{name: name + "_Response", c: t.c.response}
	kept, _ := loadedServices.LoadOrStore(name, t)
	return kept.(*serviceType), nil
}

func notBuilt(name string, why any) error {
	pkg, _, _ := strings.Cut(name, "/")
	return fmt.Errorf("rcl: type %s is not there: build package %s with colcon and source its workspace (%v)", name, pkg, why)
}
