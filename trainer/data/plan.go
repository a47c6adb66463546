package data

import (
	"errors"
	"fmt"
	"math"
	"path/filepath"
	"strings"

	"hyt/msgs/bag"
	"hyt/msgs/bag/field"
	"hyt/trainer/contract"
)

// plan is a contract applied to one bag: which of its topics are read, and how.
type plan struct {
	contract *contract.Contract
	sources  []*source
	byTopic  map[string][]*source
	infos    map[string]bool // topics of camera_info
	marked   bool            // episodes are cut at markers
}

// source is one of the contract's topics in a bag.
type source struct {
	*contract.Topic
	index    int // of contract.Topics
	recorded string
	typeName string
	camera   int  // of images: which
	short    bool // messages of it are missing, nobody knows where

	stamp   [2]*field.Path // seconds and nanoseconds; nil: its messages bear none
	frame   *field.Path    // frame_id; nil: none
	numbers []number
	text    *field.Path
}

const (
	imageType      = "sensor_msgs/msg/Image"
	compressedType = "sensor_msgs/msg/CompressedImage"
	infoType       = "sensor_msgs/msg/CameraInfo"
	thoughtType    = "hyt_msgs/msg/Thought"
	episodeType    = "hyt_msgs/msg/Episode"
)

// newPlan looks for a contract's topics in a bag. The error says what the bag
// lacks, what it has, and what to do.
func newPlan(c *contract.Contract, r *bag.Reader, path string) (*plan, error) {
	p := &plan{contract: c, byTopic: map[string][]*source{}, infos: map[string]bool{}}
	cameras := 0
	for i := range c.Topics {
		s := &source{Topic: &c.Topics[i], index: i, camera: cameras}
		if s.Role == contract.Image {
			cameras++
		}
		info, ok := p.look(r, s)
		if !ok {
			if s.Optional {
				continue
			}
			return nil, fmt.Errorf("bag %s has no messages on %s (%s); it has %s: record that topic, or name the right one in the contract",
				path, s.Topic.Topic, describe(s.Topic), topicsOf(r))
		}
		s.recorded, s.typeName = info.Name, info.Type
		if err := s.compile(r); err != nil {
			return nil, fmt.Errorf("bag %s: topic %s: %w", path, info.Name, err)
		}
		if s.Role == contract.Image && s.CameraInfo != "" {
			p.infos[s.CameraInfo] = true
		}
		p.sources = append(p.sources, s)
		p.byTopic[info.Name] = append(p.byTopic[info.Name], s)
		if s.Role == contract.Episode {
			p.marked = c.Episodes.Split == contract.Auto || c.Episodes.Split == contract.ByMarker
		}
	}
	if c.Episodes.Split == contract.ByMarker && !p.marked {
		return nil, fmt.Errorf("bag %s has no episode markers, and episodes.split is marker: set it to auto, or record the markers", path)
	}
	return p, nil
}

// look finds a topic that has messages; that of an image also by the convention of
// image_transport.
func (p *plan) look(r *bag.Reader, s *source) (bag.TopicInfo, bool) {
	info, ok := r.Topic(s.Topic.Topic)
	if (!ok || info.Count == 0) && s.Role == contract.Image {
		info, ok = r.Topic(s.Topic.Topic + "/compressed")
	}
	return info, ok && info.Count > 0
}

// topics are those to read.
func (p *plan) topics() (names []string) {
	for name := range p.byTopic {
		names = append(names, name)
	}
	for name := range p.infos {
		names = append(names, name)
	}
	return names
}

func describe(t *contract.Topic) string {
	switch t.Role {
	case contract.Image:
		return imageType
	case contract.Thought:
		return thoughtType
	case contract.Episode:
		return episodeType
	}
	return "for " + string(t.Role)
}

func topicsOf(r *bag.Reader) string {
	var names []string
	for _, t := range r.Topics() {
		if t.Count > 0 {
			names = append(names, t.Name)
		}
	}
	if len(names) == 0 {
		return "no topics"
	}
	return strings.Join(names, ", ")
}

// compile finds what the contract wants in the topic's type.
func (s *source) compile(r *bag.Reader) error {
	switch {
	case s.Type != "" && s.Type != s.typeName:
		return fmt.Errorf("it is %s, the contract says %s", s.typeName, s.Type)
	case s.Role == contract.Image && s.typeName != imageType && s.typeName != compressedType:
		return fmt.Errorf("it is %s, hyt takes pictures from %s and %s: name another topic in the contract", s.typeName, imageType, compressedType)
	case s.Role == contract.Episode && s.typeName != episodeType:
		return fmt.Errorf("it is %s, hyt takes markers from %s: name another topic in the contract", s.typeName, episodeType)
	}
	if s.Role == contract.Image || s.Role == contract.Episode || s.isThought() {
		return nil // types that hyt was built with
	}
	schema, err := field.Of(r, s.typeName)
	if err != nil {
		return err
	}
	if s.stamp[0], err = schema.Number("header.stamp.sec"); err == nil {
		s.stamp[1], err = schema.Number("header.stamp.nanosec")
	}
	if err != nil {
		s.stamp = [2]*field.Path{} // a type without a header
	}
	if s.frame, err = schema.Text("header.frame_id"); err != nil {
		s.frame = nil
	}
	for _, f := range s.Features {
		n, err := newNumber(schema, f)
		if err != nil {
			return err
		}
		s.numbers = append(s.numbers, n)
	}
	if len(s.Features) > 0 {
		return nil
	}
	if s.Field == "" {
		return fmt.Errorf("it is %s: say in the contract which field holds the text", s.typeName)
	}
	s.text, err = schema.Text(s.Field)
	return err
}

// isThought tells whether messages say who thought them.
func (s *source) isThought() bool {
	return s.Role == contract.Thought && s.typeName == thoughtType && s.Field == ""
}

// number reads one feature.
type number struct {
	contract.Feature
	paths      []*field.Path // their mean
	quaternion [4]*field.Path
}

func newNumber(schema *field.Schema, f contract.Feature) (number, error) {
	n := number{Feature: f}
	if f.As != "" {
		for i, axis := range []string{"x", "y", "z", "w"} {
			p, err := schema.Number(f.Field[0] + "." + axis)
			if err != nil {
				return n, err
			}
			n.quaternion[i] = p
		}
		return n, nil
	}
	for _, path := range f.Field {
		p, err := schema.Number(path)
		if err != nil {
			return n, err
		}
		n.paths = append(n.paths, p)
	}
	return n, nil
}

// read is the feature's value in a message. ok is false where the message is about
// something else.
func (n *number) read(data []byte) (v float64, ok bool, err error) {
	if n.As != "" {
		v, ok, err = n.angle(data)
	} else {
		for _, p := range n.paths {
			one, ok, err := p.Number(data)
			if !ok || err != nil {
				return 0, false, err
			}
			v += one
		}
		v, ok = v/float64(len(n.paths)), true
	}
	if !ok || err != nil {
		return 0, false, err
	}
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return 0, false, errors.New(n.Name + " is not a finite number")
	}
	if n.Span != nil {
		v = min(1, max(0, (v-n.Span[0])/(n.Span[1]-n.Span[0])))
	}
	return v, true, nil
}

// angle is a rotation about a fixed axis, as nodes/observe takes it from poses.
func (n *number) angle(data []byte) (float64, bool, error) {
	var q [4]float64
	for i, p := range n.quaternion {
		v, ok, err := p.Number(data)
		if !ok || err != nil {
			return 0, false, err
		}
		q[i] = v
	}
	x, y, z, w := q[0], q[1], q[2], q[3]
	switch n.As {
	case "roll":
		return math.Atan2(2*(w*x+y*z), 1-2*(x*x+y*y)), true, nil
	case "pitch":
		return math.Asin(min(1, max(-1, 2*(w*y-z*x)))), true, nil
	}
	return math.Atan2(2*(w*z+x*y), 1-2*(y*y+z*z)), true, nil
}

// nameOf is a bag's name, for episodes that have none of their own.
func nameOf(path string) string { return filepath.Base(filepath.Clean(path)) }
