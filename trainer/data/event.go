package data

import (
	"fmt"
	"math"
	"slices"

	"hyt/msgs"
	"hyt/msgs/bag"
	"hyt/msgs/geometry_msgs"
	"hyt/msgs/hyt_msgs"
	"hyt/msgs/imagemsg"
	"hyt/msgs/sensor_msgs"
	"hyt/msgs/std_msgs"
)

// kind is what an event tells of.
type kind uint8

const (
	anImage kind = iota
	aPose
	anOpening
	aThought
	anAction
	aGripper      // no stamp
	anInstruction // no stamp
	aMarker
	kinds // how many there are
)

// event is one message, decoded.
type event struct {
	kind      kind
	stamp     int64      // header stamp, ns; 0 where the type has none
	published int64      // ns, by the publisher's clock, which may differ from that of stamps
	image     []byte     // anImage: the sample's pixels
	numbers   [4]float64 // aPose: x y z yaw; anAction: their rates; anOpening, aGripper: the first
	text      string     // aThought, anInstruction
	marker    *hyt_msgs.Episode
}

func (k kind) stamped() bool { return k != aGripper && k != anInstruction }

// frameError says that a message is in another frame than the config's.
type frameError struct{ topic, frame, want string }

func (e *frameError) Error() string {
	return fmt.Sprintf("topic %s is in frame %q, not in %s: record it in %s or set the base frame", e.topic, e.frame, e.want, e.want)
}

// decode turns a message into an event. ok is false for one that says nothing;
// an error is about this message alone, unless it is a *frameError.
func (c *Config) decode(m bag.Message) (e event, ok bool, err error) {
	e.published = m.Published.UnixNano()
	switch m.Topic {
	case c.Topics.Image:
		return c.decodeImage(m, e)
	case c.Topics.Pose:
		return c.decodePose(m, e)
	case c.Topics.Joints:
		return c.decodeJoints(m, e)
	case c.Topics.Action:
		return c.decodeAction(m, e)
	case c.Topics.Gripper:
		var v std_msgs.Float64
		err = msgs.Unmarshal(m.Data, &v)
		e.kind, e.numbers[0] = aGripper, min(1, max(0, v.Data))
		return e, true, firstOf(err, finite("gripper", v.Data))
	case c.Topics.Instruction:
		var v std_msgs.String
		err = msgs.Unmarshal(m.Data, &v)
		e.kind, e.text = anInstruction, v.Data
		return e, true, err
	case c.Topics.Thought:
		return c.decodeThought(m, e)
	case c.Topics.Episode:
		e.kind, e.marker = aMarker, new(hyt_msgs.Episode)
		err = msgs.Unmarshal(m.Data, e.marker)
		e.stamp = stamp(e.marker.Header)
		return e, true, err
	}
	return e, false, nil
}

func (c *Config) decodeImage(m bag.Message, e event) (event, bool, error) {
	var v sensor_msgs.Image
	if err := msgs.Unmarshal(m.Data, &v); err != nil {
		return e, false, err
	}
	e.kind, e.stamp = anImage, stamp(v.Header)
	e.image = make([]byte, c.Width*c.Height*3)
	return e, true, imagemsg.Decode(&v, c.Width, c.Height, c.Crop, e.image)
}

func (c *Config) decodePose(m bag.Message, e event) (event, bool, error) {
	var v geometry_msgs.PoseStamped
	if err := msgs.Unmarshal(m.Data, &v); err != nil {
		return e, false, err
	}
	p, q := v.Pose.Position, v.Pose.Orientation
	yaw := math.Atan2(2*(q.W*q.Z+q.X*q.Y), 1-2*(q.Y*q.Y+q.Z*q.Z))
	e.kind, e.stamp, e.numbers = aPose, stamp(v.Header), [4]float64{p.X, p.Y, p.Z, yaw}
	return e, true, firstOf(c.checkFrame(m.Topic, v.Header), finite("pose", e.numbers[:]...))
}

func (c *Config) decodeAction(m bag.Message, e event) (event, bool, error) {
	var v geometry_msgs.TwistStamped
	if err := msgs.Unmarshal(m.Data, &v); err != nil {
		return e, false, err
	}
	l := v.Twist.Linear
	e.kind, e.stamp, e.numbers = anAction, stamp(v.Header), [4]float64{l.X, l.Y, l.Z, v.Twist.Angular.Z}
	return e, true, firstOf(c.checkFrame(m.Topic, v.Header), finite("action", e.numbers[:]...))
}

// decodeJoints takes the mean opening of the fingers. Messages without all of
// them are somebody else's joints.
func (c *Config) decodeJoints(m bag.Message, e event) (event, bool, error) {
	var v sensor_msgs.JointState
	if err := msgs.Unmarshal(m.Data, &v); err != nil {
		return e, false, err
	}
	sum := 0.0
	for _, finger := range c.GripperJoints {
		i := slices.Index(v.Name, finger)
		if i < 0 || i >= len(v.Position) {
			return e, false, nil
		}
		sum += v.Position[i]
	}
	opening := sum / float64(len(c.GripperJoints)) / c.GripperTravel
	e.kind, e.stamp, e.numbers[0] = anOpening, stamp(v.Header), min(1, max(0, opening))
	return e, true, finite("joint state", opening)
}

// errModelThought is why a thought is not learned from.
var errModelThought = fmt.Errorf("it was written by a model")

func (c *Config) decodeThought(m bag.Message, e event) (event, bool, error) {
	var v hyt_msgs.Thought
	if err := msgs.Unmarshal(m.Data, &v); err != nil {
		return e, false, err
	}
	e.kind, e.stamp, e.text = aThought, stamp(v.Header), v.Text
	fromPerson := v.Source == hyt_msgs.Thought_ORACLE || v.Source == hyt_msgs.Thought_HUMAN
	if !fromPerson && !c.AllowModelThoughts {
		return e, false, errModelThought
	}
	return e, true, nil
}

func (c *Config) checkFrame(topic string, h std_msgs.Header) error {
	if h.FrameId == "" || h.FrameId == c.BaseFrame {
		return nil
	}
	return &frameError{topic, h.FrameId, c.BaseFrame}
}

func finite(what string, values ...float64) error {
	for _, v := range values {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return fmt.Errorf("%s holds a value that is not a finite number", what)
		}
	}
	return nil
}

func firstOf(first, second error) error {
	if first != nil {
		return first
	}
	return second
}

func stamp(h std_msgs.Header) int64 { return h.Stamp.AsTime().UnixNano() }
