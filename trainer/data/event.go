package data

import (
	"errors"
	"fmt"
	"time"

	"hyt/msgs"
	"hyt/msgs/bag"
	"hyt/msgs/hyt_msgs"
	"hyt/msgs/sensor_msgs"
	"hyt/msgs/std_msgs"
	"hyt/policy/thought"
	"hyt/trainer/contract"
)

// event is what one message says about one of the contract's topics.
type event struct {
	source    *source
	stamped   bool
	stamp     int64 // ns; 0 where it is not stamped
	published int64 // ns, by the publisher's clock, which may differ from that of stamps
	laps      int   // how often its topic's stamps had begun anew, see lapTrack
	frame     *frame
	numbers   []float64
	text      string
	marker    *hyt_msgs.Episode
}

// frameError says that a message is in another frame than the contract's.
type frameError struct{ topic, frame, want string }

func (e *frameError) Error() string {
	return fmt.Sprintf("topic %s is in frame %q, not in %s: record it in %s or set the contract's frame", e.topic, e.frame, e.want, e.want)
}

// Why a thought is not learned from.
var (
	errModelThought = errors.New("it was written by a model")
	errNoThought    = errors.New("it is not in the thought grammar")
)

// decode turns a message into an event. ok is false for one that says nothing; an
// error is about this message alone, unless it is a *frameError. Images are only
// begun: see frame.
func (p *plan) decode(m bag.Message, s *source, d *decoders) (e event, ok bool, err error) {
	e = event{source: s, published: m.Published.UnixNano()}
	switch {
	case s.Role == contract.Image:
		ok, err = e.image(m, d)
	case s.Role == contract.Episode:
		e.marker = new(hyt_msgs.Episode)
		ok, err = true, msgs.Unmarshal(m.Data, e.marker)
		e.at(e.marker.Header)
	case s.isThought():
		var v hyt_msgs.Thought
		ok, err = true, msgs.Unmarshal(m.Data, &v)
		e.text = v.Text
		e.at(v.Header)
		if err == nil && !p.contract.Takes(sourceName(v.Source)) {
			err = errModelThought
		}
	default:
		ok, err = e.fields(m, p.contract.Frame)
	}
	if err == nil && ok && s.Role == contract.Thought {
		if _, wrong := thought.Parse(e.text); wrong != nil {
			err = errNoThought
		}
	}
	if err != nil || !ok {
		return e, false, err
	}
	if p.contract.Clock == contract.Receipt {
		e.stamped, e.stamp = true, m.LogTime.UnixNano()
	}
	return e, true, nil
}

// sourceName is what the contract calls a thought's source.
func sourceName(source uint8) string {
	switch source {
	case hyt_msgs.Thought_ORACLE:
		return "oracle"
	case hyt_msgs.Thought_HUMAN:
		return "human"
	}
	return "model"
}

func (e *event) at(h std_msgs.Header) { e.when(int64(h.Stamp.Sec), int64(h.Stamp.Nanosec)) }

// when takes a stamp. One whose nanoseconds make a second or more is none that a
// clock shows: -1 stands for it.
func (e *event) when(seconds, nanos int64) {
	e.stamped, e.stamp = true, seconds*int64(time.Second)+nanos
	if nanos >= int64(time.Second) {
		e.stamp = -1
	}
}

// image reads an image's header, and begins to decode its pixels.
func (e *event) image(m bag.Message, d *decoders) (ok bool, err error) {
	if e.source.typeName == compressedType {
		v := new(sensor_msgs.CompressedImage)
		if err := msgs.Unmarshal(m.Data, v); err != nil {
			return false, err
		}
		e.at(v.Header)
		e.frame = d.begin(e.source, nil, v)
		return true, nil
	}
	v := new(sensor_msgs.Image)
	if err := msgs.Unmarshal(m.Data, v); err != nil {
		return false, err
	}
	e.at(v.Header)
	e.frame = d.begin(e.source, v, nil)
	return true, nil
}

// fields reads what the contract picks from a message by paths.
func (e *event) fields(m bag.Message, frame string) (ok bool, err error) {
	s := e.source
	if s.stamp[0] != nil {
		seconds, _, err := s.stamp[0].Number(m.Data)
		if err != nil {
			return false, err
		}
		nanos, _, err := s.stamp[1].Number(m.Data)
		if err != nil {
			return false, err
		}
		e.when(int64(seconds), int64(nanos))
	}
	if s.text != nil {
		e.text, ok, err = s.text.Text(m.Data)
		return ok, err
	}
	e.numbers = make([]float64, len(s.numbers))
	for i := range s.numbers {
		if e.numbers[i], ok, err = s.numbers[i].read(m.Data); err != nil || !ok {
			return false, err
		}
	}
	return true, s.checkFrame(m, frame)
}

// checkFrame refuses numbers of another frame than the contract's. Joint states have
// none: what stands in their header names no frame of coordinates.
func (s *source) checkFrame(m bag.Message, want string) error {
	if s.frame == nil || want == "" || s.typeName == "sensor_msgs/msg/JointState" {
		return nil
	}
	frame, ok, err := s.frame.Text(m.Data)
	if err != nil || !ok || frame == "" || frame == want {
		return err
	}
	return &frameError{s.recorded, frame, want}
}
