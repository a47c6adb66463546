package igntransport

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
)

// ZMTP 3.0 with the NULL mechanism (rfc.zeromq.org/spec/23): a greeting, a READY
// command with the kind of socket, then messages of one or more frames.

// Bits of a frame's first byte.
const (
	flagMore    = 1 // another frame of the message follows
	flagLong    = 2 // the size takes eight bytes
	flagCommand = 4
)

const (
	greetingSize = 64
	// maxMessage and maxFrames bound what a peer may make us keep.
	maxMessage = 1 << 20
	maxFrames  = 16
)

// greeting is what each side sends first: signature, version 3.0, mechanism.
func greeting() []byte {
	g := make([]byte, greetingSize)
	g[0], g[9], g[10] = 0xff, 0x7f, 3
	copy(g[12:], "NULL")
	return g
}

func checkGreeting(g []byte) error {
	switch {
	case g[0] != 0xff || g[9]&1 != 1:
		return fmt.Errorf("the peer does not speak ZMTP")
	case g[10] < 3:
		return fmt.Errorf("the peer speaks ZMTP %d; version 3 is needed", g[10])
	case string(bytes.TrimRight(g[12:32], "\x00")) != "NULL":
		return fmt.Errorf("the peer wants the mechanism %q; only NULL is known", bytes.TrimRight(g[12:32], "\x00"))
	}
	return nil
}

// ready is the READY command of a socket of that kind and identity.
func ready(kind, identity string) []byte {
	body := append([]byte{5}, "READY"...)
	for _, p := range [2][2]string{{"Socket-Type", kind}, {"Identity", identity}} {
		body = append(body, byte(len(p[0])))
		body = append(body, p[0]...)
		body = binary.BigEndian.AppendUint32(body, uint32(len(p[1])))
		body = append(body, p[1]...)
	}
	return append([]byte{flagCommand, byte(len(body))}, body...)
}

// socketKind finds the kind of socket in a READY command.
func socketKind(command []byte) (string, error) {
	rest, ok := bytes.CutPrefix(command, []byte("\x05READY"))
	if !ok {
		return "", fmt.Errorf("the peer says %.16q where READY is expected", command)
	}
	for len(rest) > 0 {
		n := int(rest[0])
		if len(rest) < 1+n+4 {
			break
		}
		name := rest[1 : 1+n]
		size := binary.BigEndian.Uint32(rest[1+n:])
		rest = rest[1+n+4:]
		if uint64(size) > uint64(len(rest)) {
			break
		}
		if bytes.EqualFold(name, []byte("Socket-Type")) {
			return string(rest[:size]), nil
		}
		rest = rest[size:]
	}
	return "", fmt.Errorf("the peer's READY does not say its kind of socket")
}

// handshake opens a connection. kind tells which socket we are to a peer's.
func handshake(conn io.ReadWriter, identity string, kind func(peer string) string) (peer string, err error) {
	if _, err := conn.Write(greeting()); err != nil {
		return "", err
	}
	var theirs [greetingSize]byte
	if _, err := io.ReadFull(conn, theirs[:]); err != nil {
		return "", err
	}
	if err := checkGreeting(theirs[:]); err != nil {
		return "", err
	}
	// A peer sends READY without waiting for ours.
	flags, body, err := readFrame(conn, maxMessage)
	if err != nil {
		return "", err
	}
	if flags&flagCommand == 0 {
		return "", fmt.Errorf("the peer sends a message before READY")
	}
	if peer, err = socketKind(body); err != nil {
		return "", err
	}
	_, err = conn.Write(ready(kind(peer), identity))
	return peer, err
}

func readFrame(r io.Reader, limit int) (flags byte, body []byte, err error) {
	var head [9]byte
	if _, err := io.ReadFull(r, head[:2]); err != nil {
		return 0, nil, err
	}
	flags, size := head[0], uint64(head[1])
	if flags&flagLong != 0 {
		if _, err := io.ReadFull(r, head[2:]); err != nil {
			return 0, nil, err
		}
		size = binary.BigEndian.Uint64(head[1:])
	}
	if flags > 7 || size > uint64(limit) {
		return 0, nil, fmt.Errorf("a frame with flags %#x and %d bytes: damaged, or too much", flags, size)
	}
	body = make([]byte, size)
	_, err = io.ReadFull(r, body)
	return flags, body, err
}

// readMessage reads the frames of the next message; commands between messages
// are passed over.
func readMessage(r io.Reader) ([][]byte, error) {
	var frames [][]byte
	for left := maxMessage; ; {
		flags, body, err := readFrame(r, left)
		if err != nil {
			return nil, err
		}
		if flags&flagCommand != 0 {
			continue
		}
		left -= len(body)
		if frames = append(frames, body); len(frames) > maxFrames {
			return nil, fmt.Errorf("a message of more than %d frames", maxFrames)
		}
		if flags&flagMore == 0 {
			return frames, nil
		}
	}
}

// message puts frames together for writing.
func message(frames ...[]byte) []byte {
	var out []byte
	for i, f := range frames {
		flags := byte(0)
		if i < len(frames)-1 {
			flags |= flagMore
		}
		if len(f) < 256 {
			out = append(out, flags, byte(len(f)))
		} else {
			out = append(out, flags|flagLong)
			out = binary.BigEndian.AppendUint64(out, uint64(len(f)))
		}
		out = append(out, f...)
	}
	return out
}
