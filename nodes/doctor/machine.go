package doctor

import (
	"context"
	"errors"
	"fmt"
	"os"
	"runtime"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"hyt/msgs/bus"
	"hyt/msgs/bus/dds"
	"hyt/nodes/share"
	"hyt/policy/onnx"
	"hyt/policy/spec"
)

// machine lists what hyt needs of a machine.
func machine(model string) []check {
	return []check{
		{"go", true, goRuntime},
		{"onnxruntime", true, onnxRuntime},
		{"dds", true, ddsLoopback},
		{"kernel buffers", false, receiveBuffer},
		{"real time", false, realTimeRights},
		{"model", true, func(context.Context) (string, error) { return checkModel(model) }},
	}
}

func goRuntime(context.Context) (string, error) {
	return fmt.Sprintf("%s, %s/%s, %d processors", runtime.Version(), runtime.GOOS, runtime.GOARCH, runtime.NumCPU()), nil
}

func onnxRuntime(context.Context) (string, error) {
	path, err := onnx.FindLibrary()
	if err != nil {
		return "", &remedy{err, "run: make setup"}
	}
	return path, nil
}

// ddsLoopback sends one message from one participant to another.
func ddsLoopback(ctx context.Context) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	start := time.Now()
	a, err := dds.Open(dds.Options{Loopback: true})
	if err != nil {
		if errors.Is(err, bus.ErrUnavailable) {
			return "", &remedy{err, "run: make setup, and build without the tag nodds"}
		}
		return "", &remedy{err, "set ROS_DOMAIN_ID to a free domain, 0 to 101"}
	}
	defer a.Close()
	b, err := dds.Open(dds.Options{Loopback: true})
	if err != nil {
		return "", &remedy{err, "set ROS_DOMAIN_ID to a free domain, 0 to 101"}
	}
	defer b.Close()
	if err := pingPong(ctx, a, b); err != nil {
		return "", &remedy{err, "is the interface lo up, and is UDP on it not filtered?"}
	}
	return fmt.Sprintf("Cyclone DDS on loopback, first message after %d ms", time.Since(start).Milliseconds()), nil
}

func pingPong(ctx context.Context, a, b bus.Driver) error {
	na, err := a.OpenNode("hyt_doctor_a", "/")
	if err != nil {
		return err
	}
	nb, err := b.OpenNode("hyt_doctor_b", "/")
	if err != nil {
		return err
	}
	const topic, typ = "/hyt_doctor", "std_msgs/msg/Empty"
	got := make(chan struct{}, 1)
	_, err = nb.Subscribe(topic, typ, bus.Latched(1), func(bus.Sample) {
		select {
		case got <- struct{}{}:
		default:
		}
	})
	if err != nil {
		return err
	}
	w, err := na.Advertise(topic, typ, bus.Latched(1))
	if err != nil {
		return err
	}
	if err := w.Write([]byte{0, 1, 0, 0, 0}, nil); err != nil {
		return err
	}
	select {
	case <-got:
		return nil
	case <-ctx.Done():
		return errors.New("a message over DDS on loopback did not arrive within 10 s")
	}
}

// receiveBuffer checks that a burst of camera images fits the kernel's socket
// buffer: what does not fit is lost and sent again.
func receiveBuffer(context.Context) (string, error) {
	const file, want = "/proc/sys/net/core/rmem_max", 1 << 20
	raw, err := os.ReadFile(file)
	if err != nil {
		return "", err
	}
	have, err := strconv.Atoi(strings.TrimSpace(string(raw)))
	if err != nil {
		return "", fmt.Errorf("%s: %w", file, err)
	}
	if have < want {
		return "", &remedy{fmt.Errorf("net.core.rmem_max is %d bytes: large images may be resent", have),
			fmt.Sprintf("run as root: sysctl -w net.core.rmem_max=%d", 8*want)}
	}
	return fmt.Sprintf("net.core.rmem_max is %d bytes", have), nil
}

func realTimeRights(context.Context) (string, error) {
	var lim unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_RTPRIO, &lim); err != nil {
		return "", err
	}
	if lim.Cur == 0 && os.Geteuid() != 0 {
		return "", &remedy{errors.New("no right to real-time priority: the control loop shares its core"),
			"add '@realtime - rtprio 98' to /etc/security/limits.conf and join that group"}
	}
	return "real-time priority may be asked for", nil
}

func checkModel(dir string) (string, error) {
	dir = share.Find(dir)
	s, err := spec.Load(dir)
	if err != nil {
		return "", &remedy{err, "give another with --model, or make one with: hyt train"}
	}
	return fmt.Sprintf("%s: %s, %d files verified", dir, s.Name, len(s.Files)), nil
}
