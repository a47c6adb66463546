package eval

import (
	"fmt"
	"math"
	"slices"
	"time"

	"hyt/config"
	"hyt/gazebo/sim"
	"hyt/gazebo/task"
	"hyt/nodes/control"
	"hyt/policy"
)

// Control is a way to take something away from a policy, or the policy itself,
// to see what its success rests on.
type Control string

const (
	Plain    Control = ""         // the policy as it is
	Shuffled Control = "shuffled" // it is told another scene's instruction
	Blank    Control = "blank"    // it sees a grey image
	Still    Control = "still"    // in its place, one that never moves
	Random   Control = "random"   // in its place, one that moves at random
	Oracle   Control = "oracle"   // in its place, the demonstrator: the ceiling
)

// DefaultReplan is half a chunk of the default model, as replan_rate of the policy
// node has it. Of 0.2, 0.4 and 0.6 s it did best on tuning seeds: planning more often
// falls back to resting where the policy is unsure, and stays there.
const DefaultReplan = 400 * time.Millisecond

// Config says what to play.
type Config struct {
	Tasks    []string      // names; empty: all
	Splits   []task.Split  // empty: id
	Naming   task.Naming   // only scenes whose instruction names things so; "": all
	Modes    []policy.Mode // empty: act
	Controls []Control     // empty: plain only
	Episodes int           // for each task, split, mode and control
	Seed     int64         // of the first episode; the others follow, those of Naming
	Replan   time.Duration // between observations; 0: DefaultReplan
	Latency  time.Duration // simulated time from an observation to its chunk's first use
	Noise    float64       // sim.Scene.ActuationNoise, m/s
	// ImageNoise is the standard deviation of what is added to each value of a pixel, 0..255.
	ImageNoise float64
	Dropped    float64          // share of camera frames that are lost
	Cameras    []string         // of the policy under test, by sim's names; empty: sim.Overhead
	Thinker    ThinkerPace      // in mode guided
	Workers    int              // episodes at a time; 0: 1
	Limits     *control.Limits  // nil: DefaultLimits
	Chunking   control.Chunking // how chunks become velocities

	// NewSim makes a worker's simulator. SimName is its name in reports.
	NewSim  func() (sim.Sim, error)
	SimName string
	// ModelSHA256 is copied into the report.
	ModelSHA256 string

	// Played are episodes of an earlier run of the same; they are not played again.
	Played []Result

	// OnResult, if set, hears of every episode as it ends, one call at a time.
	OnResult func(Result)
	// Film, if set, is asked for each episode whether to film it (nil: no). It is
	// called from the workers' goroutines.
	Film func(Episode, sim.Scene) (Recorder, error)
}

// ThinkerPace is that of who thinks for mode guided, in simulated time. It thinks about the
// newest picture, one thought at a time: one that takes longer than a period delays the next.
type ThinkerPace struct {
	Rate    float64       // thoughts a second, at most; 0: DefaultThinkerRate
	Latency time.Duration // from a picture's arrival to its thought
}

// DefaultThinkerRate is that of the thinker node, thoughts a second.
var DefaultThinkerRate = config.DefaultThinker().ThoughtRate

// period is the time from one thought's picture to the next one's.
func (t ThinkerPace) period() time.Duration {
	return max(time.Duration(float64(time.Second)/t.Rate), t.Latency)
}

// Recorder takes the pictures of one episode, at each replan and at the end. It
// is used by one goroutine; Close is called once.
type Recorder interface {
	Record(s sim.State, thought string) error
	// Close ends the film and says in which file it is; "" for one that is not kept.
	Close(Result) (file string, err error)
}

// reference says whether the control plays without the policy under test.
func (c Control) reference() bool { return c == Still || c == Random || c == Oracle }

// asksPolicy says whether any episode is played by the policy under test.
func (c Config) asksPolicy() bool {
	return slices.ContainsFunc(c.Controls, func(control Control) bool { return !control.reference() })
}

// complete fills in defaults and checks the rest.
func (c Config) complete() (Config, error) {
	if len(c.Tasks) == 0 {
		for _, t := range task.All() {
			c.Tasks = append(c.Tasks, t.Name())
		}
	}
	if len(c.Splits) == 0 {
		c.Splits = []task.Split{task.ID}
	}
	if len(c.Modes) == 0 {
		c.Modes = []policy.Mode{policy.Act}
	}
	if len(c.Controls) == 0 {
		c.Controls = []Control{Plain}
	}
	if len(c.Cameras) == 0 {
		c.Cameras = []string{sim.Overhead}
	}
	if c.Replan == 0 {
		c.Replan = DefaultReplan
	}
	if c.Thinker.Rate == 0 {
		c.Thinker.Rate = DefaultThinkerRate
	}
	c.Workers = max(c.Workers, 1)
	if c.Limits == nil {
		limits := DefaultLimits()
		c.Limits = &limits
	}
	switch {
	case c.NewSim == nil:
		return c, fmt.Errorf("evaluation has no simulator: set Config.NewSim")
	case c.Episodes <= 0:
		return c, fmt.Errorf("evaluation of %d episodes: want at least 1", c.Episodes)
	case c.Replan < step || c.Replan%step != 0:
		return c, fmt.Errorf("replan interval %v is not a multiple of the control step %v", c.Replan, step)
	case c.ImageNoise < 0 || math.IsNaN(c.ImageNoise) || !(c.Dropped >= 0 && c.Dropped < 1):
		return c, fmt.Errorf("image noise %v and dropped frames %v: want a standard deviation and a share below 1", c.ImageNoise, c.Dropped)
	case c.Latency < 0 || c.Latency%step != 0:
		return c, fmt.Errorf("injected latency %v is not a multiple of the control step %v", c.Latency, step)
	}
	if t := c.Thinker; !(t.Rate > 0) || t.Latency < 0 {
		return c, fmt.Errorf("a thinker of %v thoughts a second after %v: want a rate above 0, and no latency below", t.Rate, t.Latency)
	}
	for _, control := range c.Controls {
		switch control {
		case Plain, Shuffled, Blank, Still, Random, Oracle:
		default:
			return c, fmt.Errorf("no control %q: choose from shuffled, blank, still, random, oracle", control)
		}
	}
	return c, nil
}
