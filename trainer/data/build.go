package data

import (
	"cmp"
	"fmt"
	"math"
	"time"

	"hyt/trainer/contract"
)

// sample is a Sample on its way into the store.
type sample struct {
	time        int64
	frames      []*frame // by camera
	proprio     []float32
	actions     []float32
	instruction string
	thought     string
	objects     [][3]float64 // by object of the contract; NaN where it is not known
	published   int64
}

// maker makes samples of complete episodes.
type maker struct {
	plan   *plan
	drop   func(reason string)
	holes  holes
	labels *labels
	// misaligned counts images that lack something at their time.
	misaligned int
	why        string // the last one did
}

// samples makes one sample of each image of d that has all that a sample needs. d
// is settled.
func (m *maker) samples(d *demo, held told) []sample {
	var out []sample
	blind := m.holes.blind(d, m.plan)
	commands, camera := m.commands(d), m.plan.camera(0).recorded
	last := int64(math.MinInt64)
	for _, image := range d.images {
		if err := image.failed(); err != nil {
			m.drop(fault(camera, err))
			continue
		}
		if image.stamp <= last {
			m.drop(camera + ": stamp does not advance")
			continue
		}
		last = image.stamp
		s := sample{time: image.stamp, published: image.published, frames: []*frame{image.frame}}
		now := d.instruction(image.published, held)
		if m.forgotten(now, image.published) || in(blind, image.stamp, m.hold(), m.plan.contract.Period()*time.Duration(m.plan.contract.Chunk)) {
			m.drop("beside a damaged part of the bag: what was said there is not known")
			continue
		}
		s.instruction = cmp.Or(now.text, m.plan.contract.Episodes.Instruction)
		m.labels.annotate(d, &s, d.images[0].stamp)
		if idle(s.instruction) {
			m.drop("no instruction at the image's time")
			continue
		}
		if !m.others(&s, d) || !m.proprio(&s, d) {
			continue
		}
		missing := ""
		if s.actions, missing = commands.chunk(image.stamp); missing != "" {
			m.drop("no " + missing + " at the image's time")
			continue
		}
		for _, topic := range m.plan.contract.Of(contract.Thought) {
			if p, ok := d.thoughts.last(image.stamp); ok && s.thought == "" && image.stamp-p.at <= int64(topic.Hold) {
				s.thought = p.value
			}
		}
		m.objects(&s, d)
		out = append(out, s)
	}
	return out
}

// forgotten tells whether something else may have been said since an instruction.
func (m *maker) forgotten(now told, published int64) bool {
	for _, s := range m.plan.sources {
		if s.Role == contract.Instruction && m.holes.hides(s.recorded, now.at, published) {
			return true
		}
	}
	return false
}

// hold is for how long a command may last.
func (m *maker) hold() (longest time.Duration) {
	for _, t := range m.plan.contract.Of(contract.Action) {
		longest = max(longest, t.Hold)
	}
	return longest
}

// camera is the source of a camera; nil where the bag has none.
func (p *plan) camera(i int) *source {
	for _, s := range p.sources {
		if s.Role == contract.Image && s.camera == i {
			return s
		}
	}
	return nil
}

// others finds the other cameras' frames. A camera that the bag lacks is nil.
func (m *maker) others(s *sample, d *demo) bool {
	for i := 1; i < len(m.plan.contract.Of(contract.Image)); i++ {
		source := m.plan.camera(i)
		if source == nil {
			s.frames = append(s.frames, nil)
			continue
		}
		f, ok := align(d.others[source.index], source.Topic, s.time, nil)
		if ok && f.failed() != nil {
			m.drop(fault(source.recorded, f.err))
			return false
		}
		if !ok {
			return m.missing(source)
		}
		s.frames = append(s.frames, f)
	}
	return true
}

// proprio finds the numbers that the robot knows of itself.
func (m *maker) proprio(s *sample, d *demo) bool {
	for i := range m.plan.contract.Topics {
		t := &m.plan.contract.Topics[i]
		if t.Role != contract.Proprio {
			continue
		}
		v, ok := align(d.numbers[i], t, s.time, mixer(t.Features))
		if !ok && !t.Optional {
			return m.missing(&source{Topic: t, recorded: t.Topic})
		}
		for k := range t.Features {
			if ok {
				s.proprio = append(s.proprio, float32(v[k]))
			} else {
				s.proprio = append(s.proprio, 0)
			}
		}
	}
	return true
}

// objects finds where things are, for thoughts.
func (m *maker) objects(s *sample, d *demo) {
	for i := range m.plan.contract.Topics {
		t := &m.plan.contract.Topics[i]
		if t.Role != contract.Object {
			continue
		}
		at := [3]float64{math.NaN(), math.NaN(), math.NaN()}
		if v, ok := align(d.numbers[i], t, s.time, mixer(t.Features)); ok {
			copy(at[:], v)
		}
		s.objects = append(s.objects, at)
	}
}

func (m *maker) missing(s *source) bool {
	how := "within " + s.Tolerance.String() + " of"
	if s.Align == contract.Hold {
		how = "in the " + s.Tolerance.String() + " before"
	}
	m.misaligned++
	m.why = fmt.Sprintf("no %s %s the image", s.recorded, how)
	m.drop(m.why)
	return false
}

// align brings a series to a time as the contract says. mix may be nil for series
// that are not interpolated.
func align[T any](s series[T], t *contract.Topic, at int64, mix func(a, b T, share float64) T) (v T, ok bool) {
	tolerance := int64(t.Tolerance)
	if t.Align == contract.Hold {
		p, ok := s.last(at)
		return p.value, ok && at-p.at <= tolerance
	}
	gap := int64(t.Gap)
	if t.Align != contract.Interpolate || mix == nil {
		gap = -1
	}
	return s.near(at, tolerance, gap, mix)
}

func mix(a, b, share float64) float64 { return a + (b-a)*share }

// mixer interpolates features; angles go the short way round.
func mixer(features []contract.Feature) func(a, b []float64, share float64) []float64 {
	return func(a, b []float64, share float64) []float64 {
		v := make([]float64, len(features))
		for i, f := range features {
			if f.Angular() {
				turn := math.Remainder(b[i]-a[i], 2*math.Pi)
				v[i] = math.Remainder(a[i]+turn*share, 2*math.Pi)
			} else {
				v[i] = mix(a[i], b[i], share)
			}
		}
		return v
	}
}
