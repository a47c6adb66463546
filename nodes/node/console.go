package node

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"sync"

	"hyt/nodes/rosargs"
)

// Console is a slog.Handler that writes lines as ROS 2 does:
//
//	[INFO] [1700000000.123456789] [robot.policy]: text key=value
type Console struct {
	out   *lockedWriter
	name  string
	level slog.Level
	attrs string // rendered, each with a space before it
	group string // prefix of keys: "a.b."
}

// lockedWriter is shared by a Console and those derived from it.
type lockedWriter struct {
	mu sync.Mutex
	w  io.Writer
}

// NewConsole writes lines of the logger called name, from level on.
func NewConsole(w io.Writer, name string, level slog.Level) *Console {
	return &Console{out: &lockedWriter{w: w}, name: name, level: level}
}

// Enabled implements slog.Handler.
func (c *Console) Enabled(_ context.Context, l slog.Level) bool { return l >= c.level }

// Handle implements slog.Handler. A line is one Write.
func (c *Console) Handle(_ context.Context, r slog.Record) error {
	line := fmt.Sprintf("[%s] [%d.%09d] [%s]: %s\n", levelName(r.Level), r.Time.Unix(), r.Time.Nanosecond(), c.name, c.message(r))
	c.out.mu.Lock()
	defer c.out.mu.Unlock()
	_, err := io.WriteString(c.out.w, line)
	return err
}

// message is the text of a line: what happened, then key=value.
func (c *Console) message(r slog.Record) string {
	var b strings.Builder
	b.WriteString(r.Message)
	b.WriteString(c.attrs)
	r.Attrs(func(a slog.Attr) bool {
		b.WriteString(render(c.group, a))
		return true
	})
	return b.String()
}

// WithAttrs implements slog.Handler.
func (c *Console) WithAttrs(attrs []slog.Attr) slog.Handler {
	d := *c
	for _, a := range attrs {
		d.attrs += render(c.group, a)
	}
	return &d
}

// WithGroup implements slog.Handler.
func (c *Console) WithGroup(name string) slog.Handler {
	d := *c
	if name != "" {
		d.group += name + "."
	}
	return &d
}

func render(group string, a slog.Attr) string {
	v := a.Value.Resolve()
	if v.Kind() == slog.KindGroup {
		if a.Key != "" {
			group += a.Key + "."
		}
		var b strings.Builder
		for _, inner := range v.Group() {
			b.WriteString(render(group, inner))
		}
		return b.String()
	}
	text := v.String()
	if strings.ContainsAny(text, " \"\n=") || text == "" {
		text = fmt.Sprintf("%q", text)
	}
	return " " + group + a.Key + "=" + text
}

func levelName(l slog.Level) string {
	switch {
	case l >= rosargs.LevelFatal:
		return "FATAL"
	case l >= slog.LevelError:
		return "ERROR"
	case l >= slog.LevelWarn:
		return "WARN"
	case l >= slog.LevelInfo:
		return "INFO"
	}
	return "DEBUG"
}
