//go:build ros2 && cgo

package rcl_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"hyt/msgs/bus"
	"hyt/msgs/sensor_msgs"
)

// BenchmarkRoundTrip sends a message to an echo on another context of this process
// and waits for it to come back, through the RMW of the sourced ROS 2.
func BenchmarkRoundTrip(b *testing.B) {
	for _, size := range []int{64, 640 * 480 * 3} {
		b.Run(fmt.Sprintf("%dB", size), func(b *testing.B) {
			near, far := twoNodes(b)
			back, err := far.Advertise("/pong", "sensor_msgs/msg/Image", bus.Command())
			if err != nil {
				b.Fatal(err)
			}
			if _, err := far.Subscribe("/ping", "sensor_msgs/msg/Image", bus.Command(), func(s bus.Sample) {
				if err := back.Write(s.Data, nil); err != nil {
					b.Error(err)
				}
			}); err != nil {
				b.Fatal(err)
			}
			came := make(chan struct{}, 1)
			echo, err := near.Subscribe("/pong", "sensor_msgs/msg/Image", bus.Command(), func(bus.Sample) { came <- struct{}{} })
			if err != nil {
				b.Fatal(err)
			}
			out, err := bus.NewPublisher[*sensor_msgs.Image](near, "/ping", bus.Command())
			if err != nil {
				b.Fatal(err)
			}
			for out.Matched() == 0 || back.Matched() == 0 || echo.Matched() == 0 {
				time.Sleep(time.Millisecond)
			}
			image := &sensor_msgs.Image{Encoding: "rgb8", Data: make([]byte, size)}
			took := make([]time.Duration, 0, 1024)
			b.SetBytes(int64(2 * size))
			b.ReportAllocs()
			for b.Loop() {
				start := time.Now()
				if err := out.Publish(image); err != nil {
					b.Fatal(err)
				}
				<-came
				took = append(took, time.Since(start))
			}
			slices.Sort(took)
			b.ReportMetric(float64(took[len(took)/2].Nanoseconds())/1000, "p50-µs")
			b.ReportMetric(float64(took[len(took)*99/100].Nanoseconds())/1000, "p99-µs")
		})
	}
}
