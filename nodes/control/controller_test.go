package control

import (
	"math"
	"strings"
	"testing"
	"time"
)

const (
	tick   = 20 * time.Millisecond
	action = 100 * time.Millisecond
)

var epoch = time.Unix(1000, 0)

func settings() Settings {
	return Settings{
		Period: tick, ImageTimeout: 300 * time.Millisecond, PoseTimeout: 300 * time.Millisecond, HasGripper: true,
		Limits: Limits{LinearSpeed: 10, AngularSpeed: 10, LinearAcceleration: 1e6, AngularAcceleration: 1e6},
	}
}

// rows are n actions that move along x: row k by k+1 centimetres, gripper k/10.
func rows(n int) []Row {
	out := make([]Row, n)
	for k := range out {
		out[k] = Row{Motion: Vector{0.01 * float64(k+1)}, Gripper: float64(k) / 10}
	}
	return out
}

// ready is an armed controller with an instruction, an image and a plan of n rows.
func ready(t *testing.T, s Settings, n int) *Controller {
	t.Helper()
	c := NewController(s)
	c.SawPose(epoch, [3]float64{})
	c.SawImage(epoch)
	c.SetInstruction(true)
	if err := c.Arm(epoch); err != nil {
		t.Fatal(err)
	}
	if n > 0 {
		if err := c.Offer(Chunk{Stamp: epoch, Period: action, Rows: rows(n)}); err != nil {
			t.Fatal(err)
		}
	}
	return c
}

func TestDisarmedSendsNothing(t *testing.T) {
	c := NewController(settings())
	c.SawImage(epoch)
	c.SetInstruction(true)
	_ = c.Offer(Chunk{Stamp: epoch, Period: action, Rows: rows(8)})
	for i := range 100 {
		if _, send := c.Tick(epoch.Add(time.Duration(i) * tick)); send {
			t.Fatalf("tick %d sent a command", i)
		}
	}
	if got := c.Report(epoch).State; got != Disarmed {
		t.Errorf("state %s", got)
	}
}

func TestRowsAreTakenByTime(t *testing.T) {
	tests := []struct {
		after time.Duration
		speed float64 // m/s = displacement / 0.1 s
	}{
		{-50 * time.Millisecond, 0.1}, // a stamp slightly ahead of our clock
		{0, 0.1},
		{99 * time.Millisecond, 0.1},
		{100 * time.Millisecond, 0.2},
		{250 * time.Millisecond, 0.3},
	}
	for _, tt := range tests {
		c := ready(t, settings(), 8)
		cmd, send := c.Tick(epoch.Add(tt.after))
		if !send || math.Abs(cmd.Velocity[0]-tt.speed) > 1e-12 {
			t.Errorf("%v after the observation: %v m/s, sent %v; want %v", tt.after, cmd.Velocity[0], send, tt.speed)
		}
	}
}

func TestHolds(t *testing.T) {
	const late = 250 * time.Millisecond
	tests := []struct {
		name   string
		rows   int
		change func(*Controller)
		at     time.Duration
		want   Reason
	}{
		{"nothing wrong", 8, func(*Controller) {}, late, None},
		{"image stale", 8, func(*Controller) {}, 301 * time.Millisecond, ImageStale},
		{"image from the future", 8, func(c *Controller) { c.SawImage(epoch.Add(time.Minute)) }, late, ImageStale},
		{"stop instruction", 8, func(c *Controller) { c.SetInstruction(false) }, late, NoInstruction},
		{"no chunk", 0, func(*Controller) {}, late, NoChunk},
		{"forgotten chunk", 8, func(c *Controller) { c.Forget() }, late, NoChunk},
		{"chunk used up", 2, func(c *Controller) { c.Tick(epoch) }, 200 * time.Millisecond, ChunkUsedUp},
		{"chunk from the future", 8, func(c *Controller) {
			c.Forget()
			_ = c.Offer(Chunk{Stamp: epoch.Add(time.Second), Period: action, Rows: rows(8)})
		}, late, ChunkFromFuture},
		{"chunk after its own end", 2, func(*Controller) {}, late, ChunkLate},
		{"latched stop", 8, func(c *Controller) { c.Stop() }, late, Latched},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := ready(t, settings(), tt.rows)
			tt.change(c)
			cmd, send := c.Tick(epoch.Add(tt.at))
			r := c.Report(epoch.Add(tt.at))
			if !send || r.Reason != tt.want {
				t.Fatalf("sent %v, reason %v; want %v", send, r.Reason, tt.want)
			}
			if tt.want != None && (cmd.Velocity != Vector{} || r.Counts.HeldBy(tt.want) != 1) {
				t.Errorf("held with velocity %v, counted %d", cmd.Velocity, r.Counts.HeldBy(tt.want))
			}
		})
	}
}

func TestStaleImageHoldsAndRecovers(t *testing.T) {
	c := ready(t, settings(), 8)
	cmd, _ := c.Tick(epoch)
	if cmd.Velocity == (Vector{}) {
		t.Fatal("does not move at first")
	}
	now := epoch.Add(400 * time.Millisecond)
	if cmd, _ = c.Tick(now); cmd.Velocity != (Vector{}) {
		t.Errorf("moves on a stale image: %v", cmd.Velocity)
	}
	c.SawImage(now)
	if cmd, _ = c.Tick(now); cmd.Velocity == (Vector{}) || c.Report(now).State != Active {
		t.Errorf("did not recover: %v, %v", cmd.Velocity, c.Report(now))
	}
}

func TestHoldKeepsTheGripper(t *testing.T) {
	c := ready(t, settings(), 3)
	c.Tick(epoch.Add(250 * time.Millisecond)) // row 2: gripper 0.2
	c.SawImage(epoch.Add(time.Second))
	cmd, _ := c.Tick(epoch.Add(time.Second))
	if !cmd.HasGripper || cmd.Gripper != 0.2 || cmd.Velocity != (Vector{}) {
		t.Errorf("%+v", cmd)
	}
}

func TestGripperIsNotSentBeforeAChunkSaysWhere(t *testing.T) {
	c := ready(t, settings(), 0)
	if cmd, send := c.Tick(epoch); !send || cmd.HasGripper {
		t.Errorf("%+v", cmd)
	}
}

func TestNonFiniteChunksAreDroppedWhole(t *testing.T) {
	for name, bad := range map[string]Row{
		"NaN motion":   {Motion: Vector{0, 0, math.NaN()}},
		"inf rotation": {Motion: Vector{5: math.Inf(1)}},
		"NaN gripper":  {Gripper: math.NaN()},
	} {
		c := ready(t, settings(), 2)
		if err := c.Offer(Chunk{Stamp: epoch.Add(tick), Period: action, Rows: append(rows(7), bad)}); err == nil {
			t.Errorf("%s was taken", name)
		}
		if cmd, _ := c.Tick(epoch.Add(2 * tick)); math.Abs(cmd.Velocity[0]-0.1) > 1e-12 {
			t.Errorf("%s: the plan before it is not followed: %v", name, cmd.Velocity)
		}
		if got := c.Report(epoch).Counts.DroppedChunks; got != 1 {
			t.Errorf("%s: %d dropped", name, got)
		}
	}
}

func TestAPoseThatIsNotANumberHolds(t *testing.T) {
	s := settings()
	s.Limits.Workspace = &Box{Min: [3]float64{-1, -1, -1}, Max: [3]float64{1, 1, 1}, Margin: 0.1}
	c := ready(t, s, 8)
	c.SawPose(epoch, [3]float64{math.NaN(), 0, 0})
	cmd, _ := c.Tick(epoch)
	if cmd.Velocity != (Vector{}) || c.Report(epoch).Reason != NotFinite {
		t.Errorf("%v, %v", cmd.Velocity, c.Report(epoch).Reason)
	}
}

func TestOlderChunksDoNotReplaceNewerOnes(t *testing.T) {
	c := ready(t, settings(), 8)
	slow := Chunk{Stamp: epoch.Add(-action), Period: action, Rows: []Row{{}, {}, {}}}
	if err := c.Offer(slow); err != nil {
		t.Fatal(err)
	}
	if cmd, _ := c.Tick(epoch); cmd.Velocity == (Vector{}) {
		t.Error("the older chunk is followed")
	}
}

func TestOfTwoChunksBeforeATickTheNewerCounts(t *testing.T) {
	older, newer := plain(epoch.Add(-action), 8, 0.01, 0), plain(epoch, 8, 0.02, 0)
	for _, order := range [][]Chunk{{older, newer}, {newer, older}} {
		c := ready(t, settings(), 0)
		for _, chunk := range order {
			offer(t, c, chunk)
		}
		if cmd, _ := c.Tick(epoch); !near(cmd.Velocity[0], 0.2) {
			t.Errorf("%v m/s", cmd.Velocity[0])
		}
	}
}

func TestAGoodChunkEndsTheBlameOfABadOne(t *testing.T) {
	c := ready(t, settings(), 0)
	if err := c.Offer(plain(epoch, 8, math.NaN(), 0)); err == nil {
		t.Fatal("taken")
	}
	reason := func(at time.Duration) Reason {
		cmd, _ := c.Tick(epoch.Add(at))
		return cmd.Reason
	}
	if got := reason(0); got != ChunkNotFinite {
		t.Errorf("at first: %v", got)
	}
	offer(t, c, plain(epoch, 2, 0.01, 0))
	if got := reason(100 * ms); got != None {
		t.Errorf("with a good one: %v", got)
	}
	if got := reason(200 * ms); got != ChunkUsedUp {
		t.Errorf("when that is used up: %v", got)
	}
}

func TestWithoutAPoseItRefusesToArm(t *testing.T) {
	s := settings()
	s.Limits.Workspace = &Box{Min: [3]float64{-1, -1, -1}, Max: [3]float64{1, 1, 1}, Margin: 0.1}
	c := NewController(s)
	err := c.Arm(epoch)
	if err == nil || !strings.Contains(err.Error(), "no ee_pose came in the last 300ms") {
		t.Fatalf("got %v", err)
	}
	c.SawPose(epoch, [3]float64{})
	if err := c.Arm(epoch.Add(time.Second)); err == nil {
		t.Error("armed with an old pose")
	}
	if err := c.Arm(epoch); err != nil {
		t.Error(err)
	}
}

func TestStopIsLatchedUntilResetAndThenDisarmed(t *testing.T) {
	c := ready(t, settings(), 8)
	c.Stop()
	_ = c.Offer(Chunk{Stamp: epoch, Period: action, Rows: rows(8)})
	if cmd, send := c.Tick(epoch); !send || cmd.Velocity != (Vector{}) {
		t.Errorf("stopped, but sent %v %v", send, cmd.Velocity)
	}
	if err := c.Arm(epoch); err == nil {
		t.Error("armed while stopped")
	}
	if got := c.Report(epoch).State; got != Stopped {
		t.Errorf("state %s", got)
	}
	c.ResetStop()
	c.Tick(epoch)
	if _, send := c.Tick(epoch); send || c.Report(epoch).State != Disarmed {
		t.Errorf("after the reset: sent %v, %s", send, c.Report(epoch).State)
	}
	if err := c.Arm(epoch); err != nil {
		t.Error(err)
	}
}

func TestDisarmingSendsOneZeroCommand(t *testing.T) {
	c := ready(t, settings(), 8)
	c.Tick(epoch)
	c.Disarm()
	if cmd, send := c.Tick(epoch); !send || cmd.Velocity != (Vector{}) {
		t.Errorf("sent %v %v", send, cmd.Velocity)
	}
	if _, send := c.Tick(epoch); send {
		t.Error("sent a second command while disarmed")
	}
}

func TestRefusesChunksWithoutRows(t *testing.T) {
	c := NewController(settings())
	for _, chunk := range []Chunk{{Period: action}, {Rows: rows(1)}} {
		if err := c.Offer(chunk); err == nil {
			t.Errorf("took %+v", chunk)
		}
	}
}
