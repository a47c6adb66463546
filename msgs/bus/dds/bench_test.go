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

// BenchmarkRoundTrip sends a message to an echo and waits for it to come back:
// mem within this process, dds to a second process over loopback.
func BenchmarkRoundTrip(b *testing.B) {
	for _, size := range []struct {
		name  string
		bytes int
	}{{"64B", 64}, {"640x480rgb8", 640 * 480 * 3}} {
		b.Run("mem/"+size.name, func(b *testing.B) {
			d := mem.Open()
			defer d.Close()
			if err := serveEcho(d); err != nil {
				b.Fatal(err)
			}
			roundTrips(b, d, size.bytes)
		})
		b.Run("dds/"+size.name, func(b *testing.B) {
			domain := testDomain()
			d, err := dds.Open(dds.Options{Domain: domain, Loopback: true})
			if err != nil {
				b.Fatal(err)
			}
			defer d.Close()
			startPeer(b, *domain, 0)
			roundTrips(b, d, size.bytes)
		})
	}
}

// serveEcho sends what comes on /ping back on /pong.
func serveEcho(d bus.Driver) error {
	n, err := d.OpenNode("echo", "/")
	if err != nil {
		return err
	}
	w, err := n.Advertise("/pong", "sensor_msgs/msg/Image", bus.Default())
	if err != nil {
		return err
	}
	_, err = n.Subscribe("/ping", "sensor_msgs/msg/Image", bus.Default(), func(s bus.Sample) {
		if err := w.Write(s.Data, nil); err != nil {
			fmt.Fprintln(os.Stderr, "echo:", err)
		}
	})
	return err
}

func roundTrips(b *testing.B, d bus.Driver, size int) {
	n, err := d.OpenNode("bench", "/")
	if err != nil {
		b.Fatal(err)
	}
	back := make(chan struct{}, 1)
	r, err := n.Subscribe("/pong", "sensor_msgs/msg/Image", bus.Default(), func(bus.Sample) { back <- struct{}{} })
	if err != nil {
		b.Fatal(err)
	}
	p, err := bus.NewPublisher[*sensor_msgs.Image](n, "/ping", bus.Default())
	if err != nil {
		b.Fatal(err)
	}
	for p.Matched() != 1 || r.Matched() != 1 {
		time.Sleep(time.Millisecond)
	}
	image := &sensor_msgs.Image{Encoding: "rgb8", Data: make([]byte, size)}
	once := func() time.Duration {
		start := time.Now()
		if err := p.Publish(image); err != nil {
			b.Fatal(err)
		}
		<-back
		return time.Since(start)
	}
	once() // discovery may not have reached the other side yet
	b.SetBytes(int64(2 * size))
	b.ReportAllocs()
	took := make([]time.Duration, 0, 1024)
	for b.Loop() {
		took = append(took, once())
	}
	slices.Sort(took)
	b.ReportMetric(float64(took[len(took)/2].Nanoseconds())/1000, "p50-µs")
	b.ReportMetric(float64(took[len(took)*99/100].Nanoseconds())/1000, "p99-µs")
}

// BenchmarkWrite is what a publisher pays, with no reader and with one.
func BenchmarkWrite(b *testing.B) {
	for _, readers := range []int{0, 1} {
		for _, size := range []int{64, 640 * 480 * 3} {
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
		if d, err = dds.Open(dds.Options{Domain: testDomain(), Loopback: true}); err != nil {
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
