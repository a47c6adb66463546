package igntransport

import (
	"context"
	"encoding/binary"
	"fmt"
	"net"
	"strings"
	"syscall"
	"time"

	"hyt/gazebo/classic/pb"
)

// Discovery is by UDP multicast: publishers of topics on one port, providers of
// services on another. A datagram is a length, two bytes, little-endian, and an
// ignition.msgs.Discovery.
const (
	group       = "224.0.0.7"
	topicPort   = 10317
	servicePort = 10318
	wireVersion = 10
	// heartbeat is how often we say what we publish; who is silent for three
	// seconds is taken for dead.
	heartbeat = time.Second
)

// Types of ignition.msgs.Discovery.
const (
	typeAdvertise = 1
	typeSubscribe = 2
)

// advertisement is who provides a topic or service.
type advertisement struct {
	topic, address string // address: tcp://HOST:PORT
	socket         string // of a service: its identity
}

// datagram wraps a Discovery of that type; put adds what it is about.
func datagram(process string, kind uint64, field int, about pb.Message) []byte {
	var m pb.Message
	m.Uint(2, wireVersion)
	m.Text(3, process)
	m.Uint(4, kind)
	m.Sub(field, about)
	return append(binary.LittleEndian.AppendUint16(nil, uint16(len(m))), m...)
}

// askFor is a datagram that has the provider of a topic say so.
func askFor(process, topic string) []byte {
	var sub pb.Message
	sub.Text(1, topic)
	return datagram(process, typeSubscribe, 6, sub)
}

// offer is a datagram that says where a topic is published.
func offer(process, topic, address, kind string) []byte {
	var options, pub pb.Message
	options.Text(1, address) // where to tell us who listens
	options.Text(2, kind)
	pub.Text(1, topic)
	pub.Text(2, address)
	pub.Text(3, process)
	pub.Text(4, process+"-node")
	pub.Uint(5, 2) // scope: all
	pub.Sub(6, options)
	return datagram(process, typeAdvertise, 7, pub)
}

// readAdvertisement reads a datagram; ok is false for one of another type, or of
// another version of the protocol.
func readAdvertisement(data []byte) (a advertisement, ok bool, err error) {
	if len(data) < 2 || int(binary.LittleEndian.Uint16(data)) != len(data)-2 {
		return a, false, fmt.Errorf("a datagram of %d bytes does not have the length it says", len(data))
	}
	var version, kind uint64
	var pub []byte
	err = pb.Walk(data[2:], func(f pb.Field) error {
		switch f.Number {
		case 2:
			version = f.Bits
		case 4:
			kind = f.Bits
		case 7:
			pub = f.Bytes
		}
		return nil
	})
	if err != nil || version != wireVersion || kind != typeAdvertise || pub == nil {
		return a, false, err
	}
	err = pb.Walk(pub, func(f pb.Field) error {
		switch f.Number {
		case 1:
			a.topic = string(f.Bytes)
		case 2:
			a.address = string(f.Bytes)
		case 7:
			return pb.Walk(f.Bytes, func(f pb.Field) error {
				if f.Number == 1 {
					a.socket = string(f.Bytes)
				}
				return nil
			})
		}
		return nil
	})
	return a, err == nil && a.topic != "" && a.address != "", err
}

// find asks until the provider of a service answers.
func find(ctx context.Context, process, topic string) (advertisement, error) {
	to := &net.UDPAddr{IP: net.ParseIP(group), Port: servicePort}
	lo, err := loopback()
	if err != nil {
		return advertisement{}, err
	}
	conn, err := net.ListenMulticastUDP("udp4", lo, to)
	if err != nil {
		return advertisement{}, fmt.Errorf("discovery of services at %v: %w", to, err)
	}
	defer conn.Close()
	stop := context.AfterFunc(ctx, func() { conn.Close() })
	defer stop()
	speak, err := speaker()
	if err != nil {
		return advertisement{}, err
	}
	defer speak.Close()
	buf := make([]byte, 1<<16)
	for {
		if _, err := speak.WriteToUDP(askFor(process, topic), to); err != nil {
			return advertisement{}, fmt.Errorf("discovery of services at %v: %w", to, err)
		}
		for until := time.Now().Add(200 * time.Millisecond); ; {
			if err := conn.SetReadDeadline(until); err != nil {
				return advertisement{}, fmt.Errorf("service %s: nobody provides it: %w", topic, context.Cause(ctx))
			}
			n, err := conn.Read(buf)
			if ctx.Err() != nil {
				return advertisement{}, fmt.Errorf("service %s: nobody provides it: %w", topic, context.Cause(ctx))
			}
			if err != nil {
				break // time to ask again
			}
			// What others say on this port, and damaged datagrams, are no concern.
			if a, ok, err := readAdvertisement(buf[:n]); err == nil && ok && a.topic == topic {
				return a, nil
			}
		}
	}
}

// loopback is the only interface that is used.
func loopback() (*net.Interface, error) {
	all, err := net.Interfaces()
	if err != nil {
		return nil, err
	}
	for i := range all {
		if all[i].Flags&net.FlagLoopback != 0 && all[i].Flags&net.FlagUp != 0 {
			return &all[i], nil
		}
	}
	return nil, fmt.Errorf("this machine has no loopback interface that is up")
}

// speaker is a socket whose multicasts stay on the loopback interface.
func speaker() (*net.UDPConn, error) {
	config := net.ListenConfig{Control: func(_, _ string, c syscall.RawConn) error {
		var err error
		ctrl := c.Control(func(fd uintptr) {
			err = syscall.SetsockoptInet4Addr(int(fd), syscall.IPPROTO_IP, syscall.IP_MULTICAST_IF, [4]byte{127, 0, 0, 1})
		})
		if ctrl != nil {
			return ctrl
		}
		return err
	}}
	conn, err := config.ListenPacket(context.Background(), "udp4", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("no socket for discovery: %w", err)
	}
	return conn.(*net.UDPConn), nil
}

// dialAddress turns tcp://HOST:PORT into HOST:PORT.
func dialAddress(address string) (string, error) {
	host, ok := strings.CutPrefix(address, "tcp://")
	if !ok {
		return "", fmt.Errorf("address %q: tcp://HOST:PORT expected", address)
	}
	return host, nil
}
