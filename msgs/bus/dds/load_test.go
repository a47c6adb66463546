//go:build cgo && !nodds

package dds_test

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"hyt/msgs/bus"
	"hyt/msgs/bus/dds"
	"hyt/msgs/geometry_msgs"
	"hyt/msgs/sensor_msgs"
)

// soakTime is the environment variable with the time that BenchmarkRobotLoad takes;
// the full one is 10m.
const soakTime = "HYT_BENCH_SOAK"

const (
	imageRate  = 30  // Hz
	actionRate = 100 // Hz
)

// BenchmarkRobotLoad is the bus's part of a policy: it reads 640×480 images at
// 30 Hz and writes actions at 100 Hz, with the robot in another process. What it
// takes of a core is both processes' user and system time over wall time.
func BenchmarkRobotLoad(b *testing.B) {
	duration := 10 * time.Second
	if text := os.Getenv(soakTime); text != "" {
		var err error
		if duration, err = time.ParseDuration(text); err != nil {
			b.Fatalf("%s: %v", soakTime, err)
		}
	}
	domain := dds.ReserveDomain(b)
	d, err := dds.Open(dds.Options{Domain: domain, Loopback: true})
	if err != nil {
		b.Fatal(err)
	}
	defer d.Close()
	n, err := d.OpenNode("policy", "/")
	if err != nil {
		b.Fatal(err)
	}
	images := make(chan struct{}, 1000)
	if _, err := bus.Subscribe(n, "/image", bus.SensorData(), func(m *sensor_msgs.Image, _ bus.Sample) {
		images <- struct{}{}
	}, nil); err != nil {
		b.Fatal(err)
	}
	actions, err := bus.NewPublisher[*geometry_msgs.TwistStamped](n, "/action", bus.Command())
	if err != nil {
		b.Fatal(err)
	}
	robot := startPeer(b, "robot", *domain, 0)
	<-images

	for b.Loop() {
		tick := time.NewTicker(time.Second / actionRate)
		defer tick.Stop()
		var memory []float64 // resident, MB, once a second
		came := 0
		start := time.Now()
		own, other := cpuTime(b, os.Getpid()), cpuTime(b, robot.Process.Pid)
		for i := 1; time.Since(start) < duration; i++ {
			<-tick.C
			if err := actions.Publish(&geometry_msgs.TwistStamped{}); err != nil {
				b.Fatal(err)
			}
			for len(images) > 0 {
				<-images
				came++
			}
			if i%actionRate == 0 {
				memory = append(memory, resident(b))
			}
		}
		wall := time.Since(start)
		own, other = cpuTime(b, os.Getpid())-own, cpuTime(b, robot.Process.Pid)-other
		policyShare, robotShare := 100*own.Seconds()/wall.Seconds(), 100*other.Seconds()/wall.Seconds()
		b.Logf("%v: %.1f images/s; policy %.2f %% of a core, robot %.2f %%", wall.Round(time.Second), float64(came)/wall.Seconds(), policyShare, robotShare)
		tenths := make([]float64, 11)
		for i := range tenths {
			tenths[i] = memory[i*(len(memory)-1)/10]
		}
		b.Logf("policy's memory in MB, each tenth of the time: %.1f (%.1f … %.1f)", tenths, slices.Min(memory), slices.Max(memory))
		b.ReportMetric(0, "ns/op")
		b.ReportMetric(policyShare, "policy-%core")
		b.ReportMetric(robotShare, "robot-%core")
		b.ReportMetric(tenths[10]-tenths[5], "grown-MB/half")
	}
}

// startRobot publishes images and reads actions.
func startRobot(d bus.Driver) error {
	n, err := d.OpenNode("robot", "/")
	if err != nil {
		return err
	}
	if _, err := bus.Subscribe(n, "/action", bus.Command(), func(*geometry_msgs.TwistStamped, bus.Sample) {}, nil); err != nil {
		return err
	}
	images, err := bus.NewPublisher[*sensor_msgs.Image](n, "/image", bus.SensorData())
	if err != nil {
		return err
	}
	go func() {
		image := &sensor_msgs.Image{Height: 480, Width: 640, Step: 3 * 640, Encoding: "rgb8", Data: make([]byte, imageBytes)}
		for range time.Tick(time.Second / imageRate) {
			if images.Publish(image) != nil {
				return
			}
		}
	}()
	return nil
}

// cpuTime is what a process has had of all cores so far.
func cpuTime(b *testing.B, pid int) time.Duration {
	if pid == os.Getpid() {
		var use syscall.Rusage
		if err := syscall.Getrusage(syscall.RUSAGE_SELF, &use); err != nil {
			b.Fatal(err)
		}
		return time.Duration(use.Utime.Nano() + use.Stime.Nano())
	}
	// The nanoseconds that its threads ran.
	tasks, err := os.ReadDir(fmt.Sprintf("/proc/%d/task", pid))
	if err != nil {
		b.Fatal(err)
	}
	var total time.Duration
	for _, task := range tasks {
		text, _ := os.ReadFile(fmt.Sprintf("/proc/%d/task/%s/schedstat", pid, task.Name()))
		var ran int64
		fmt.Sscan(string(text), &ran)
		total += time.Duration(ran)
	}
	return total
}

// resident is this process's memory in MB.
func resident(b *testing.B) float64 {
	text, err := os.ReadFile("/proc/self/status")
	if err != nil {
		b.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(text), "VmRSS:")
	var kb float64
	fmt.Sscan(rest, &kb)
	return kb / 1024
}
