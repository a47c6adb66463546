package policynode

import (
	"context"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"hyt/config"
	"hyt/msgs/builtin_interfaces"
	"hyt/msgs/bus"
	"hyt/msgs/hyt_msgs"
	"hyt/nodes/control"
	"hyt/nodes/node"
)

// statusPeriod is that of ~/status.
const statusPeriod = time.Second

// monitor says once a second on ~/status how the node does. Its goroutine owns all but
// what other goroutines may ask for: limits and last.
type monitor struct {
	session *session
	out     *bus.Publisher[*hyt_msgs.Status]
	limits  atomic.Pointer[config.Policy]

	before totals
	mark   control.Mark

	mu   sync.Mutex
	last *hyt_msgs.Status // nil before the first
}

// totals are counts since the node was configured.
type totals struct {
	at                      time.Time // on the machine's clock
	images, bad             int64
	arrivals, plans, models int // events that the meters saw
	faults                  int64
	control                 control.Counts
}

// run reports until ctx is done.
func (m *monitor) run(ctx context.Context) {
	m.before, _ = m.totals()
	_, m.mark = m.session.loop.Since(control.Mark{}, m.session.node.Now())
	ticker := time.NewTicker(statusPeriod)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			m.keep(nil)
			return
		case <-ticker.C:
		}
		now := m.measure()
		m.keep(now)
		if err := m.out.Publish(now); err != nil {
			m.session.node.Log().Warn("the status was not sent", "error", err)
		}
	}
}

func (m *monitor) keep(s *hyt_msgs.Status) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.last = s
}

func (m *monitor) totals() (totals, error) {
	p := m.session.planner
	bad, imageFault := p.observer.Fault()
	faults, _ := p.outcome()
	return totals{
		at: time.Now(), images: p.images.Load(), bad: bad, faults: faults,
		arrivals: p.arrivals.Figures().Count, plans: p.ages.Figures().Count, models: p.acts.Figures().Count,
		control: m.session.controller.Report(m.session.node.Now()).Counts,
	}, imageFault
}

// measure makes a status of the time since the one before.
func (m *monitor) measure() *hyt_msgs.Status {
	now, imageFault := m.totals()
	before := m.before
	m.before = now
	s, p := m.session, m.session.planner
	at := s.node.Now()
	limits := m.limits.Load()
	sp := span{
		limits: limits.Thresholds, period: s.loop.Period, imageTimeout: config.Seconds(limits.ImageTimeout),
		granted: s.loop.Timing().Granted, seconds: now.at.Sub(before.at).Seconds(),
		arrivals: p.arrivals.Since(before.arrivals), plans: p.ages.Since(before.plans), models: p.acts.Since(before.models),
		images: now.images - before.images, imageFault: imageFault, chunks: now.control.Chunks - before.control.Chunks,
		lost: losses{
			bad: now.bad - before.bad, outOfOrder: now.control.ImagesOutOfOrder - before.control.ImagesOutOfOrder, failed: now.faults - before.faults,
		},
	}
	_, sp.planFault = p.outcome()
	for r := control.ClockJumped; r <= control.ChunkNotFinite; r++ {
		if n := now.control.RefusedFor(r) - before.control.RefusedFor(r); n > 0 {
			sp.lost.refused += n
			sp.lost.reason = r
		}
	}
	// An inference that has not come to an end counts for what it took so far.
	inference, latency := p.soFar()
	sp.models.P95, sp.plans.P95 = max(sp.models.P95, inference), max(sp.plans.P95, latency)
	sp.loop, m.mark = s.loop.Since(m.mark, at)
	return s.status(&sp, now.control, at)
}

// status puts what was measured into a message.
func (s *session) status(sp *span, counts control.Counts, at time.Time) *hyt_msgs.Status {
	r, timing, doing, p := s.controller.Report(at), s.loop.Timing(), s.planner.task.get(), s.planner
	faults, _ := p.outcome()
	bad, _ := p.observer.Fault()
	plans, models := p.ages.Figures(), p.acts.Figures()
	m := &hyt_msgs.Status{
		State: stateNumber[r.State], Armed: r.Armed, Reason: r.Reason.String(),
		Mode: string(doing.mode), Text: shortened(doing.text), Model: p.model.Spec().Name, ModelSha256: p.model.SHA256(),
		ControlRate: sp.loop.Rate, ImageRate: float64(sp.images) / sp.seconds, PlanRate: float64(sp.chunks) / sp.seconds,
		PeriodP50: sp.loop.P50.Seconds(), PeriodP99: sp.loop.P99.Seconds(), PeriodMax: sp.loop.Max.Seconds(), Jitter: sp.loop.Jitter.Seconds(),
		LatencyP50: plans.P50.Seconds(), LatencyP95: plans.P95.Seconds(), LatencyP99: plans.P99.Seconds(),
		InferenceP50: models.P50.Seconds(), InferenceP99: models.P99.Seconds(),
		ImageAge: orNone(r.ImageAge), PlanAge: orNone(r.PlanAge),
		Commands: uint64(counts.Commands), MissedDeadlines: uint64(timing.Missed),
		Plans: uint64(models.Count), PlansFailed: uint64(faults),
		ImagesBad: uint64(bad), ImagesOutOfOrder: uint64(counts.ImagesOutOfOrder), ClockJumps: uint64(counts.ClockJumps),
		Figures: sp.figures(),
	}
	m.Header.Stamp = builtin_interfaces.FromTime(at)
	for reason := control.Latched; reason <= control.NotFinite; reason++ {
		m.CommandsHeld += uint64(counts.HeldBy(reason))
		m.PlansRefused += uint64(counts.RefusedFor(reason))
	}
	if chooses, ok := p.model.(chooser); ok {
		asked, had := chooses.Thoughts()
		m.ThoughtsAsked, m.ThoughtsHad = uint64(asked), uint64(had)
	}
	_, sentence := verdict(r)
	m.Message = strings.Join(append([]string{sentence}, causes(m.Figures)...), "; ")
	return m
}

// chooser is a Model that decides by itself when to think.
type chooser interface {
	// Thoughts are how many frames were found worth a thought, and how many got one.
	Thoughts() (asked, had int64)
}

var stateNumber = map[control.State]uint8{
	control.Disarmed: hyt_msgs.Status_DISARMED, control.Active: hyt_msgs.Status_ACTIVE,
	control.Holding: hyt_msgs.Status_HOLDING, control.Stopped: hyt_msgs.Status_STOPPED,
}

// causes are the sentences of what is not well.
func causes(figures []hyt_msgs.Figure) (all []string) {
	for _, f := range figures {
		if !f.Well {
			all = append(all, f.Name+": "+f.Cause)
		}
	}
	return all
}

func orNone(age time.Duration) float64 {
	if age < 0 {
		return -1
	}
	return age.Seconds()
}

// shortened keeps a text that somebody sent by accident out of messages that many read.
func shortened(text string) string {
	const most = 1000 // bytes
	if len(text) <= most {
		return text
	}
	return strings.ToValidUTF8(text[:most], "") + "…"
}

// fill reports the figures of the last status.
func (m *monitor) fill(s *node.Status) {
	m.mu.Lock()
	last := m.last
	m.mu.Unlock()
	if last == nil {
		s.Summary(node.OK, "not measured yet")
		return
	}
	s.Summary(node.OK, "rate, jitter, latency and drops are within their limits")
	for _, cause := range causes(last.Figures) {
		s.Worsen(node.Warn, "%s", cause)
	}
	for _, f := range last.Figures {
		s.Add(f.Name, f.Value)
		s.Add(f.Name+"_limit", f.Limit)
		s.Add(f.Name+"_unit", f.Unit)
		s.Add(f.Name+"_cause", f.Cause)
	}
}
