package control

import (
	"math"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// plain is n rows that all move by x metres along x.
func plain(stamp time.Time, n int, x, gripper float64) Chunk {
	c := Chunk{Stamp: stamp, Period: action}
	for range n {
		c.Rows = append(c.Rows, Row{Motion: Vector{x}, Gripper: gripper})
	}
	return c
}

// chunking is an armed controller that follows old, and images that stay good.
func chunking(t *testing.T, how Chunking, old Chunk) *Controller {
	t.Helper()
	s := settings()
	s.Chunking, s.ImageTimeout = how, time.Hour
	c := ready(t, s, 0)
	offer(t, c, old)
	return c
}

func offer(t *testing.T, c *Controller, chunk Chunk) {
	t.Helper()
	if err := c.Offer(chunk); err != nil {
		t.Fatal(err)
	}
}

// speeds are the commands along x from one time after the epoch up to another.
func speeds(c *Controller, from, to time.Duration) (v []float64) {
	for at := from; at < to; at += tick {
		cmd, _ := c.Tick(epoch.Add(at))
		v = append(v, cmd.Velocity[0])
	}
	return v
}

func near(a, b float64) bool { return math.Abs(a-b) < 1e-9 }

func TestResamplingConservesDisplacement(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		chunk := Chunk{Stamp: epoch, Period: action}
		want := Vector{}
		for range rapid.IntRange(1, 12).Draw(t, "rows") {
			row := Row{Motion: Vector{rapid.Float64Range(-1, 1).Draw(t, "x"), 5: rapid.Float64Range(-1, 1).Draw(t, "yaw")}}
			chunk.Rows = append(chunk.Rows, row)
			want = along(want, row.Motion, 1)
		}
		r := rapid.SampledFrom([]Resampling{Stepped, Linear}).Draw(t, "resampling")
		hz := rapid.SampledFrom([]int{50, 100, 500}).Draw(t, "hz")
		if r == Linear { // at any rate
			hz = rapid.IntRange(7, 500).Draw(t, "hz")
		}
		period := time.Second / time.Duration(hz)
		var got Vector
		for now := epoch; now.Before(chunk.end()); now = now.Add(period) {
			got = along(got, chunk.velocity(now, period, r), period.Seconds())
		}
		for i := range got {
			if !near(got[i], want[i]) {
				t.Fatalf("%v at %d Hz moves by %v, its rows by %v", r, hz, got, want)
			}
		}
		if end := chunk.displacement(chunk.end(), r); !near(end[0], want[0]) {
			t.Fatalf("%v: displacement at the end %v, want %v", r, end, want)
		}
	})
}

func TestLinearGoesThroughTheMiddlesOfRows(t *testing.T) {
	chunk := Chunk{Stamp: epoch, Period: action, Rows: rows(3)} // 0.1, 0.2, 0.3 m/s
	for at, want := range map[time.Duration]float64{0: 0.1, 20 * ms: 0.1, 40 * ms: 0.1025, 90 * ms: 0.15, 140 * ms: 0.2, 240 * ms: 0.2975, 280 * ms: 0.3} {
		if got := chunk.velocity(epoch.Add(at), tick, Linear)[0]; !near(got, want) {
			t.Errorf("from %v on: %v m/s, want %v", at, got, want)
		}
	}
}

func TestRealTimeFreezesTheOldChunkThenLeavesItOnAStraightRamp(t *testing.T) {
	c := chunking(t, Chunking{Blending: BlendRealTime}, plain(epoch, 8, 0.01, 1))
	for k, v := range speeds(c, 0, 600*ms) {
		if !near(v, 0.1) {
			t.Fatalf("command %d, before there is another chunk: %v m/s", k, v)
		}
	}
	offer(t, c, plain(epoch.Add(400*ms), 8, 0.03, 0)) // the old one goes on for 200 ms: 11 steps from the last command
	for k, v := range speeds(c, 600*ms, 800*ms) {
		if want := 0.1 + 0.2*float64(k+1)/11; !near(v, want) {
			t.Errorf("command %d of the overlap: %v m/s, want %v", k, v, want)
		}
	}
	if v := speeds(c, 800*ms, 820*ms)[0]; !near(v, 0.3) {
		t.Errorf("after the overlap: %v m/s", v)
	}
}

func TestOverlapBoundsTheBlend(t *testing.T) {
	c := chunking(t, Chunking{Blending: BlendRealTime, Overlap: 80 * ms}, plain(epoch, 8, 0.01, 0))
	speeds(c, 0, 400*ms)
	offer(t, c, plain(epoch.Add(300*ms), 8, 0.05, 0))
	for k, v := range speeds(c, 400*ms, 480*ms) {
		if want := 0.1 + 0.4*float64(k+1)/4; !near(v, want) {
			t.Errorf("command %d: %v m/s, want %v", k, v, want)
		}
	}
}

func TestAThirdChunkDuringABlendMakesNoJumpEither(t *testing.T) {
	c := chunking(t, Chunking{Blending: BlendRealTime}, plain(epoch, 8, 0.01, 0))
	v := speeds(c, 0, 200*ms)
	for k := range 6 {
		at := time.Duration(k+2) * 100 * ms
		offer(t, c, plain(epoch.Add(at), 8, 0.05*float64(k%2), 0)) // they contradict one another
		v = append(v, speeds(c, at, at+100*ms)...)
	}
	for k := range v[1:] {
		if step := math.Abs(v[k+1] - v[k]); step > 0.05 { // of a difference of 0.5 m/s
			t.Errorf("jump of %.3f m/s at command %d: %.3f", step, k+1, v)
		}
	}
}

func TestEnsembleIsTheWeightedMeanOfWhatCoversTheInstant(t *testing.T) {
	const m = 0.5
	c := chunking(t, Chunking{Blending: BlendEnsemble, Decay: m}, plain(epoch, 4, 0.01, 1))
	speeds(c, 0, 200*ms)
	offer(t, c, plain(epoch.Add(200*ms), 4, 0.04, 0))
	cmd, _ := c.Tick(epoch.Add(200 * ms))
	if want := (0.1 + 0.4*math.Exp(-m)) / (1 + math.Exp(-m)); !near(cmd.Velocity[0], want) {
		t.Errorf("both cover: %v m/s, want %v", cmd.Velocity[0], want)
	}
	if cmd.Gripper != 0 {
		t.Errorf("gripper %v: a mean of open and closed", cmd.Gripper)
	}
	if v := speeds(c, 400*ms, 420*ms)[0]; !near(v, 0.4) {
		t.Errorf("the older one is used up: %v m/s", v)
	}
}

func TestEnsemblesEndWithTheTask(t *testing.T) {
	c := chunking(t, Chunking{Blending: BlendEnsemble}, plain(epoch, 8, 0.01, 0))
	speeds(c, 0, 100*ms)
	c.SetInstruction(true) // another one
	if v := speeds(c, 100*ms, 120*ms)[0]; !near(v, 0.1) {
		t.Errorf("until there is a chunk for it: %v m/s", v)
	}
	offer(t, c, plain(epoch, 8, -0.02, 0))
	if v := speeds(c, 120*ms, 140*ms)[0]; !near(v, -0.2) {
		t.Errorf("averaged with a chunk for another task: %v m/s", v)
	}
}

func TestCatchUpMakesLatencyGood(t *testing.T) {
	for _, how := range []Chunking{
		{Blending: BlendSwitch, CatchUp: 100 * ms},
		{Blending: BlendRealTime, Resampling: Linear, CatchUp: 100 * ms},
	} {
		c := chunking(t, how, plain(epoch, 8, 0.01, 0))
		speeds(c, 0, 200*ms)
		gone := 0.0 // since the second observation
		for _, v := range speeds(c, 200*ms, 360*ms) {
			gone += v * tick.Seconds()
		}
		offer(t, c, plain(epoch.Add(200*ms), 20, 0.02, 0)) // 160 ms late, and says twice as fast
		for _, v := range speeds(c, 360*ms, 2180*ms) {
			gone += v * tick.Seconds()
		}
		if want := 0.02 * 19.8; math.Abs(gone-want) > 1e-3 {
			t.Errorf("%v: moved by %.4f m since the observation, the chunk says %.4f", how.Blending, gone, want)
		}
	}
}

func TestNothingIsCaughtUpAfterAHold(t *testing.T) {
	c := chunking(t, Chunking{Blending: BlendRealTime, CatchUp: 100 * ms}, plain(epoch, 20, 0.01, 0))
	speeds(c, 0, 200*ms)
	c.SawPose(epoch, [3]float64{})
	c.Disarm()
	speeds(c, 200*ms, 800*ms)
	if err := c.Arm(epoch); err != nil {
		t.Fatal(err)
	}
	for _, v := range speeds(c, 800*ms, 1000*ms) {
		if !near(v, 0.1) {
			t.Fatalf("%v m/s after 600 ms of standing: it hurries", v)
		}
	}
}

func TestManyChunksAreBounded(t *testing.T) {
	for _, b := range []Blending{BlendRealTime, BlendEnsemble} {
		c := chunking(t, Chunking{Blending: b}, plain(epoch, 8, 0.01, 0))
		for k := range 100 {
			at := time.Duration(k) * tick
			offer(t, c, plain(epoch.Add(at), 8, 0.01, 0))
			if v := speeds(c, at, at+tick)[0]; !near(v, 0.1) {
				t.Fatalf("%v, chunk %d: %v m/s", b, k, v)
			}
		}
		if c.plan.n != depth {
			t.Errorf("%d chunks are kept", c.plan.n)
		}
	}
}

func TestChoicesHaveNames(t *testing.T) {
	for _, name := range []string{"switch", "realtime", "ensemble"} {
		if b, err := ParseBlending(name); err != nil || b.String() != name {
			t.Errorf("%s: %v, %v", name, b, err)
		}
	}
	for _, name := range []string{"stepped", "linear"} {
		if r, err := ParseResampling(name); err != nil || r.String() != name {
			t.Errorf("%s: %v, %v", name, r, err)
		}
	}
	_, wrongBlending := ParseBlending("rtc")
	_, wrongResampling := ParseResampling("cubic")
	if wrongBlending == nil || wrongResampling == nil {
		t.Error("took names that do not exist")
	}
}
