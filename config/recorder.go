package config

import "errors"

// Recorder configures the node that writes topics to rosbag2 directories.
type Recorder struct {
	Common

	Output      string   // directory of the bag
	Topics      []string // "name type", relative names allowed
	Compression string   // "none" or "zstd"
	ChunkSize   int64    // bytes, before compression
	FlushEvery  float64  // s
	RecordOnRun bool
}

// DefaultRecorder is what runs when nothing is set.
func DefaultRecorder() Recorder {
	var c Recorder
	setDefaults(&c)
	return c
}

func (*Recorder) Kind() string { return "recorder" }

func (c *Recorder) Params() []Param {
	return append(c.Common.params(1),
		text(&c.Output, "output", "bags/recording",
			"Directory of the bag. A number is appended where it exists already."),
		texts(&c.Topics, "topics", []string{
			"image sensor_msgs/msg/Image",
			"ee_pose geometry_msgs/msg/PoseStamped",
			"joint_states sensor_msgs/msg/JointState",
			"instruction std_msgs/msg/String latched",
			"action geometry_msgs/msg/TwistStamped",
			"gripper std_msgs/msg/Float64",
			"thought hyt_msgs/msg/Thought latched",
			"episode hyt_msgs/msg/Episode latched",
		}, "What to record, each a name (remappable), a type, and the word latched where what was said before the start counts too."),
		text(&c.Compression, "compression", "zstd",
			"Of the bag's chunks. zstd: smaller files for some processor time.", "none", "zstd"),
		integer(&c.ChunkSize, "chunk_size", 1<<20, "bytes", 1024, 1<<30,
			"A chunk is written when it is this large. Larger compresses better and delays what a crash keeps."),
		boolean(&c.RecordOnRun, "record_on_run", true,
			"Start recording at once. Off: wait for ~/start."),
		float(&c.FlushEvery, "flush_every", 0.5, "s", 0.05, 60,
			"What was received is on the disk at most this much later: what a killed recorder loses."),
	)
}

func (c *Recorder) Validate() error {
	if err := checkAll(c); err != nil {
		return err
	}
	if len(c.Topics) == 0 {
		return errors.New(`parameter "topics" is empty: there is nothing to record`)
	}
	return nil
}
