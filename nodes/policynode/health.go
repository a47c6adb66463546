package policynode

import (
	"fmt"
	"strings"
	"time"

	"hyt/config"
	"hyt/msgs/hyt_msgs"
	"hyt/nodes/control"
	"hyt/nodes/meter"
)

// span is what was measured from one status to the next, and what it is held against.
type span struct {
	limits       config.Thresholds
	period       time.Duration // of the control loop
	imageTimeout time.Duration
	granted      string // how the loop's thread is scheduled
	seconds      float64

	loop                    control.Recent
	arrivals, plans, models meter.Figures // of images, of plans, of inference
	images                  int64         // that could be used
	imageFault, planFault   error         // the newest; nil: none
	lost                    losses
	chunks                  int64 // taken by the controller
}

// losses are what came and could not be used.
type losses struct {
	bad        int64 // images that cannot be decoded
	outOfOrder int64 // images that a newer one had overtaken
	refused    int64 // chunks, by the controller
	failed     int64 // attempts to plan
	reason     control.Reason
}

func (l losses) total() int64 { return l.bad + l.outOfOrder + l.refused + l.failed }

// figures holds everything against its limit.
func (s *span) figures() []hyt_msgs.Figure {
	return []hyt_msgs.Figure{s.rate(), s.jitter(), s.latency(), s.drops(), s.imageRate()}
}

func (s *span) rate() hyt_msgs.Figure {
	f := hyt_msgs.Figure{Name: "rate", Unit: "Hz", Value: s.loop.Rate, Limit: s.limits.MinRate / s.period.Seconds()}
	return atLeast(f, s.late())
}

func (s *span) jitter() hyt_msgs.Figure {
	f := hyt_msgs.Figure{Name: "jitter", Unit: "s", Value: s.loop.Jitter.Seconds(), Limit: s.limits.MaxJitter}
	return atMost(f, s.late())
}

// late is why commands came late.
func (s *span) late() string {
	m := s.loop.Misses
	switch {
	case s.loop.P50 == 0:
		return "the control loop did not tick"
	case m.Paused > 0:
		return fmt.Sprintf("the process was stopped or the machine slept (%d deadlines)", m.Total())
	case m.Skipped > m.Busy+m.Publishing:
		return fmt.Sprintf("/clock skipped deadlines (%d): its source takes steps longer than a control period", m.Skipped)
	case m.Publishing > m.Busy, m.Total() == 0 && s.loop.Execution > s.period:
		return fmt.Sprintf("publishing took up to %v", s.loop.Execution.Round(time.Millisecond))
	}
	return fmt.Sprintf("the processor was busy elsewhere (the loop's thread is %q; parameter realtime_priority asks for more)", s.granted)
}

func (s *span) latency() hyt_msgs.Figure {
	f := hyt_msgs.Figure{Name: "latency", Unit: "s", Value: s.plans.P95.Seconds(), Limit: s.limits.MaxLatency}
	whole, model, way := s.plans.P95, s.models.P95, s.arrivals.P95
	switch {
	case model >= whole/2:
		return atMost(f, fmt.Sprintf("inference takes %v", model.Round(time.Millisecond)))
	case way >= whole/2:
		return atMost(f, fmt.Sprintf("images come %v after their stamps", way.Round(time.Millisecond)))
	}
	return atMost(f, fmt.Sprintf("images wait for the model, which takes %v", model.Round(time.Millisecond)))
}

func (s *span) drops() hyt_msgs.Figure {
	f := hyt_msgs.Figure{Name: "drops", Limit: s.limits.MaxDrops}
	l := s.lost
	if all := s.images + s.chunks + l.total(); all > 0 {
		f.Value = float64(l.total()) / float64(all)
	}
	switch most := max(l.bad, l.failed, l.refused, l.outOfOrder); most {
	case l.bad:
		return atMost(f, fmt.Sprintf("%d images could not be used: %v", most, s.imageFault))
	case l.failed:
		return atMost(f, fmt.Sprintf("%d times no plan was made: %v", most, s.planFault))
	case l.refused:
		return atMost(f, fmt.Sprintf("%d plans were refused: %s", most, strings.TrimPrefix(l.reason.Sentence(), "holding: ")))
	default:
		return atMost(f, fmt.Sprintf("%d images came after newer ones", most))
	}
}

func (s *span) imageRate() hyt_msgs.Figure {
	f := hyt_msgs.Figure{Name: "images", Unit: "Hz", Value: float64(s.images) / s.seconds, Limit: 1 / s.imageTimeout.Seconds()}
	if s.images > 0 {
		return atLeast(f, fmt.Sprintf("images come too seldom for image_timeout (%v)", s.imageTimeout))
	}
	if s.imageFault != nil {
		return atLeast(f, fmt.Sprintf("no image can be used: %v", s.imageFault))
	}
	return atLeast(f, "no image comes")
}

func atLeast(f hyt_msgs.Figure, cause string) hyt_msgs.Figure {
	return judged(f, f.Value >= f.Limit, cause)
}

func atMost(f hyt_msgs.Figure, cause string) hyt_msgs.Figure {
	return judged(f, f.Value <= f.Limit, cause)
}

func judged(f hyt_msgs.Figure, well bool, cause string) hyt_msgs.Figure {
	if f.Well = well; !well {
		f.Cause = cause
	}
	return f
}
