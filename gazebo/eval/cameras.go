package eval

import (
	"bytes"
	"math/rand/v2"
	"time"

	"hyt/gazebo/sim"
)

// cameras are those of one episode, with what a run does to them: latency, noise and
// lost frames, all on the simulated clock and by the episode's seed. They send a view
// when the one who looks is due to plan, or to think; one that is lost is made up for a
// step later, as by a camera that sends as often as the robot is commanded.
type cameras struct {
	cfg    *Config
	blank  bool
	random *rand.Rand
	period time.Duration
	due    time.Duration // of the next view
	onWay  []View        // taken, not arrived yet; in order
}

// Who looks: each loses other frames.
const (
	planner = 0xca3e5a
	thinker = 0x7419c3
)

func newCameras(cfg *Config, e Episode, who uint64, period time.Duration) *cameras {
	return &cameras{cfg: cfg, blank: e.Control == Blank, random: rand.New(rand.NewPCG(uint64(e.Seed), who)), period: period}
}

// look returns the view that arrives now, nil if none does.
func (c *cameras) look(world sim.Sim, now time.Duration, arm sim.Arm) (*View, error) {
	if now >= c.due {
		if c.cfg.Dropped > 0 && c.random.Float64() < c.cfg.Dropped {
			c.due = now + step
		} else {
			c.due = max(c.due+c.period, now+step)
			v, err := c.take(world, now, arm)
			if err != nil {
				return nil, err
			}
			c.onWay = append(c.onWay, v)
		}
	}
	if len(c.onWay) == 0 || now < c.onWay[0].Taken+c.cfg.Latency {
		return nil, nil
	}
	arrived := c.onWay[0]
	c.onWay = c.onWay[1:]
	return &arrived, nil
}

// take asks every camera for a picture.
func (c *cameras) take(world sim.Sim, now time.Duration, arm sim.Arm) (View, error) {
	v := View{Taken: now, Arm: arm}
	for _, name := range c.cfg.Cameras {
		f, err := world.Render(name)
		if err != nil {
			return View{}, err
		}
		f.RGB = bytes.Clone(f.RGB) // it is the simulator's
		if c.blank {
			f.RGB = grey(len(f.RGB))
		}
		c.disturb(f.RGB)
		v.Frames = append(v.Frames, f)
	}
	return v, nil
}

// disturb adds noise to pixels.
func (c *cameras) disturb(pixels []byte) {
	if c.cfg.ImageNoise <= 0 {
		return
	}
	for i, p := range pixels {
		pixels[i] = byte(min(255, max(0, float64(p)+c.cfg.ImageNoise*c.random.NormFloat64()+0.5)))
	}
}

// grey is a picture of nothing.
func grey(n int) []byte { return bytes.Repeat([]byte{128}, n) }
