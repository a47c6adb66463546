package node

import (
	"context"
	"log/slog"
	"runtime"
	"time"

	"hyt/msgs/builtin_interfaces"
	"hyt/msgs/bus"
	"hyt/msgs/rcl_interfaces"
	"hyt/nodes/rosargs"
)

// rosout is a slog.Handler that publishes lines on /rosout. Its text is the Console's.
type rosout struct {
	text *Console // renders; its out is not used
	pub  *bus.Publisher[*rcl_interfaces.Log]
	now  func() time.Time
}

// rosoutQoS is rcl_qos_profile_rosout_default of rcl: who comes late reads the last
// ten seconds.
func rosoutQoS() bus.QoS {
	q := bus.Latched(1000)
	q.Lifespan = 10 * time.Second
	return q
}

func (n *Node) rosout() (slog.Handler, error) {
	pub, err := Advertise[*rcl_interfaces.Log](n, "/rosout", rosoutQoS())
	if err != nil {
		return nil, err
	}
	return &rosout{text: NewConsole(nil, n.id.LoggerName(), n.args.Level(n.id)), pub: pub, now: n.Now}, nil
}

// Enabled implements slog.Handler.
func (o *rosout) Enabled(ctx context.Context, l slog.Level) bool { return o.text.Enabled(ctx, l) }

// Handle implements slog.Handler.
func (o *rosout) Handle(_ context.Context, r slog.Record) error {
	m := &rcl_interfaces.Log{
		Stamp: builtin_interfaces.FromTime(o.now()),
		Level: rosLevel(r.Level), Name: o.text.name, Msg: o.text.message(r),
	}
	if r.PC != 0 {
		f, _ := runtime.CallersFrames([]uintptr{r.PC}).Next()
		m.File, m.Function, m.Line = f.File, f.Function, uint32(f.Line)
	}
	return o.pub.Publish(m)
}

// WithAttrs implements slog.Handler.
func (o *rosout) WithAttrs(attrs []slog.Attr) slog.Handler {
	d := *o
	d.text = o.text.WithAttrs(attrs).(*Console)
	return &d
}

// WithGroup implements slog.Handler.
func (o *rosout) WithGroup(name string) slog.Handler {
	d := *o
	d.text = o.text.WithGroup(name).(*Console)
	return &d
}

func rosLevel(l slog.Level) byte {
	switch {
	case l >= rosargs.LevelFatal:
		return rcl_interfaces.Log_FATAL
	case l >= slog.LevelError:
		return rcl_interfaces.Log_ERROR
	case l >= slog.LevelWarn:
		return rcl_interfaces.Log_WARN
	case l >= slog.LevelInfo:
		return rcl_interfaces.Log_INFO
	}
	return rcl_interfaces.Log_DEBUG
}
