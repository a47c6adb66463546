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
)

// What has been loaded stays for the life of the process, because an RMW keeps
// pointers into it: by ROS type name.
var (
	loadedMessages sync.Map // *cdrType
	loadedServices sync.Map // *serviceType
)

// messageType is the type support of "package/msg/Type" or of a part of an action
// or service. rclgo's own loader knows no actions, and takes a type that its library
// lacks for loaded.
func messageType(name string) (*cdrType, error) {
	if loaded, ok := loadedMessages.Load(name); ok {
		return loaded.(*cdrType), nil
	}
	pkg, kind, short := cNames(name)
	defer freeAll(pkg, kind, short)
	t := &cdrType{name: name}
	var why reason
	if !C.hyt_load_message(pkg, kind, short, &t.c, why.c()) {
		return nil, notBuilt(name, &why)
	}
	kept, _ := loadedMessages.LoadOrStore(name, t)
	return kept.(*cdrType), nil
}

// serviceTypeOf is the type support of "package/srv/Type" or of a part of an action.
func serviceTypeOf(name string) (*serviceType, error) {
	if loaded, ok := loadedServices.Load(name); ok {
		return loaded.(*serviceType), nil
	}
	pkg, kind, short := cNames(name)
	defer freeAll(pkg, kind, short)
	t := new(serviceType)
	var why reason
	if t.support = C.hyt_load_service(pkg, kind, short, why.c()); t.support == nil {
		return nil, notBuilt(name, &why)
	}
	var err error
	if t.request, err = messageType(name + "_Request"); err != nil {
		return nil, err
	}
	if t.response, err = messageType(name + "_Response"); err != nil {
		return nil, err
	}
	kept, _ := loadedServices.LoadOrStore(name, t)
	return kept.(*serviceType), nil
}

func notBuilt(name string, why *reason) error {
	pkg, _, _ := strings.Cut(name, "/")
	return fmt.Errorf("rcl: type %s is not there: build package %s with colcon and source its workspace (%s)", name, pkg, why)
}

// cNames cuts "package/msg/Type"; the caller frees its parts.
func cNames(name string) (pkg, kind, short *C.char) {
	parts := strings.Split(name, "/")
	return C.CString(parts[0]), C.CString(parts[1]), C.CString(parts[2])
}

func freeAll(texts ...*C.char) {
	for _, text := range texts {
		C.free(unsafe.Pointer(text))
	}
}
