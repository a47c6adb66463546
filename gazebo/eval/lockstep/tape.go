package lockstep

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"hyt/gazebo/eval"
	"hyt/gazebo/task"
	"hyt/msgs"
	"hyt/msgs/bag"
	"hyt/msgs/bus"
	"hyt/msgs/hyt_msgs"
	"hyt/nodes/node"
	"hyt/nodes/recorder"
	"hyt/nodes/robotmsg"
)

// tape keeps the messages of one episode, to write them as a bag if it fails. Its times
// are simulated ones.
type tape struct {
	topics []taped

	mu       sync.Mutex
	dir      string // "": nothing is kept
	now      time.Time
	messages []message
}

// taped is one topic on tape.
type taped struct {
	name, typeName string
	qos            bus.QoS // that is asked for
}

type message struct {
	topic string
	at    time.Time
	data  []byte
}

const episodeTopic = "/episode"

// listen subscribes to all that a recorder of this robot would.
func (t *tape) listen(n *node.Node, c Config) error {
	lossy, reliable := bus.QoS{Depth: 1000, Reliability: bus.BestEffort}, bus.QoS{Depth: 1000}
	t.topics = []taped{
		{"/clock", "rosgraph_msgs/msg/Clock", reliable},
		{"/ee_pose", "geometry_msgs/msg/PoseStamped", lossy},
		{"/joint_states", "sensor_msgs/msg/JointState", reliable},
		{"/instruction", "std_msgs/msg/String", reliable},
		{"/follow", "std_msgs/msg/String", reliable},
		{"/thought", "hyt_msgs/msg/Thought", reliable},
		{"/action", "geometry_msgs/msg/TwistStamped", reliable},
		{"/gripper", "std_msgs/msg/Float64", reliable},
		{c.Policy + "/chunk", "hyt_msgs/msg/ActionChunk", reliable},
		{"/diagnostics", "diagnostic_msgs/msg/DiagnosticArray", reliable},
	}
	for _, camera := range c.Cameras {
		t.topics = append(t.topics, taped{"/" + camera, "sensor_msgs/msg/Image", lossy})
	}
	for _, topic := range t.topics {
		_, err := n.Bus().Subscribe(topic.name, topic.typeName, topic.qos, func(s bus.Sample) { t.add(topic.name, s.Data) })
		if err != nil {
			return err
		}
	}
	return nil
}

// start begins an episode and forgets the last.
func (t *tape) start(bags func(eval.Episode) string, e eval.Episode) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.dir, t.messages, t.now = "", nil, time.Time{}
	if bags != nil {
		t.dir = bags(e)
	}
}

// at says what time it is for what comes next.
func (t *tape) at(now time.Time) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.now = now
}

func (t *tape) add(topic string, data []byte) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.dir != "" && !t.now.IsZero() {
		t.messages = append(t.messages, message{topic, t.now, slices.Clone(data)})
	}
}

// write makes a bag of the episode, marked as a demonstration's is: its END says that it
// failed, so that nobody trains on it unawares.
func (t *tape) write(r eval.Result) (dir string, err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.dir == "" || len(t.messages) == 0 {
		return "", nil
	}
	if err := removeOld(t.dir); err != nil {
		return "", err
	}
	w, err := bag.Create(t.dir, bag.Options{Compression: bag.Zstd, FlushEvery: -1})
	if err != nil {
		return "", err
	}
	for _, topic := range t.topics {
		err = errors.Join(err, w.Topic(topic.name, topic.typeName, recorder.OfferedQoS(topic.qos)))
	}
	err = errors.Join(err,
		w.Topic(episodeTopic, "hyt_msgs/msg/Episode", recorder.OfferedQoS(bus.QoS{Depth: 1000})),
		mark(w, r, t.messages[0].at, hyt_msgs.Episode_START))
	for _, m := range t.messages {
		err = errors.Join(err, w.Write(m.topic, m.data, m.at, m.at))
	}
	err = errors.Join(err, mark(w, r, t.messages[len(t.messages)-1].at, hyt_msgs.Episode_END), w.Close())
	return filepath.Clean(t.dir), err
}

// removeOld removes a bag of the same episode of an earlier run, and nothing else.
func removeOld(dir string) error {
	if _, err := os.Stat(filepath.Join(dir, "metadata.yaml")); err != nil {
		return nil
	}
	return os.RemoveAll(dir)
}

// mark writes an episode's start or end.
func mark(w *bag.Writer, r eval.Result, at time.Time, phase uint8) error {
	data, err := msgs.TryMarshal(&hyt_msgs.Episode{
		Header: robotmsg.Header(at, ""), Id: filepath.Base(r.Name()), Task: r.Task, Split: string(r.Split), Seed: r.Seed,
		Phase: phase, Success: r.Verdict == task.Success,
	})
	if err != nil {
		return err
	}
	return w.Write(episodeTopic, data, at, at)
}
