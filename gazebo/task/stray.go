package task

import (
	"math"
	"math/rand/v2"
	"time"

	"hyt/gazebo/sim"
)

// How strays start: the share of demonstrations, the shares of them that start
// with a thing in the hand and with the thing to fetch askew, and of the others
// beside and right above an object, and how near, metres and radians.
const (
	strayShare  = 0.5
	strayHolds  = 0.25
	strayWrong  = 0.2 // of those in the hand: another thing than the one to move
	strayAskew  = 0.2
	strayNear   = 0.4
	strayReach  = 0.12
	strayAbove  = 0.35
	strayOff    = 0.03
	strayLow    = 0.015
	strayHigh   = 0.15
	strayTurned = 1.2  // yaw of a thing that was pushed askew
	straySlip   = 0.15 // yaw of a thing in the hand against the fingers
)

// Stray returns the scene of a demonstration as it is, half of the time, where no
// demonstrator would bring it, but a policy may get to by its own mistakes: the
// hand low over the table, on the wrong side of an object, half open; the thing to
// move in the hand already, or another one; that thing askew. From there the
// oracle shows the way back. The same episode gives the same scene.
func Stray(e Episode) sim.Scene {
	scene := e.Scene
	rng := rand.New(rand.NewPCG(uint64(e.Seed), 0x57a4))
	if rng.Float64() >= strayShare {
		return scene
	}
	if u := rng.Float64(); grasps(e.Goal) {
		switch {
		case u < strayHolds:
			return holding(rng, scene, e.Goal)
		case u < strayHolds+strayAskew:
			return turnedAway(rng, scene, e.Goal)
		}
	}
	for range 50 {
		arm := lowArm(rng)
		o, reach := pick(rng, scene.Objects), strayReach
		near := rng.Float64()
		if near < strayAbove {
			reach = strayOff
			arm.Gripper = pick(rng, []float64{0, arm.Gripper, 1})
		}
		if near < strayAbove+strayNear {
			arm.X = clamp(o.Pose.X+between(rng, -reach, reach), -0.25, 0.25)
			arm.Y = clamp(o.Pose.Y+between(rng, -reach, reach), -0.25, 0.25)
		}
		if handFits(arm, scene.Objects) {
			scene.Arm = arm
			return scene
		}
	}
	return scene
}

// grasps says whether the goal is reached with a thing in the hand.
func grasps(g Goal) bool { return g.Task != "touch" && g.Task != "push" }

func lowArm(rng *rand.Rand) sim.Arm {
	return sim.Arm{
		Pose: sim.Pose{
			X: between(rng, -0.24, 0.24), Y: between(rng, -0.24, 0.24),
			Z: between(rng, strayLow, strayHigh), Yaw: between(rng, -0.2, 0.2),
		},
		Gripper: rng.Float64(),
	}
}

// handFits says whether the hand, however open, stands beside or above all objects.
func handFits(arm sim.Arm, objects []sim.Object) bool {
	for _, o := range objects {
		if arm.Z < o.Size[2]+0.005 && distance(arm.Pose, o.Pose) < radius(o)+0.06 {
			return false
		}
	}
	return true
}

// holding puts the thing to move between the fingers, crooked; now and then
// another thing, so low above the table that it does not count as lifted.
func holding(rng *rand.Rand, scene sim.Scene, g Goal) sim.Scene {
	i := g.first(scene.Objects)
	wrong := i < 0 || rng.Float64() < strayWrong
	if wrong {
		i = rng.IntN(len(scene.Objects))
	}
	o := scene.Objects[i]
	if !graspable(thingOf(o)) {
		return scene
	}
	others := append(append([]sim.Object{}, scene.Objects[:i]...), scene.Objects[i+1:]...)
	for range 50 {
		arm := lowArm(rng)
		arm.Z += o.Size[2] / 2
		if wrong {
			arm.Z = o.Size[2]/2 + between(rng, 0, liftedZ/2)
		}
		if !handFits(sim.Arm{Pose: sim.Pose{X: arm.X, Y: arm.Y, Z: arm.Z - o.Size[2]/2}}, others) {
			continue
		}
		hold(&o, &arm)
		o.Pose.Yaw += between(rng, -straySlip, straySlip)
		scene.Arm, scene.Objects = arm, replaced(scene.Objects, i, o)
		return scene
	}
	return scene
}

// first returns the object that the hand takes first, or -1.
func (g Goal) first(objects []sim.Object) int {
	if list := g.named(); len(list) > 0 {
		return index(objects, list[0])
	}
	if list := g.deeds(objects); len(list) > 0 {
		return index(objects, list[0].object)
	}
	return -1
}

// turnedAway turns the thing to move as no scene has it.
func turnedAway(rng *rand.Rand, scene sim.Scene, g Goal) sim.Scene {
	i := g.first(scene.Objects)
	if i < 0 {
		return scene
	}
	o := scene.Objects[i]
	o.Pose.Yaw = between(rng, -strayTurned, strayTurned)
	scene.Objects = replaced(scene.Objects, i, o)
	return scene
}

// replaced is a copy of the list with one object changed.
func replaced(list []sim.Object, i int, o sim.Object) []sim.Object {
	list = append([]sim.Object{}, list...)
	list[i] = o
	return list
}

// Fumbles spoil what an oracle commands, now and then and for a moment: the hand
// opens, is knocked aside or turned. The oracle, which sees only where that led,
// shows how to go on; the commands that are recorded stay its own.
type Fumbles struct {
	rng   *rand.Rand
	until time.Duration // end of the present fumble
	next  time.Duration // start of the one after it
	now   func(*sim.Command)
}

// How often fumbles come and how long they last, and how strong they are, m/s and
// rad/s.
const (
	fumbleEvery = 6 * time.Second // on average
	fumbleTime  = 300 * time.Millisecond
	fumbleSpeed = 0.2
	fumbleTurn  = 1.2
)

// NewFumbles returns the fumbles of one episode; the same seed gives the same ones.
func NewFumbles(seed int64) *Fumbles {
	f := &Fumbles{rng: rand.New(rand.NewPCG(uint64(seed), 0xf0b1))}
	f.next = f.wait()
	return f
}

func (f *Fumbles) wait() time.Duration {
	return time.Duration(f.rng.ExpFloat64() * float64(fumbleEvery))
}

// Spoil returns what becomes of a command at a simulated time. Times must not go
// back.
func (f *Fumbles) Spoil(now time.Duration, c sim.Command) sim.Command {
	if now >= f.next {
		f.until, f.now = now+fumbleTime, f.draw()
		f.next = f.until + f.wait()
	}
	if now < f.until {
		f.now(&c)
	}
	return c
}

func (f *Fumbles) draw() func(*sim.Command) {
	way, turn := 2*math.Pi*f.rng.Float64(), between(f.rng, -fumbleTurn, fumbleTurn)
	switch f.rng.IntN(3) {
	case 0:
		return func(c *sim.Command) { c.Gripper = 1 }
	case 1:
		return func(c *sim.Command) {
			c.Linear[0] += fumbleSpeed * math.Cos(way)
			c.Linear[1] += fumbleSpeed * math.Sin(way)
		}
	default:
		return func(c *sim.Command) { c.YawRate += turn }
	}
}
