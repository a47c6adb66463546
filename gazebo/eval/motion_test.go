package eval

import (
	"math"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"hyt/gazebo/sim"
	"hyt/nodes/control"
	"hyt/policy"
)

func chunkAt(at time.Duration, rows ...[]float64) policy.Chunk {
	return policy.Chunk{Stamp: stamp(at), Period: actionPeriod, Names: actionNames(), Actions: rows}
}

// freeDriver has no limits that matter, and an arm in the middle.
func freeDriver(t *testing.T) (*driver, sim.Arm) {
	t.Helper()
	arm := sim.Arm{Pose: sim.Pose{Z: 0.1}, Gripper: 0.5}
	d := newDriver(control.Limits{
		LinearSpeed: 9, AngularSpeed: 9, LinearAcceleration: 1e6, AngularAcceleration: 1e6,
	}, control.Chunking{}, arm)
	if err := d.start(arm); err != nil {
		t.Fatal(err)
	}
	return d, arm
}

func TestDriverFollowsTheRowThatIsValidNow(t *testing.T) {
	d, arm := freeDriver(t)
	check := func(at time.Duration, want sim.Command) {
		t.Helper()
		got := d.command(at, arm)
		if !cmp.Equal(got, want, cmpopts.EquateApprox(0, 1e-9)) {
			t.Errorf("at %v: %+v, want %+v", at, got, want)
		}
	}
	check(0, sim.Command{Gripper: 0.5}) // no chunk yet
	chunk := chunkAt(200*time.Millisecond, []float64{0.01, 0, 0, 0, 1}, []float64{0, -0.02, 0.01, 0.05, 0})
	if err := d.offer(chunk); err != nil {
		t.Fatal(err)
	}
	first := sim.Command{Linear: [3]float64{0.1, 0, 0}, Gripper: 1}
	check(200*time.Millisecond, first)
	check(280*time.Millisecond, first)
	check(300*time.Millisecond, sim.Command{Linear: [3]float64{0, -0.2, 0.1}, YawRate: 0.5})
	check(400*time.Millisecond, sim.Command{}) // used up: stand, gripper as it was
}

func TestDriverRefusesChunksThatNoRobotMayFollow(t *testing.T) {
	elbow := chunkAt(0, []float64{0, 0, 0, 0, 0})
	elbow.Names = []string{"x", "y", "z", "elbow", "gripper"}
	tests := []struct {
		name  string
		chunk policy.Chunk
		want  string
	}{
		{"not a number", chunkAt(0, []float64{0, math.NaN(), 0, 0, 0}), "not a finite number"},
		{"infinite", chunkAt(0, []float64{0, 0, 0, 0, 1}, []float64{math.Inf(1), 0, 0, 0, 0}), "not a finite number"},
		{"short row", chunkAt(0, []float64{0, 0}), "2 values"},
		{"no rows", chunkAt(0), "no rows"},
		{"unknown dimension", elbow, "elbow"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			d, _ := freeDriver(t)
			if err := d.offer(tt.chunk); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v, want an error with %q", err, tt.want)
			}
		})
	}
}

func TestDefaultLimitsKeepTheArmSlowAndInside(t *testing.T) {
	d := newDriver(DefaultLimits(), control.Chunking{}, sim.Arm{})
	arm := sim.Arm{Pose: sim.Pose{X: 0.2, Z: 0.1}}
	if err := d.start(arm); err != nil {
		t.Fatal(err)
	}
	if err := d.offer(chunkAt(0, []float64{0.5, 0, 0, 0, 0}, []float64{0.5, 0, 0, 0, 0})); err != nil {
		t.Fatal(err)
	}
	fastest := 0.0
	for now := time.Duration(0); now < 2*actionPeriod; now += step {
		v := d.command(now, arm).Linear[0]
		fastest = max(fastest, v)
		arm.X += v * step.Seconds()
	}
	if fastest < 0.3 || fastest > 0.351 {
		t.Errorf("fastest %.3f m/s", fastest)
	}
	arm.X = 0.28
	if v := d.command(2*actionPeriod-step, arm).Linear[0]; v != 0 {
		t.Errorf("%.3f m/s out of the workspace", v)
	}
}
