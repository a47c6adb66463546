package control

import (
	"math"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// TestWhateverComesCommandsAreSafe feeds a controller with anything that messages can
// hold, under a clock that jumps, and checks every command.
func TestWhateverComesCommandsAreSafe(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := settings()
		s.Limits = Limits{LinearSpeed: 0.35, AngularSpeed: 3, LinearAcceleration: 6, AngularAcceleration: 60, Workspace: box(0.03)}
		s.Chunking = Chunking{
			Blending:   rapid.SampledFrom([]Blending{BlendSwitch, BlendRealTime, BlendEnsemble}).Draw(t, "blending"),
			Resampling: rapid.SampledFrom([]Resampling{Stepped, Linear}).Draw(t, "resampling"),
			CatchUp:    rapid.SampledFrom([]time.Duration{0, time.Millisecond, 150 * time.Millisecond}).Draw(t, "catch up"),
			Decay:      rapid.Float64Range(-5, 5).Draw(t, "decay"),
		}
		c := NewController(s)
		c.SetInstruction(true)
		c.SawPose(epoch, [3]float64{0, 0, 0.5})
		if err := c.Arm(epoch); err != nil {
			t.Fatal(err)
		}
		sane, any := rapid.Float64Range(-0.05, 0.05), rapid.Float64()
		wild := rapid.OneOf(sane, any, rapid.SampledFrom([]float64{math.NaN(), math.Inf(1), math.Inf(-1), math.MaxFloat64}))
		now, last := epoch, Command{Hold: true}
		for range 100 {
			now = now.Add(rapid.SampledFrom([]time.Duration{tick, tick, tick, tick, 0, -tick, 5 * tick, -time.Second, time.Second}).Draw(t, "step"))
			c.SawImage(now)
			c.SawPose(now, [3]float64{0, 0, 0.5})
			if rapid.Bool().Draw(t, "a chunk") {
				size := rapid.SampledFrom([]*rapid.Generator[float64]{sane, sane, any, wild}).Draw(t, "numbers")
				age := time.Duration(rapid.IntRange(-2000, 500).Draw(t, "age")) * time.Millisecond
				chunk := Chunk{Stamp: now.Add(age), Period: time.Duration(rapid.IntRange(1, 200).Draw(t, "period")) * time.Millisecond}
				for range rapid.IntRange(1, 10).Draw(t, "rows") {
					chunk.Rows = append(chunk.Rows, Row{Motion: Vector{size.Draw(t, "x"), size.Draw(t, "y"), 5: size.Draw(t, "yaw")}, Gripper: size.Draw(t, "gripper")})
				}
				_ = c.Offer(chunk)
			}
			cmd, send := c.Tick(now)
			checkCommand(t, s, last, cmd, send)
			last = cmd
		}
	})
}

func checkCommand(t *rapid.T, s Settings, last, cmd Command, send bool) {
	const rounding = 1e-9
	var step Vector
	for i := range step {
		step[i] = cmd.Velocity[i] - last.Velocity[i]
	}
	dt := s.Period.Seconds()
	switch {
	case !send:
		t.Fatal("armed, and nothing is sent")
	case !cmd.Velocity.finite() || cmd.Gripper < 0 || cmd.Gripper > 1 || cmd.Gripper != cmd.Gripper:
		t.Fatalf("not safe: %+v", cmd)
	case cmd.Hold != (cmd.Reason != None) || cmd.Hold && cmd.Velocity != (Vector{}):
		t.Fatalf("holds and moves: %+v", cmd)
	case cmd.Velocity.linear() > s.Limits.LinearSpeed+rounding || cmd.Velocity.angular() > s.Limits.AngularSpeed+rounding:
		t.Fatalf("too fast: %v", cmd.Velocity)
	case !cmd.Hold && (step.linear() > s.Limits.LinearAcceleration*dt+rounding || step.angular() > s.Limits.AngularAcceleration*dt+rounding):
		t.Fatalf("too sudden: from %v to %v", last.Velocity, cmd.Velocity)
	}
}
