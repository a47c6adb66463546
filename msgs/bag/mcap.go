package bag

import (
	"errors"
	"os"
	"time"

	"github.com/foxglove/mcap/go/mcap"
)

// mcapFile is an MCAP file while its chunks are looked for. It fills the file
// that it is a part of.
type mcapFile struct {
	*file
	data     *os.File
	size     int64 // of the data, unpacked where the file was packed
	channels map[uint16]*mcap.Channel
	schemas  map[uint16]*mcap.Schema
	chunked  bool // it holds chunks
	unpack   unpacker
}

// openMCAP finds f's chunks: by the file's summary where that is whole, by
// reading it through where it is not. data stays open as long as f.
func (f *file) openMCAP(data *os.File, size int64) error {
	m := &mcapFile{file: f, data: data, size: size}
	defer m.unpack.close()
	m.clear()
	err := m.readSummary()
	if err != nil {
		m.clear()
		if !errors.Is(err, errNoIndex) {
			m.damages.add(BadIndex, 0, "%s has no usable index (%v), so it was read through", m.name, err)
		}
		if err := m.scan(); err != nil {
			return err
		}
	}
	m.describeTopics()
	f.store = &mcapStore{data: data, topics: f.topics}
	return nil
}

func (m *mcapFile) clear() {
	m.file.clear()
	m.channels = map[uint16]*mcap.Channel{}
	m.schemas = map[uint16]*mcap.Schema{}
}

// describe keeps a schema or channel record.
func (m *mcapFile) describe(op mcap.OpCode, body []byte) error {
	switch op {
	case mcap.OpSchema:
		s, err := mcap.ParseSchema(body)
		if err != nil {
			return err
		}
		s.Data = append([]byte(nil), s.Data...) // body may be a whole chunk's
		m.schemas[s.ID] = s
	case mcap.OpChannel:
		c, err := mcap.ParseChannel(body)
		if err != nil {
			return err
		}
		m.channels[c.ID] = c
	}
	return nil
}

// describeTopics turns channels and schemas into topics and definitions.
func (m *mcapFile) describeTopics() {
	for id, c := range m.channels {
		t := topicMetadata{
			Name: c.Topic, SerializationFormat: c.MessageEncoding,
			OfferedQoSProfiles: quoted(c.Metadata["offered_qos_profiles"]),
		}
		if s, ok := m.schemas[c.SchemaID]; ok {
			t.Type = s.Name
			if len(s.Data) > 0 {
				m.definitions[s.Name] = Definition{Encoding: s.Encoding, Text: string(s.Data)}
			}
		}
		m.topics[uint32(id)] = t
	}
}

// packed notes how a chunk is compressed.
func (m *mcapFile) packed(c mcap.CompressionFormat) {
	if m.compression == "" && c != mcap.CompressionNone {
		m.compression = string(c) + " by chunk"
	}
}

// mcapStore reads the chunks of an indexed MCAP file.
type mcapStore struct {
	data   *os.File
	topics map[uint32]topicMetadata
}

func (s *mcapStore) Close() error { return s.data.Close() }

// load implements store.
func (s *mcapStore) load(u *unpacker, c *chunk, wanted func(topic string) bool) ([]Message, []*DamageError) {
	data, err := s.records(u, c)
	if err != nil {
		return nil, []*DamageError{c.damaged(err)}
	}
	var messages []Message
	var damages []*DamageError
	_, err = walk(data, func(op mcap.OpCode, body []byte) error {
		if op != mcap.OpMessage {
			return nil
		}
		head, err := messageHead(body)
		if err != nil {
			return err
		}
		t, ok := s.topics[uint32(head.channel)]
		if !ok || !wanted(t.Name) {
			return nil
		}
		m := Message{Topic: t.Name, Type: t.Type, LogTime: time.Unix(0, int64(head.log)), Published: time.Unix(0, int64(head.published))}
		switch m.Data, err = u.message(body[messageHeadSize:]); {
		case err != nil:
			damages = append(damages, c.lost(m, err))
		case head.log > maxTime:
			damages = append(damages, c.absurd(t.Name))
		default:
			messages = append(messages, m)
		}
		return nil
	})
	if err != nil && !c.cut {
		damages = append(damages, c.damaged(err))
	}
	return messages, damages
}
