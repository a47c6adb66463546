//go:build cgo && !nodds

package dds_test

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"syscall"
	"testing"
	"time"

	"hyt/msgs/bus/dds"
)

// Blocks of ddsperf and of ours take turns, so that what else the machine does
// falls on both. The first block of each warms up.
const (
	perfBlocks     = 9
	perfRoundTrips = 1000 // a block of ours
)

// BenchmarkImageRoundTripAgainstDDSPerf compares the round trip of a 640×480 rgb8
// image between two processes with that of Cyclone's own ddsperf: as many bytes,
// the same settings of Cyclone, reliable and keep last 1, both driven by listeners.
func BenchmarkImageRoundTripAgainstDDSPerf(b *testing.B) {
	if _, err := exec.LookPath("ddsperf"); err != nil {
		b.Skip("ddsperf is not installed: apt-get install cyclonedds-tools, as make setup does")
	}
	o := dds.Options{Domain: dds.ReserveDomain(b), Loopback: true}
	config, err := dds.Config(dds.Options{Domain: dds.ReserveDomain(b), Loopback: true})
	if err != nil {
		b.Fatal(err)
	}
	d, err := dds.Open(o)
	if err != nil {
		b.Fatal(err)
	}
	defer d.Close()
	startPeer(b, "echo", *o.Domain, 0)
	p := newPing(b, d, imageBytes)

	c := newDDSPerf(b, config)
	var ours, theirs, ratios []float64
	for b.Loop() {
		for block := range perfBlocks {
			own, their := ourMedian(b, p), c.median(b)
			if block == 0 {
				continue
			}
			b.Logf("block %2d: ours %6.0f µs, ddsperf %6.0f µs, ratio %.2f", block, own, their, own/their)
			ours, theirs, ratios = append(ours, own), append(theirs, their), append(ratios, own/their)
		}
	}
	b.Logf("medians of %d blocks: ours %.0f µs (%.0f … %.0f), ddsperf %.0f µs (%.0f … %.0f); ratio of medians %.2f (of blocks %.2f … %.2f)",
		len(ratios), median(ours), slices.Min(ours), slices.Max(ours), median(theirs), slices.Min(theirs), slices.Max(theirs),
		median(ours)/median(theirs), slices.Min(ratios), slices.Max(ratios))
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(median(ours), "ours-µs")
	b.ReportMetric(median(theirs), "ddsperf-µs")
	b.ReportMetric(median(ours)/median(theirs), "ratio")
}

func median(list []float64) float64 { return slices.Sorted(slices.Values(list))[len(list)/2] }

// ourMedian is the median of a block of round trips, in µs.
func ourMedian(b *testing.B, p *ping) float64 {
	took := make([]float64, perfRoundTrips)
	for i := range took {
		took[i] = microseconds(p.once(b))
	}
	return median(took)
}

// ddsperf is a running pair of ddsperf processes, stopped but for their blocks.
type ddsperf struct {
	ping, pong *exec.Cmd
	out        *bufio.Scanner // of ping
}

func newDDSPerf(b *testing.B, config string) *ddsperf {
	b.Helper()
	c := &ddsperf{}
	start := func(args ...string) (*exec.Cmd, io.Reader) {
		cmd := exec.Command("ddsperf", args...)
		cmd.Env = append(os.Environ(), "CYCLONEDDS_URI="+config)
		cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
		out, err := cmd.StdoutPipe()
		if err != nil {
			b.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			b.Fatal(err)
		}
		b.Cleanup(func() { cmd.Process.Kill(); cmd.Wait() })
		return cmd, out
	}
	var pong io.Reader
	c.pong, pong = start("pong")
	go io.Copy(io.Discard, pong)
	var out io.Reader
	c.ping, out = start("ping", "size", fmt.Sprint(imageBytes))
	c.out = bufio.NewScanner(out)
	c.next(b)
	c.signal(b, syscall.SIGSTOP)
	return c
}

func (c *ddsperf) signal(b *testing.B, s os.Signal) {
	for _, cmd := range []*exec.Cmd{c.ping, c.pong} {
		if err := cmd.Process.Signal(s); err != nil {
			b.Fatal(err)
		}
	}
}

var latencyRE = regexp.MustCompile(` 50% ([0-9.]+)us `)

// next is the median that ddsperf prints each second, in µs: it prints half of the
// round trip.
func (c *ddsperf) next(b *testing.B) float64 {
	for c.out.Scan() {
		if m := latencyRE.FindStringSubmatch(c.out.Text()); m != nil {
			var half float64
			fmt.Sscan(m[1], &half)
			return 2 * half
		}
	}
	b.Fatalf("ddsperf ended: %v", c.out.Err())
	return 0
}

// median lets ddsperf run for a block. The first second holds the time that it was
// stopped for; the next is whole.
func (c *ddsperf) median(b *testing.B) float64 {
	c.signal(b, syscall.SIGCONT)
	c.next(b)
	m := c.next(b)
	c.signal(b, syscall.SIGSTOP)
	time.Sleep(10 * time.Millisecond)
	return m
}
