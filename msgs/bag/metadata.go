package bag

import (
	"bytes"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"time"

	"gopkg.in/yaml.v3"
)

// metadataName is the file that makes a folder a rosbag2 bag.
const metadataName = "metadata.yaml"

// metadataVersion is the layout of ROS 2 Humble. Later releases read it too.
const metadataVersion = 5

// metadata mirrors rosbag2_storage::BagMetadata, version 5; fields stand in the
// order in which rosbag2 writes them.
type metadata struct {
	Version           int           `yaml:"version"`
	StorageIdentifier string        `yaml:"storage_identifier"`
	Duration          duration      `yaml:"duration"`
	StartingTime      startingTime  `yaml:"starting_time"`
	MessageCount      uint64        `yaml:"message_count"`
	Topics            []topicCount  `yaml:"topics_with_message_count"`
	CompressionFormat quoted        `yaml:"compression_format"`
	CompressionMode   quoted        `yaml:"compression_mode"`
	RelativeFilePaths []string      `yaml:"relative_file_paths"`
	Files             []fileSummary `yaml:"files"`
}

type duration struct {
	Nanoseconds int64 `yaml:"nanoseconds"`
}

type startingTime struct {
	Nanoseconds int64 `yaml:"nanoseconds_since_epoch"`
}

type topicCount struct {
	Topic        topicMetadata `yaml:"topic_metadata"`
	MessageCount uint64        `yaml:"message_count"`
}

type topicMetadata struct {
	Name                string `yaml:"name"`
	Type                string `yaml:"type"`
	SerializationFormat string `yaml:"serialization_format"`
	OfferedQoSProfiles  quoted `yaml:"offered_qos_profiles"`
}

type fileSummary struct {
	Path         string       `yaml:"path"`
	StartingTime startingTime `yaml:"starting_time"`
	Duration     duration     `yaml:"duration"`
	MessageCount uint64       `yaml:"message_count"`
}

// quoted is a string written in double quotes on one line, as yaml-cpp does it.
type quoted string

// MarshalYAML implements yaml.Marshaler.
func (q quoted) MarshalYAML() (any, error) {
	return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Style: yaml.DoubleQuotedStyle, Value: string(q)}, nil
}

// UnmarshalYAML implements yaml.Unmarshaler. Since Jazzy, QoS profiles are no
// longer a string that holds YAML, but YAML.
func (q *quoted) UnmarshalYAML(node *yaml.Node) error {
	if node.Kind == yaml.ScalarNode {
		*q = quoted(node.Value)
		return nil
	}
	text, err := yaml.Marshal(node)
	*q = quoted(strings.TrimSuffix(string(text), "\n"))
	return err
}

// noStart is the starting time that rosbag2 writes for a bag without messages.
const noStart = math.MaxInt64

// countOf is how many messages a data file should hold; 0 where m does not say.
func (m *metadata) countOf(name string) uint64 {
	for _, f := range m.Files {
		if f.Path == name || f.Path+packedName == name {
			return f.MessageCount
		}
	}
	return 0
}

// timesOf are the first and the last log time of a data file; zero where m does not
// say.
func (m *metadata) timesOf(name string) (from, to time.Time) {
	for _, f := range m.Files {
		if f.Path == name || f.Path+packedName == name {
			start := f.StartingTime.Nanoseconds
			return time.Unix(0, start), time.Unix(0, start+f.Duration.Nanoseconds)
		}
	}
	return from, to
}

// metadataFile is the whole document.
type metadataFile struct {
	Info *metadata `yaml:"rosbag2_bagfile_information"`
}

// writeMetadata replaces dir's metadata.yaml in one step, so that a reader, or
// a crash, meets either the old one or the new one.
func writeMetadata(dir string, m *metadata) error {
	var text bytes.Buffer
	enc := yaml.NewEncoder(&text)
	enc.SetIndent(2)
	if err := enc.Encode(metadataFile{m}); err != nil {
		return fmt.Errorf("encode %s: %w", metadataName, err)
	}
	name := filepath.Join(dir, metadataName)
	temporary := name + ".tmp"
	if err := os.WriteFile(temporary, text.Bytes(), 0o644); err != nil {
		return fmt.Errorf("write bag metadata: %w", err)
	}
	if err := os.Rename(temporary, name); err != nil {
		return fmt.Errorf("write bag metadata: %w", err)
	}
	return nil
}

// readMetadata reads dir's metadata.yaml. A missing file is an fs.ErrNotExist.
func readMetadata(dir string) (*metadata, error) {
	text, err := os.ReadFile(filepath.Join(dir, metadataName))
	if err != nil {
		return nil, err
	}
	var doc metadataFile
	if err := yaml.Unmarshal(text, &doc); err != nil {
		return nil, fmt.Errorf("%s is not valid YAML: %s", metadataName, strings.TrimPrefix(err.Error(), "yaml: "))
	}
	if doc.Info == nil {
		return nil, fmt.Errorf("%s lacks the key rosbag2_bagfile_information", metadataName)
	}
	return doc.Info, nil
}
