//go:build cgo && !nodds

package dds_test

import (
	"fmt"
	"os"
	"slices"
	"testing"
	"time"

	"hyt/msgs/bus"
	"hyt/msgs/bus/dds"
	"hyt/msgs/bus/mem"
	"hyt/msgs/sensor_msgs"
)

const imageBytes = 640 * 480 * 3 // rgb8

// BenchmarkRoundTrip sends a message to an echo and waits for it to come back:
// mem within this process, dds to a second process over loopback.
func BenchmarkRoundTrip(b *testing.B) {
	for _, size := range []struct {
		name  string
		bytes int
	}{{"64B", 64}, {"640x480rgb8", imageBytes}} {
		b.Run("mem/"+size.name, func(b *testing.B) {
			d := mem.Open()
			defer d.Close()
			if err := startEcho(d); err != nil {
				b.Fatal(err)
			}
			benchmarkRoundTrips(b, newPing(b, d, size.bytes))
		})
		b.Run("dds/"+size.name, func(b *testing.B) {
			domain := dds.ReserveDomain(b)
			d, err := dds.Open(dds.Options{Domain: domain, Loopback: true})
			if err != nil {
				b.Fatal(err)
			}
			defer d.Close()
			startPeer(b, "echo", *domain, 0)
			benchmarkRoundTrips(b, newPing(b, d, size.bytes))
		})
	}
}

// startEcho sends what comes on /ping back on /pong.
func startEcho(d bus.Driver) error {
	n, err := d.OpenNode("echo", "/")
	if err != nil {
		return err
	}
	w, err := n.Advertise("/pong", "sensor_msgs/msg/Image", bus.Command())
	if err != nil {
		return err
	}
	_, err = n.Subscribe("/ping", "sensor_msgs/msg/Image", bus.Command(), func(s bus.Sample) {
		if err := w.Write(s.Data, nil); err != nil {
			fmt.Fprintln(os.Stderr, "echo:", err)
		}
	})
	return err
}

// ping is the other side of an echo.
type ping struct {
	publisher *bus.Publisher[*sensor_msgs.Image]
	image     *sensor_msgs.Image
	back      chan time.Time // when the echo came
}

func newPing(b *testing.B, d bus.Driver, size int) *ping {
	b.Helper()
	n, err := d.OpenNode("bench", "/")
	if err != nil {
		b.Fatal(err)
	}
	p := &ping{image: &sensor_msgs.Image{Encoding: "rgb8", Data: make([]byte, size)}, back: make(chan time.Time, 1)}
	if _, err := n.Subscribe("/pong", "sensor_msgs/msg/Image", bus.Command(), func(bus.Sample) {
		select {
		case p.back <- time.Now():
		default:
		}
	}); err != nil {
		b.Fatal(err)
	}
	if p.publisher, err = bus.NewPublisher[*sensor_msgs.Image](n, "/ping", bus.Command()); err != nil {
		b.Fatal(err)
	}
	for { // until both sides know of each other
		if err := p.publisher.Publish(p.image); err != nil {
			b.Fatal(err)
		}
		select {
		case <-p.back:
			return p
		case <-time.After(100 * time.Millisecond):
		}
	}
}

// once is the time from publishing an image to the call of the handler with its
// echo.
func (p *ping) once(b *testing.B) time.Duration {
	start := time.Now()
	if err := p.publisher.Publish(p.image); err != nil {
		b.Fatal(err)
	}
	return (<-p.back).Sub(start)
}

func benchmarkRoundTrips(b *testing.B, p *ping) {
	b.SetBytes(int64(2 * len(p.image.Data)))
	b.ReportAllocs()
	took := make([]time.Duration, 0, 1024)
	for b.Loop() {
		took = append(took, p.once(b))
	}
	slices.Sort(took)
	b.ReportMetric(microseconds(took[len(took)/2]), "p50-µs")
	b.ReportMetric(microseconds(took[len(took)*99/100]), "p99-µs")
}

func microseconds(d time.Duration) float64 { return float64(d.Nanoseconds()) / 1000 }

// BenchmarkWrite is what a publisher pays, with no reader and with one.
func BenchmarkWrite(b *testing.B) {
	for _, readers := range []int{0, 1} {
		for _, size := range []int{64, imageBytes} {
			for _, driver := range []string{"mem", "dds"} {
				b.Run(fmt.Sprintf("%s/%dB/%dreaders", driver, size, readers), func(b *testing.B) {
					benchmarkWrite(b, driver, size, readers)
				})
			}
		}
	}
}

func benchmarkWrite(b *testing.B, driver string, size, readers int) {
	var d bus.Driver = mem.Open()
	if driver == "dds" {
		var err error
		if d, err = dds.Open(dds.Options{Domain: dds.ReserveDomain(b), Loopback: true}); err != nil {
			b.Fatal(err)
		}
	}
	defer d.Close()
	n, err := d.OpenNode("bench", "/")
	if err != nil {
		b.Fatal(err)
	}
	for range readers {
		if _, err := n.Subscribe("/x", "sensor_msgs/msg/Image", bus.Command(), func(bus.Sample) {}); err != nil {
			b.Fatal(err)
		}
	}
	w, err := n.Advertise("/x", "sensor_msgs/msg/Image", bus.Command())
	if err != nil {
		b.Fatal(err)
	}
	head, tail := []byte{0, 1, 0, 0}, make([]byte, size)
	b.SetBytes(int64(size))
	b.ReportAllocs()
	for b.Loop() {
		if err := w.Write(head, tail); err != nil {
			b.Fatal(err)
		}
	}
}
