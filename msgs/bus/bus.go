// Package bus is how messages move: a small driver interface that carries
// serialised CDR, and typed Publish and Subscribe on top of it.
//
// Drivers: bus/mem (in one process), bus/dds (Eclipse Cyclone DDS: a ROS 2
// participant without ROS 2 installed), bus/rcl (rclgo: the RMW of a sourced ROS 2).
// All of them pass bus/bustest.
package bus

import (
	"context"
	"errors"
	"time"
)

// Driver connects a process to one middleware. Its methods may be called from
// any goroutine. Close closes every node that is still open and waits for their
// handlers to return.
type Driver interface {
	// Name is the driver's short name: "mem", "dds", "rcl".
	Name() string
	// OpenNode makes a node known to the ROS graph. namespace starts with "/".
	OpenNode(name, namespace string) (Node, error)
	Close() error
}

// Node owns endpoints. Topic and service names are fully qualified ("/robot/image");
// type names are ROS names ("sensor_msgs/msg/Image", "std_srvs/srv/SetBool").
type Node interface {
	Name() string
	Namespace() string
	Advertise(topic, typeName string, qos QoS) (Writer, error)
	// Subscribe calls handler for each sample, in order, on a goroutine of the
	// subscription's own. A slow handler delays only itself; what its history
	// cannot hold is dropped, oldest first, as the QoS says. Close of the
	// returned Reader waits for a running handler, so a handler must not call it.
	Subscribe(topic, typeName string, qos QoS, handler func(Sample)) (Reader, error)
	// Serve answers requests one after another on a goroutine of its own.
	// Request (valid until the handler returns) and response are CDR with
	// encapsulation header. After an error the caller gets no answer: ROS 2 has no
	// message for it.
	Serve(service, typeName string, handler func(request []byte) (response []byte, err error)) (Server, error)
	Client(service, typeName string) (Client, error)
	Close() error
}

// Sample is one received message.
type Sample struct {
	// Data is CDR with encapsulation header: to be read only, and valid until the
	// handler returns. DDS rounds it up to a multiple of four with zeros.
	Data      []byte
	Published time.Time // writer's time stamp, wall clock; zero where the driver has none
	Writer    [16]byte  // globally unique id of the writer
}

// Writer publishes on one topic.
type Writer interface {
	// Write sends head followed by tail as one message; tail may be nil. Neither
	// is kept after the call.
	Write(head, tail []byte) error
	// Matched is how many readers are connected now.
	Matched() int
	Close() error
}

// Reader is one subscription.
type Reader interface {
	// Matched is how many writers are connected now.
	Matched() int
	Close() error
}

// Server is one service offered.
type Server interface{ Close() error }

// Client calls one service.
type Client interface {
	// WaitForService returns nil when a server is there, or ctx's error.
	WaitForService(ctx context.Context) error
	// Call waits for the service, sends a request and waits for its response,
	// which is the caller's. Calls may run at the same time.
	Call(ctx context.Context, request []byte) (response []byte, err error)
	Close() error
}

// Graph is implemented by nodes of drivers that know who else is there.
type Graph interface {
	// NodeNames lists fully qualified names ("/robot/policy"), sorted.
	NodeNames() []string
	// Topics maps fully qualified topic names to their ROS type names.
	Topics() map[string][]string
}

// Incompatible is implemented by writers and readers that can tell that a peer
// was refused because of QoS.
type Incompatible interface {
	// IncompatibleQoS is how often a peer was refused, and the policy that last did
	// it, in the words of Mismatch.
	IncompatibleQoS() (count int, policy string)
}

// Asserter is implemented by writers of drivers that know the liveliness
// ManualByTopic.
type Asserter interface {
	// AssertLiveliness tells the readers that the writer is alive though it has
	// nothing to write.
	AssertLiveliness() error
}

var (
	// ErrClosed is returned by every method after Close.
	ErrClosed = errors.New("closed")
	// ErrUnavailable is wrapped by a driver's constructor when the program was
	// built without it or its library is missing; the text says how to get it.
	ErrUnavailable = errors.New("middleware not available")
)
