package bag

import (
	"encoding/binary"
	"strings"
	"sync"
	"time"

	"hyt/msgs"
)

// headers remembers which types start with a std_msgs/Header.
type headers struct {
	mu    sync.Mutex
	known map[string]bool
}

// HeaderStamp returns the stamp of a message whose type starts with a
// std_msgs/Header, by its definition in the bag or in hyt. ok is false for other
// types, and for messages too short for a stamp.
func (r *Reader) HeaderStamp(m Message) (stamp time.Time, ok bool) {
	if !r.hasHeader(m.Type) {
		return time.Time{}, false
	}
	return leadingStamp(m.Data)
}

func (r *Reader) hasHeader(typeName string) bool {
	r.stamps.mu.Lock()
	defer r.stamps.mu.Unlock()
	has, ok := r.stamps.known[typeName]
	if !ok {
		if r.stamps.known == nil {
			r.stamps.known = map[string]bool{}
		}
		has = startsWithHeader(r.Schema(typeName))
		r.stamps.known[typeName] = has
	}
	return has
}

// Schema is the text that says how a type's messages lie in their bytes: the bag's,
// since that is what was recorded, or else ours. It is empty where neither knows
// the type.
func (r *Reader) Schema(typeName string) Definition {
	d, ok := r.Definition(typeName)
	if !ok {
		if text, err := msgs.Definition(typeName); err == nil {
			d = Definition{Encoding: ros2msg, Text: text}
		}
	}
	return d
}

const ros2msg = "ros2msg"

// startsWithHeader tells whether the first field of a definition is a header. In
// ros2idl it is not looked for: the text starts with the types inside.
func startsWithHeader(d Definition) bool {
	if d.Encoding != ros2msg {
		return false
	}
	for line := range strings.Lines(d.Text) {
		line, _, _ = strings.Cut(line, "#")
		fields := strings.Fields(line)
		if len(fields) == 0 || strings.Contains(line, "=") {
			continue // a comment or a constant
		}
		return len(fields) == 2 && (fields[0] == "std_msgs/Header" || fields[0] == "Header" || fields[0] == "std_msgs/msg/Header")
	}
	return false
}

// leadingStamp reads the builtin_interfaces/Time at the start of CDR of either
// byte order.
func leadingStamp(data []byte) (time.Time, bool) {
	if len(data) < 4+8 || data[0] != 0 || data[1] > 1 {
		return time.Time{}, false
	}
	order := binary.ByteOrder(binary.BigEndian)
	if data[1] == 1 {
		order = binary.LittleEndian
	}
	seconds, nanos := int32(order.Uint32(data[4:])), order.Uint32(data[8:])
	return time.Unix(int64(seconds), int64(nanos)), true
}
