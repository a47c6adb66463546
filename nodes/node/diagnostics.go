package node

import (
	"context"
	"fmt"
	"time"

	"hyt/msgs/builtin_interfaces"
	"hyt/msgs/diagnostic_msgs"
)

// Level of a diagnostic status, as diagnostic_msgs numbers them.
type Level = byte

const (
	OK    Level = diagnostic_msgs.DiagnosticStatus_OK
	Warn  Level = diagnostic_msgs.DiagnosticStatus_WARN
	Error Level = diagnostic_msgs.DiagnosticStatus_ERROR
	Stale Level = diagnostic_msgs.DiagnosticStatus_STALE
)

// Status is one entry of a report. A fresh one is OK and says nothing.
type Status struct {
	msg diagnostic_msgs.DiagnosticStatus
}

// Summary sets the level and the sentence that says why.
func (s *Status) Summary(l Level, format string, args ...any) {
	s.msg.Level, s.msg.Message = l, fmt.Sprintf(format, args...)
}

// Worsen is Summary where l is worse than what was said; the sentence is appended
// where both are faults, so that one fault does not hide another.
func (s *Status) Worsen(l Level, format string, args ...any) {
	text := fmt.Sprintf(format, args...)
	switch {
	case l == OK:
	case s.msg.Level == OK:
		s.msg.Level, s.msg.Message = l, text
	default:
		s.msg.Level = max(s.msg.Level, l)
		s.msg.Message += "; " + text
	}
}

// Add appends a value. Floats are written with four significant digits.
func (s *Status) Add(key string, value any) {
	text := fmt.Sprint(value)
	if f, ok := value.(float64); ok {
		text = fmt.Sprintf("%.4g", f)
	}
	s.msg.Values = append(s.msg.Values, diagnostic_msgs.KeyValue{Key: key, Value: text})
}

// AddMillis appends a duration in milliseconds.
func (s *Status) AddMillis(key string, d time.Duration) {
	s.Add(key, fmt.Sprintf("%.1f", float64(d.Microseconds())/1e3))
}

type check struct {
	name string
	fill func(*Status)
}

// Diagnose adds an entry to the node's report. fill is called for each report, from
// the report's goroutine.
func (n *Node) Diagnose(name string, fill func(*Status)) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.scope.checks = append(n.scope.checks, check{name, fill})
}

// SetDiagnosticsRate sets how often the node reports, in Hz.
func (n *Node) SetDiagnosticsRate(rate float64) {
	n.reportEvery.Store(int64(float64(time.Second) / rate))
}

// RunDiagnostics reports on /diagnostics until ctx is done, once a second or as
// SetDiagnosticsRate says, and logs what is wrong with the node's place in the graph.
func (n *Node) RunDiagnostics(ctx context.Context) {
	every := n.reportEvery.Load()
	ticker := time.NewTicker(time.Duration(every))
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
		if now := n.reportEvery.Load(); now != every {
			every = now
			ticker.Reset(time.Duration(every))
		}
		n.complainAboutPeers()
		n.complainAboutTwins()
		if err := n.diagnostics.Publish(n.report()); err != nil {
			n.log.Warn("diagnostics not sent", "error", err)
		}
	}
}

func (n *Node) report() *diagnostic_msgs.DiagnosticArray {
	n.mu.Lock()
	var checks []check
	for _, s := range n.scopes {
		checks = append(checks, s.checks...)
	}
	n.mu.Unlock()
	m := &diagnostic_msgs.DiagnosticArray{}
	m.Header.Stamp = builtin_interfaces.FromTime(n.Now())
	for _, c := range checks {
		var s Status
		s.msg.Name, s.msg.HardwareId = n.id.LoggerName()+": "+c.name, "hyt"
		c.fill(&s)
		m.Status = append(m.Status, s.msg)
	}
	return m
}
