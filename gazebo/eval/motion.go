package eval

import (
	"time"

	"hyt/config"
	"hyt/gazebo/sim"
	"hyt/nodes/control"
	"hyt/policy"
)

// actionPeriod is that of the tabletop's actions: 10 Hz.
const actionPeriod = 100 * time.Millisecond

func actionNames() []string { return []string{"x", "y", "z", "yaw", "gripper"} }

// DefaultLimits are those with which the policy node runs when nothing is set.
func DefaultLimits() control.Limits {
	c := config.DefaultPolicy()
	return control.Limits{
		LinearSpeed: c.MaxLinearSpeed, AngularSpeed: c.MaxAngularSpeed,
		LinearAcceleration: c.MaxLinearAcceleration, AngularAcceleration: c.MaxAngularAcceleration,
		Workspace: &control.Box{
			Min: [3]float64(c.WorkspaceMin), Max: [3]float64(c.WorkspaceMax), Margin: c.WorkspaceMargin,
		},
	}
}

// DefaultChunking is how the policy node turns chunks into velocities when nothing is
// set, but for the blending that is named.
func DefaultChunking(blending string) (control.Chunking, error) {
	c := config.DefaultPolicy()
	if blending == "" {
		blending = c.Blending
	}
	if blending == "switch" { // plainly, as all of it stood before there was another way
		return control.Chunking{}, nil
	}
	return control.ParseChunking(blending, c.Resampling, c.Overlap, c.Decay, c.CatchUp)
}

// driver turns chunks into commands with the live loop's own controller, fed with
// simulated time. Before the first chunk and after the last row the arm holds.
type driver struct {
	loop    *control.Controller
	gripper float64 // before the first chunk
}

func newDriver(limits control.Limits, chunking control.Chunking, start sim.Arm) *driver {
	loop := control.NewController(control.Settings{
		Period: step, ImageTimeout: step, PoseTimeout: step, Limits: limits, Chunking: chunking, HasGripper: true,
	})
	return &driver{loop, start.Gripper}
}

// start arms the loop.
func (d *driver) start(arm sim.Arm) error {
	d.see(0, arm)
	d.loop.SetInstruction(true)
	return d.loop.Arm(stamp(0))
}

// see tells the loop that camera and arm are alive.
func (d *driver) see(now time.Duration, arm sim.Arm) {
	d.loop.SawImage(stamp(now))
	d.loop.SawPose(stamp(now), [3]float64{arm.X, arm.Y, arm.Z})
}

// offer hands over a chunk, or says why no robot may follow it.
func (d *driver) offer(c policy.Chunk) error {
	layout, err := control.NewLayout(c.Names)
	if err != nil {
		return err
	}
	rows, err := layout.Rows(c.Actions)
	if err != nil {
		return err
	}
	return d.loop.Offer(control.Chunk{Stamp: c.Stamp, Period: c.Period, Rows: rows})
}

// command returns what to do at an instant, with the arm where it is.
func (d *driver) command(now time.Duration, arm sim.Arm) sim.Command {
	d.see(now, arm)
	out, _ := d.loop.Tick(stamp(now)) // armed: there is always something to send
	cmd := sim.Command{Linear: [3]float64(out.Velocity[:3]), YawRate: out.Velocity[5], Gripper: d.gripper}
	if out.HasGripper {
		cmd.Gripper = out.Gripper
	}
	return cmd
}

// stamp is simulated time as policies and the control loop see it.
func stamp(t time.Duration) time.Time { return time.Unix(0, 0).UTC().Add(t) }
