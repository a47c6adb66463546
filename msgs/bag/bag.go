// Package bag is messages at rest: it reads rosbag2 directories with MCAP or
// sqlite3 storage, compressed in any of rosbag2's ways or not, and writes such
// with MCAP storage, the same that `ros2 bag record --storage mcap` makes.
//
// Key properties:
//   - What a bag holds is raw CDR. This package never decodes a message; of one
//     with a header it can tell the stamp (Reader.HeaderStamp).
//   - A writer that is killed loses at most the messages of the last flush
//     period (Options.FlushEvery, half a second by default): chunks are ended,
//     written and synced by time as well as by size.
//   - A reader takes what is there. A file that was not closed, that ends in the
//     middle of a record or is damaged inside is read as far as it goes, and
//     Damages says in sentences what was wrong. What a checksum disproves is
//     never handed out.
//   - Messages stream in log-time order; only the chunks that overlap in time
//     are in memory, up to a budget beyond which they are read again.
//   - Storage and compression are told by first bytes, not by names. A file that
//     is compressed as a whole is unpacked into the folder for temporary files
//     (TMPDIR) until Close.
//
// Facts come from rosbag2 (branch humble: rosbag2_storage metadata_io.cpp,
// rosbag2_storage_mcap mcap_storage.cpp, rosbag2_storage_default_plugins
// sqlite_storage.cpp, rosbag2_compression) and the MCAP specification,
// https://mcap.dev/spec.
package bag

import "time"

// Message is one recorded message.
type Message struct {
	Topic string
	Type  string // ROS name, "sensor_msgs/msg/Image"; "" where the bag does not say
	// Data is CDR with its encapsulation header. It may be kept, but not
	// modified: it shares the memory of its chunk (about 1 MiB) with its
	// neighbours, so copy what is to live long.
	Data      []byte
	LogTime   time.Time // when the recorder received it
	Published time.Time // when the publisher sent it; sqlite3 bags do not know: LogTime
}

// TopicInfo says what a bag holds on one topic.
type TopicInfo struct {
	Name  string  `json:"name"`
	Type  string  `json:"type"`
	Count uint64  `json:"count"`
	Hz    float64 `json:"hz"` // mean rate over the bag's duration; 0 where it has none
	// OfferedQoS is that of the publishers, in rosbag2's YAML form; "" where the
	// bag does not say.
	OfferedQoS string `json:"offered_qos,omitempty"`
}

// Info is what `hyt bag info --json` prints. Keys are only ever added.
type Info struct {
	Storage     string      `json:"storage"`     // "mcap", "sqlite3"
	Compression string      `json:"compression"` // "none", "zstd by chunk", "lz4 by chunk", "zstd by file", "zstd by message"
	Files       int         `json:"files"`       // that could be opened
	Bytes       int64       `json:"bytes"`       // of these files
	Messages    uint64      `json:"messages"`
	Start       time.Time   `json:"start,omitzero"` // first log time; zero time for an empty bag
	Duration    float64     `json:"duration_s"`
	Topics      []TopicInfo `json:"topics"` // by name
	Problems    []string    `json:"problems"`
}

// Definition is the text of a message type and of the types in it, as a bag or a
// library holds it.
type Definition struct {
	Encoding string // "ros2msg" or "ros2idl"
	Text     string
}

// Names of rosbag2's storage plugins.
const (
	storageMCAP   = "mcap"
	storageSQLite = "sqlite3"
)
