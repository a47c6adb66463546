package data

import (
	"math"
	"slices"
	"time"
)

// maker makes samples of complete episodes.
type maker struct {
	config *Config
	drop   func(reason string)
}

// samples makes one sample of each image of d that has all that a sample needs.
func (m *maker) samples(d *demo, held string, index int) []Sample {
	var out []Sample
	commands := m.commands(d)
	for _, image := range d.images {
		s := Sample{Image: image.image, Episode: index, Instruction: d.instruction(image.published, held)}
		if s.Instruction == "" {
			m.drop("no instruction at the image's time")
			continue
		}
		var ok bool
		if s.Proprio, ok = m.proprio(d, image.stamp); !ok {
			continue
		}
		if s.Actions, ok = commands.chunk(image.stamp, m.config.Chunk); !ok {
			m.drop("no " + m.config.Topics.Action + " at the image's time")
			continue
		}
		if p, ok := d.thoughts.last(image.stamp); ok && image.stamp-p.at <= int64(m.config.ThoughtAge) {
			s.Thought = p.value
		}
		out = append(out, s)
	}
	return out
}

// proprio is x y z yaw gripper at a time.
func (m *maker) proprio(d *demo, at int64) ([]float32, bool) {
	tolerance, gap := int64(m.config.Tolerance), int64(m.config.MaxGap)
	pose, ok := d.poses.near(at, tolerance, gap, mixPoses)
	if !ok {
		m.drop(m.missing(m.config.Topics.Pose))
		return nil, false
	}
	opening, ok := d.openings.near(at, tolerance, gap, mix)
	if !ok {
		m.drop(m.missing(m.config.Topics.Joints))
		return nil, false
	}
	return []float32{float32(pose[0]), float32(pose[1]), float32(pose[2]), float32(pose[3]), float32(opening)}, true
}

func (m *maker) missing(topic string) string {
	return "no " + topic + " within " + m.config.Tolerance.String() + " of the image"
}

func mix(a, b, share float64) float64 { return a + (b-a)*share }

// mixPoses interpolates x y z yaw; yaw goes the short way round.
func mixPoses(a, b [4]float64, share float64) (p [4]float64) {
	for i := range 3 {
		p[i] = mix(a[i], b[i], share)
	}
	turn := math.Remainder(b[3]-a[3], 2*math.Pi)
	p[3] = math.Remainder(a[3]+turn*share, 2*math.Pi)
	return p
}

// commands is what the robot was told to do during an episode.
type commands struct {
	velocities series[[4]float64] // m/s, rad/s
	gripper    series[float64]    // 0..1
	period     int64              // of one action, ns
	limit      int64              // how long a velocity lasts without a new one, ns
	end        int64              // of the episode: velocities are zero from here on
}

func (m *maker) commands(d *demo) commands {
	c := commands{
		velocities: d.actions, gripper: d.gripper(),
		period: m.config.period(), limit: int64(m.config.CommandHold),
	}
	// The last command still counts for its period, also where the marker bears
	// the same stamp.
	c.end = d.actions[len(d.actions)-1].at + c.period
	if d.ended && d.end != math.MaxInt64 {
		c.end = max(c.end, d.end)
	}
	c.velocities = slices.Clone(c.velocities)
	c.velocities.add(c.end, [4]float64{})
	return c
}

// chunk is the n actions from a time on, n*Dims numbers: the displacement that
// the commanded velocities make in each period, then the gripper's target. A
// command holds until the next one. After the episode nothing moves and the
// gripper stays. ok is false if nothing was commanded in the first period.
func (c commands) chunk(from int64, n int) (actions []float32, ok bool) {
	actions = make([]float32, 0, n*Dims)
	seconds := float64(c.period) / float64(time.Second)
	for k := range n {
		start := from + int64(k)*c.period
		var mean [4]float64
		c.velocities.holds(start, start+c.period, c.limit, func(h hold[[4]float64]) {
			ok = ok || k == 0 && from < c.end
			for i, v := range h.value {
				mean[i] += v * h.share
			}
		})
		for _, v := range mean {
			actions = append(actions, float32(v*seconds))
		}
		actions = append(actions, float32(c.opening(start)))
	}
	return actions, ok
}

// opening is the mean gripper target during the period from start on. Before the
// first command it is that command's.
func (c commands) opening(start int64) float64 {
	if len(c.gripper) == 0 {
		return 0
	}
	if start+c.period <= c.gripper[0].at {
		return c.gripper[0].value
	}
	sum, share := 0.0, 0.0
	c.gripper.holds(start, start+c.period, math.MaxInt64, func(h hold[float64]) {
		sum += h.value * h.share
		share += h.share
	})
	return sum / share
}
