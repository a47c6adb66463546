// Package bag is messages at rest: it writes and reads rosbag2 directories with
// MCAP storage, the same that `ros2 bag record --storage mcap` makes.
//
// Key properties:
//   - What a bag holds is raw CDR. This package never decodes a message.
//   - A writer that is killed loses at most the messages of the last flush
//     period (Options.FlushEvery, half a second by default): chunks are ended,
//     written and synced by time as well as by size.
//   - A reader takes what is there. A file that was not closed, or that ends in
//     the middle of a record, is read as far as it goes, and Problems says in
//     sentences what was wrong.
//   - Messages stream in log-time order; only the chunks that overlap in time
//     are in memory.
//
// Facts come from rosbag2 (branch humble: rosbag2_storage metadata_io.cpp,
// rosbag2_storage_mcap mcap_storage.cpp) and the MCAP specification,
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
	Published time.Time // when the publisher sent it
}

// TopicInfo says what a bag holds on one topic.
type TopicInfo struct {
	Name  string  `json:"name"`
	Type  string  `json:"type"`
	Count uint64  `json:"count"`
	Hz    float64 `json:"hz"` // mean rate over the bag's duration; 0 where it has none
}

// Info is what `hyt bag info --json` prints. Keys are only ever added.
type Info struct {
	Storage  string      `json:"storage"` // "mcap"
	Messages uint64      `json:"messages"`
	Start    time.Time   `json:"start,omitzero"` // first log time; zero time for an empty bag
	Duration float64     `json:"duration_s"`
	Topics   []TopicInfo `json:"topics"` // by name
	Problems []string    `json:"problems"`
}

// storageID is rosbag2's name for the storage plugin that reads these bags.
const storageID = "mcap"
