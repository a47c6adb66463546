//go:build ros2 && cgo

package rcl

// #include "shim.h"
import "C"

import (
	"fmt"
	"unsafe"

	"github.com/tiiuae/rclgo/pkg/rclgo/types"
)

// How CDR passes through services that are typed.
//
// rcl has no serialised requests and responses: it wants the C struct of the type.
// rclgo fills and reads that struct through a type support, which is an interface;
// here it is one whose Go message is CDR, and whose two conversions are the RMW's
// own rmw_deserialize and rmw_serialize. So any service works whose package is
// sourced, with no code generated for it and no second description of its fields,
// over any RMW. The price is one conversion more in each direction, which services
// can afford. Generated type supports would need the packages when hyt is built,
// and rclgo's generator does not run with today's Go.

// serviceType implements types.ServiceTypeSupport.
type serviceType struct {
	support           *C.rosidl_service_type_support_t
	request, response *cdrType
}

func (t *serviceType) Request() types.MessageTypeSupport  { return t.request }
func (t *serviceType) Response() types.MessageTypeSupport { return t.response }
func (t *serviceType) TypeSupport() unsafe.Pointer        { return unsafe.Pointer(t.support) }

// cdrType implements types.MessageTypeSupport for messages of type *cdrMessage.
// Publishers and subscriptions ask it for the type support only.
type cdrType struct {
	name string
	c    C.struct_hyt_message_type
}

func (t *cdrType) TypeSupport() unsafe.Pointer { return unsafe.Pointer(t.c.support) }
func (t *cdrType) New() types.Message          { return &cdrMessage{kind: t} }

// PrepareMemory makes a C struct with default values.
func (t *cdrType) PrepareMemory() unsafe.Pointer {
	message := C.hyt_create(&t.c)
	if message == nil {
		panic("rcl: out of memory for a " + t.name)
	}
	return message
}

func (t *cdrType) ReleaseMemory(message unsafe.Pointer) { C.hyt_destroy(&t.c, message) }

// notCDR is thrown by AsCStruct, which has no other way to keep rclgo from sending
// what could not be read; convert catches it.
type notCDR struct{ error }

// AsCStruct fills the C struct dst from CDR.
func (t *cdrType) AsCStruct(dst unsafe.Pointer, src types.Message) {
	data := src.(*cdrMessage).data
	var why reason
	if !C.hyt_deserialize(&t.c, unsafe.Pointer(&data[0]), C.size_t(len(data)), dst, why.c()) {
		panic(notCDR{fmt.Errorf("%d bytes are no %s: %s", len(data), t.name, &why)})
	}
}

// AsGoStruct fills CDR from the C struct src.
func (t *cdrType) AsGoStruct(dst types.Message, src unsafe.Pointer) {
	m := dst.(*cdrMessage)
	buffer := C.hyt_buffer()
	defer C.hyt_free_buffer(&buffer)
	var why reason
	if !C.hyt_serialize(&t.c, src, &buffer, why.c()) {
		m.err = fmt.Errorf("write a %s: %s", t.name, &why)
		return
	}
	m.data = C.GoBytes(unsafe.Pointer(buffer.buffer), C.int(buffer.buffer_length))
}

// convert runs a call of rclgo that converts CDR, and returns why that failed.
func convert(call func() error) (err error) {
	defer func() {
		if thrown := recover(); thrown != nil {
			failure, ok := thrown.(notCDR)
			if !ok {
				panic(thrown)
			}
			err = failure.error
		}
	}()
	return call()
}

// cdrMessage is a request or response. It implements types.Message.
type cdrMessage struct {
	kind *cdrType
	data []byte // CDR with encapsulation header, never empty
	err  error  // why there is no data
}

func (m *cdrMessage) CloneMsg() types.Message                  { clone := *m; return &clone }
func (m *cdrMessage) SetDefaults()                             {}
func (m *cdrMessage) GetTypeSupport() types.MessageTypeSupport { return m.kind }
