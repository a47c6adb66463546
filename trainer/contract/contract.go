// Package contract says what training takes from a bag: which topics become which
// features of a sample, how they are brought to one time, in which units and frame.
// The file tabletop.yaml beside this one documents every key; it is the default.
package contract

import (
	_ "embed"
	"sync"
	"time"
)

// Contract is such a file. It is plain data and never changed once read.
type Contract struct {
	Rate     float64  `yaml:"rate"`  // actions a second, Hz
	Chunk    int      `yaml:"chunk"` // actions of a sample
	Frame    string   `yaml:"frame"` // of poses and actions
	Clock    Clock    `yaml:"clock"`
	Topics   []Topic  `yaml:"topics"`
	Episodes Episodes `yaml:"episodes"`
	Thoughts Thoughts `yaml:"thoughts"`

	path  string // of the file; "": none
	lines []int  // of each of Topics; nil: not from a file
}

// Clock is where times come from.
type Clock string

const (
	Stamp   Clock = "stamp"   // headers
	Receipt Clock = "receipt" // the recorder
)

// Role is what a topic is to a sample.
type Role string

const (
	Image       Role = "image"
	Proprio     Role = "proprio"
	Action      Role = "action"
	Instruction Role = "instruction"
	Thought     Role = "thought"
	Episode     Role = "episode"
	Task        Role = "task"
	Object      Role = "object"
)

// Align is how a value is brought to the time of an image.
type Align string

const (
	Hold        Align = "hold"
	Nearest     Align = "nearest"
	Interpolate Align = "interpolate"
)

// Kind is what actions are made of.
type Kind string

const (
	Velocity   Kind = "velocity"
	Target     Kind = "target"
	Difference Kind = "difference"
	State      Kind = "state"
)

// Topic is one topic of a bag. Which fields count depends on its role.
type Topic struct {
	Topic    string `yaml:"topic"`
	Role     Role   `yaml:"role"`
	Type     string `yaml:"type"` // "": any that fits
	Optional bool   `yaml:"optional"`

	Name       string     `yaml:"name"` // of a camera or an object
	Width      int        `yaml:"width"`
	Height     int        `yaml:"height"`
	Crop       [4]float64 `yaml:"crop"`
	CameraInfo string     `yaml:"camera_info"`

	Align     Align         `yaml:"align"`
	Tolerance time.Duration `yaml:"tolerance"`
	Gap       time.Duration `yaml:"gap"`
	Kind      Kind          `yaml:"kind"`
	Hold      time.Duration `yaml:"hold"`
	Field     string        `yaml:"field"` // of a text
	Features  []Feature     `yaml:"features"`
}

// Feature is a number of a topic's messages.
type Feature struct {
	Name  string      `yaml:"name"`
	Field Paths       `yaml:"field"`
	As    string      `yaml:"as"`   // "", or "roll", "pitch" or "yaw" of a quaternion
	Span  *[2]float64 `yaml:"span"` // nil: as it is
	Unit  string      `yaml:"unit"`
}

// Angular tells whether the feature goes round: values differ the short way.
func (f Feature) Angular() bool { return f.As != "" || f.Unit == "rad" }

// Episodes says how recordings are cut, and which parts are set aside.
type Episodes struct {
	Split      Split         `yaml:"split"`
	Gap        time.Duration `yaml:"gap"`
	Longest    time.Duration `yaml:"longest"`
	KeepFailed bool          `yaml:"keep_failed"`
	Still      float64       `yaml:"still"`
	Frozen     time.Duration `yaml:"frozen"`
	Misaligned float64       `yaml:"misaligned"`

	Instruction string `yaml:"instruction"`
}

// Split is what divides episodes.
type Split string

const (
	Auto          Split = "auto"
	ByMarker      Split = "marker"
	ByInstruction Split = "instruction"
	ByGap         Split = "gap"
)

// Thoughts says which thoughts are learned.
type Thoughts struct {
	Sources     []string `yaml:"sources"`
	Annotations string   `yaml:"annotations"`
	Make        []string `yaml:"make"`
	View        *View    `yaml:"view"`
}

// View is where the first camera stands, for places in its image.
type View struct {
	Topic       string     `yaml:"topic"`       // sensor_msgs/CameraInfo
	Position    [3]float64 `yaml:"position"`    // m, in the contract's frame
	Orientation [4]float64 `yaml:"orientation"` // x y z w of the optical frame (z forward, x right, y down)
}

// Of lists the topics of a role, in the contract's order.
func (c *Contract) Of(role Role) []*Topic {
	var topics []*Topic
	for i := range c.Topics {
		if c.Topics[i].Role == role {
			topics = append(topics, &c.Topics[i])
		}
	}
	return topics
}

// Period is the time of one action.
func (c *Contract) Period() time.Duration { return time.Duration(float64(time.Second) / c.Rate) }

// Named are the features of a role in the order in which samples hold them.
func (c *Contract) Named(role Role) []Feature {
	var features []Feature
	for _, t := range c.Of(role) {
		features = append(features, t.Features...)
	}
	return features
}

// Takes tells whether thoughts of a source ("oracle", "human", "model") are learned.
func (c *Contract) Takes(source string) bool {
	for _, s := range c.Thoughts.Sources {
		if s == source {
			return true
		}
	}
	return false
}

//go:embed tabletop.yaml
var tabletop []byte

var shipped = sync.OnceValue(func() Contract {
	c, err := Parse(tabletop)
	if err != nil {
		panic("contract: the shipped file: " + err.Error()) // a test reads it
	}
	return c
})

// Default is the tabletop robot's contract.
func Default() Contract {
	c := shipped()
	c.Topics = append([]Topic(nil), c.Topics...) // the caller may change its copy
	return c
}
