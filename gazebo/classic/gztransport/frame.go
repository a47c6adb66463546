package gztransport

import (
	"bytes"
	"fmt"
	"io"
	"strconv"

	"hyt/gazebo/classic/pb"
)

const (
	headerSize = 8
	// maxFrame bounds what a frame may claim to hold: more than any camera image.
	maxFrame = 64 << 20
)

// readFrame reads the length, eight hexadecimal digits, and as many bytes. It
// uses buf where that is large enough.
func readFrame(r io.Reader, buf []byte) ([]byte, error) {
	var header [headerSize]byte
	if _, err := io.ReadFull(r, header[:]); err != nil {
		return nil, err
	}
	n, err := strconv.ParseUint(string(bytes.Trim(header[:], " \x00")), 16, 32)
	if err != nil || n > maxFrame {
		return nil, fmt.Errorf("%q is no length of a frame", header)
	}
	if uint64(cap(buf)) < n {
		buf = make([]byte, n)
	}
	buf = buf[:n]
	if _, err := io.ReadFull(r, buf); err != nil {
		return nil, fmt.Errorf("a frame of %d bytes is cut off: %w", n, err)
	}
	return buf, nil
}

// frame puts the length before a body.
func frame(body []byte) []byte {
	return append(fmt.Appendf(nil, "%08x", len(body)), body...)
}

// packet is gazebo.msgs.Packet: what all control messages are wrapped in.
func packet(kind string, content pb.Message) []byte {
	var stamp, m pb.Message
	stamp.Uint(1, 0) // s
	stamp.Uint(2, 0) // ns; nobody reads them
	m.Sub(1, stamp)
	m.Text(2, kind)
	m.Sub(3, content)
	return frame(m)
}

// readPacket is the inverse of packet, without the stamp and the frame.
func readPacket(body []byte) (kind string, content []byte, err error) {
	err = pb.Walk(body, func(f pb.Field) error {
		switch f.Number {
		case 2:
			kind = string(f.Bytes)
		case 3:
			content = f.Bytes
		}
		return nil
	})
	return kind, content, err
}

// endpoint is where a publisher of a topic listens: gazebo.msgs.Publish. Its
// numbers, 1 topic, 2 msg_type, 3 host, 4 port, are not those of Subscribe.
type endpoint struct {
	topic, host string
	port        uint16
}

func readEndpoint(message []byte) (endpoint, error) {
	var e endpoint
	err := pb.Walk(message, func(f pb.Field) error {
		switch f.Number {
		case 1:
			e.topic = string(f.Bytes)
		case 3:
			e.host = string(f.Bytes)
		case 4:
			if f.Bits == 0 || f.Bits > 65535 {
				return fmt.Errorf("%d is no port", f.Bits)
			}
			e.port = uint16(f.Bits)
		}
		return nil
	})
	if err == nil && (e.topic == "" || e.host == "" || e.port == 0) {
		err = fmt.Errorf("a publisher without topic, host or port")
	}
	return e, err
}

func publishMessage(topic, kind, host string, port uint16) pb.Message {
	var m pb.Message
	m.Text(1, topic)
	m.Text(2, kind)
	m.Text(3, host)
	m.Uint(4, uint64(port))
	return m
}

func subscribeMessage(topic, kind, host string, port uint16) pb.Message {
	var m pb.Message
	m.Text(1, topic)
	m.Text(2, host)
	m.Uint(3, uint64(port))
	m.Text(4, kind)
	m.Uint(5, 0) // latching: no
	return m
}

// subscribedTopic reads the topic of a gazebo.msgs.Subscribe.
func subscribedTopic(message []byte) (topic string, err error) {
	err = pb.Walk(message, func(f pb.Field) error {
		if f.Number == 1 {
			topic = string(f.Bytes)
		}
		return nil
	})
	return topic, err
}
