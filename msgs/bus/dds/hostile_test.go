//go:build cgo && !nodds

package dds_test

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"sync"
	"testing"
	"time"

	"hyt/msgs/bus"
	"hyt/msgs/bus/dds"
)

// attacked is the environment variable that says that this process is to be hurt.
const attacked = "HYT_DDS_TEST_ATTACKED"

// forger sends datagrams that claim to come from a writer (DDSI-RTPS 2.2, sections
// 8.3.7 and 9.4.5) to every port that the domain's first two participants may have.
type forger struct {
	t      *testing.T
	ports  []net.Conn
	writer [16]byte // its GUID: participant, then entity
	number uint32   // of the last sample forged
}

func newForger(t *testing.T, domain int, writer [16]byte) *forger {
	f := &forger{t: t, writer: writer, number: 1000}
	for offset := 10; offset < 14; offset++ { // DDSI-RTPS 2.2, section 9.6.1.1
		port, err := net.Dial("udp4", fmt.Sprintf("127.0.0.1:%d", 7400+250*domain+offset))
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { port.Close() })
		f.ports = append(f.ports, port)
	}
	return f
}

// send sends one submessage. What is refused, for want of a listener, is no matter.
func (f *forger) send(kind, flags byte, body []byte) {
	p := append([]byte("RTPS\x02\x01\x01\x10"), f.writer[:12]...)
	p = append(p, kind, flags|1) // little endian
	p = binary.LittleEndian.AppendUint16(p, uint16(len(body)))
	for _, port := range f.ports {
		port.Write(append(p, body...))
	}
}

// head is what DATA and DATA_FRAG begin with: of sample f.number, to any reader.
func (f *forger) head(toInlineQoS uint16) []byte {
	b := binary.LittleEndian.AppendUint16([]byte{0, 0}, toInlineQoS)
	b = append(append(b, 0, 0, 0, 0), f.writer[12:]...)
	return binary.LittleEndian.AppendUint32(append(b, 0, 0, 0, 0), f.number)
}

func (f *forger) data(payload []byte) {
	f.number++
	f.send(0x15, 0x04, append(f.head(16), payload...))
}

// frag sends fragments from the first (counted from 1) on; size is that of each,
// total that of the sample, by its own words.
func (f *forger) frag(first uint32, count, size uint16, total uint32, payload []byte) {
	b := binary.LittleEndian.AppendUint32(f.head(28), first)
	b = binary.LittleEndian.AppendUint16(b, count)
	b = binary.LittleEndian.AppendUint16(b, size)
	f.send(0x16, 0, append(binary.LittleEndian.AppendUint32(b, total), payload...))
}

// A sample in fragments that overlap is put together; whatever else is sent in a
// writer's name is refused, or handed on as it is, and the reader lives on.
//
// It runs in a process of its own, whose log (Cyclone has a line for each refusal)
// is shown only when it dies.
func TestHostileFragmentsDoNotHurt(t *testing.T) {
	if os.Getenv(attacked) == "" {
		exe, err := os.Executable()
		if err != nil {
			t.Fatal(err)
		}
		cmd := exec.Command(exe, "-test.run=^"+t.Name()+"$")
		cmd.Env = append(os.Environ(), attacked+"=1")
		if log, err := cmd.CombinedOutput(); err != nil {
			t.Errorf("%v\n… %s", err, log[max(0, len(log)-8000):])
		}
		return
	}
	domain := dds.ReserveDomain(t)
	a, b := open(t, domain), open(t, domain)
	defer a.Close()
	defer b.Close()
	var mu sync.Mutex
	seen := map[string][16]byte{} // samples, and who wrote them
	_, err := openNode(t, b).Subscribe("/target", "std_msgs/msg/String", bus.QoS{Reliability: bus.BestEffort, Depth: 1000}, func(s bus.Sample) {
		mu.Lock()
		defer mu.Unlock()
		seen[string(s.Data)] = s.Writer
	})
	if err != nil {
		t.Fatal(err)
	}
	saw := func(data []byte) func() bool {
		return func() bool {
			mu.Lock()
			defer mu.Unlock()
			_, ok := seen[string(data)]
			return ok
		}
	}
	n := openNode(t, a)
	write := func(text byte) []byte {
		w, err := n.Advertise("/target", "std_msgs/msg/String", bus.Default())
		if err != nil {
			t.Fatal(err)
		}
		data := []byte{0, 1, 0, 0, text, 0, 0, 0}
		eventually(t, "a true sample", func() bool { return w.Write(data, nil) == nil && saw(data)() })
		return data
	}
	first := write('a')
	mu.Lock()
	f := newForger(t, *domain, seen[string(first)])
	mu.Unlock()

	whole := append([]byte{0, 1, 0, 0}, bytes.Repeat([]byte("overlap!"), 4)...)
	f.number++
	eventually(t, "a forged sample", func() bool { // that it comes shows that the forger is believed
		f.frag(1, 2, 8, 36, whole[:16])
		f.frag(2, 2, 8, 36, whole[8:24])
		f.frag(1, 1, 16, 36, whole[:16])
		f.frag(4, 2, 8, 36, whole[24:])
		time.Sleep(time.Millisecond)
		return saw(whole)()
	})

	for size := range 8 {
		f.data(whole[:size]) // no encapsulation header, or half of one
	}
	for _, total := range []uint32{0, 1, 3, 4, 9, 1 << 31, 0xffff_ffff} {
		for _, size := range []uint16{0, 1, 8, 0xffff} {
			f.number++
			f.frag(0, 1, size, total, whole)
			f.frag(1, 0, size, total, whole)
			f.frag(1, 0xffff, size, total, whole)
			f.frag(0xffff_ffff, 2, size, total, whole)
			f.frag(1, 1, size, total, nil)
			f.frag(1, 1, size, total, whole)
			f.frag(2, 1, size, total/2, whole)
		}
	}
	rng := rand.New(rand.NewPCG(1, 2))
	for range 3000 {
		if rng.IntN(4) == 0 {
			f.number++
		}
		f.frag(rng.Uint32N(6), uint16(rng.Uint32N(6)), uint16(rng.Uint32N(20)), rng.Uint32N(64), whole[:rng.IntN(len(whole))])
	}
	write('z')
}
