package control

import (
	"context"
	"math"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// robot is a whole loop with its surroundings: a camera at 20 Hz and a model that
// plans 8 rows every 200 ms, 100 ms after its image. Faults are set by tests, which
// sleep on synctest's clock.
type robot struct {
	t    *testing.T
	c    *Controller
	loop *Loop

	mu sync.Mutex
	surroundings
	sent []Command
}

type surroundings struct {
	offset time.Duration // of the node's clock
	rows   []Row
	stamp  func(time.Time) time.Time // what is wrong with a chunk's stamp
	image  func(time.Time) time.Time // what is wrong with an image's
	sleep  func(until time.Time)     // of the loop
}

func fine() surroundings {
	same := func(at time.Time) time.Time { return at }
	return surroundings{rows: plain(epoch, 8, 0.01, 0).Rows, stamp: same, image: same, sleep: fakeSleep}
}

// withRobot runs test beside a robot that has moved for one second.
func withRobot(t *testing.T, test func(*robot)) {
	synctest.Test(t, func(t *testing.T) {
		r := &robot{t: t, surroundings: fine()}
		s := settings()
		s.Chunking = Chunking{Blending: BlendRealTime, Resampling: Linear, CatchUp: 150 * ms}
		s.Limits.LinearAcceleration, s.Range = 6, Row{Motion: Vector{0.05}}
		r.c = NewController(s)
		r.c.SetInstruction(true)
		if err := r.c.Arm(r.now()); err != nil {
			t.Fatal(err)
		}
		r.loop = &Loop{Controller: r.c, Period: tick, Now: r.now, Sleep: func(until time.Time) { r.get().sleep(until) },
			Publish: func(c Command) error { r.set(func() { r.sent = append(r.sent, c) }); return nil }}
		ctx, cancel := context.WithCancel(t.Context())
		var work sync.WaitGroup
		work.Go(func() { r.loop.Run(ctx) })
		work.Go(func() { r.see(ctx) })
		time.Sleep(time.Second + time.Millisecond)
		r.wantMoving("at first")
		test(r)
		cancel()
		work.Wait()
	})
}

func (r *robot) set(f func()) {
	r.mu.Lock()
	defer r.mu.Unlock()
	f()
}

func (r *robot) get() (s surroundings) {
	r.set(func() { s = r.surroundings })
	return s
}

func (r *robot) now() time.Time { return time.Now().Add(r.get().offset) }

// see is camera and model.
func (r *robot) see(ctx context.Context) {
	for k := 0; ctx.Err() == nil; k++ {
		taken := r.now()
		r.c.SawImage(r.get().image(taken))
		if k%4 == 0 {
			chunk := Chunk{Stamp: r.get().stamp(taken), Period: action, Rows: r.get().rows}
			time.AfterFunc(100*ms, func() { _ = r.c.Offer(chunk) })
		}
		time.Sleep(50 * ms)
	}
}

// during are the commands of the next d.
func (r *robot) during(d time.Duration) (sent []Command) {
	r.set(func() { r.sent = nil })
	time.Sleep(d)
	synctest.Wait()
	r.set(func() { sent = r.sent })
	return sent
}

func (r *robot) wantMoving(when string) {
	r.t.Helper()
	sent := r.during(500 * ms)
	if len(sent) != 25 {
		r.t.Errorf("%s: %d commands in 500 ms", when, len(sent))
	}
	for _, c := range sent {
		if c.Hold || math.Abs(c.Velocity[0]-0.1) > 0.03 {
			r.t.Fatalf("%s: %+v", when, c)
		}
	}
}

func (r *robot) wantHeld(d time.Duration, why Reason) {
	r.t.Helper()
	before := r.c.Report(r.now()).Counts.HeldBy(why)
	for _, c := range r.during(d) {
		if !c.Hold || c.Velocity != (Vector{}) || c.Reason != why {
			r.t.Fatalf("%+v, want a hold because of %v", c, why)
		}
	}
	if got := r.c.Report(r.now()).Counts.HeldBy(why) - before; got == 0 {
		r.t.Errorf("%v is not counted", why)
	}
}

func TestClockJumpedBack(t *testing.T) {
	withRobot(t, func(r *robot) {
		r.set(func() { r.offset = -time.Hour })
		r.wantHeld(10*ms+tick, ImageStale) // the newest is from the future
		time.Sleep(400 * ms)               // new images, new chunks
		r.wantMoving("an hour earlier")
		if got := r.c.Report(r.now()).Counts.ClockJumps; got != 1 {
			t.Errorf("%d jumps counted", got)
		}
	})
}

func TestClockJumpedBackALittle(t *testing.T) {
	withRobot(t, func(r *robot) {
		r.set(func() { r.offset = -100 * ms })
		r.wantHeld(tick, ClockJumped) // images are still good, the plan is not
		time.Sleep(400 * ms)
		r.wantMoving("100 ms earlier")
	})
}

func TestClockJumpedForward(t *testing.T) {
	withRobot(t, func(r *robot) {
		r.set(func() { r.offset = time.Hour })
		r.wantHeld(tick, ImageStale)
		time.Sleep(400 * ms)
		r.wantMoving("an hour later")
	})
}

func TestImagesOutOfOrderDoNoHarm(t *testing.T) {
	withRobot(t, func(r *robot) {
		k := 0
		r.set(func() {
			r.image = func(at time.Time) time.Time {
				if k++; k%2 == 0 {
					return at.Add(-350 * ms) // too old, had it not been overtaken
				}
				return at
			}
		})
		r.wantMoving("with every other image late")
		if got := r.c.Report(r.now()).Counts.ImagesOutOfOrder; got < 4 {
			t.Errorf("%d counted", got)
		}
	})
}

func TestBadChunksHoldWithTheirReason(t *testing.T) {
	bad := func(row Row) func(*robot) {
		return func(r *robot) { r.rows = append(plain(epoch, 7, 0.01, 0).Rows, row) }
	}
	stamped := func(by time.Duration) func(*robot) {
		return func(r *robot) { r.stamp = func(at time.Time) time.Time { return at.Add(by) } }
	}
	for name, tt := range map[string]struct {
		spoil func(*robot)
		want  Reason
	}{
		"NaN":             {bad(Row{Motion: Vector{math.NaN()}}), ChunkNotFinite},
		"infinite":        {bad(Row{Motion: Vector{5: math.Inf(-1)}}), ChunkNotFinite},
		"out of range":    {bad(Row{Motion: Vector{-0.06}}), ChunkOutOfRange},
		"from the future": {stamped(time.Hour), ChunkFromFuture},
		"far past":        {stamped(-time.Hour), ChunkUsedUp}, // overtaken by the one before: as if none came
	} {
		t.Run(name, func(t *testing.T) {
			withRobot(t, func(r *robot) {
				r.set(func() { tt.spoil(r) })
				time.Sleep(1200 * ms) // the last good chunk is used up
				r.wantHeld(500*ms, tt.want)
				if tt.want != ChunkUsedUp && r.c.Report(r.now()).Counts.RefusedFor(tt.want) < 2 {
					t.Error("refused chunks are not counted")
				}
				r.set(func() { r.surroundings = fine() })
				time.Sleep(500 * ms)
				r.wantMoving("with good chunks again")
			})
		})
	}
}

func TestTwoSecondsOfStandstill(t *testing.T) {
	withRobot(t, func(r *robot) {
		var once sync.Once
		r.set(func() {
			r.sleep = func(until time.Time) {
				once.Do(func() { // as SIGSTOP: nothing runs, the camera included
					until = until.Add(2 * time.Second)
					r.set(func() { r.image = func(time.Time) time.Time { return epoch } })
				})
				fakeSleep(until)
				r.set(func() { r.image = fine().image })
			}
		})
		if sent := r.during(2 * time.Second); len(sent) > 1 {
			t.Fatalf("%d commands while it stood", len(sent))
		}
		sent := r.during(2 * tick)
		if len(sent) == 0 || !sent[0].Hold || sent[0].Reason != ImageStale {
			t.Errorf("goes on with %+v", sent)
		}
		time.Sleep(500 * ms)
		r.wantMoving("afterwards")
		if m := r.loop.Timing(); m.Missed != 100 || m.Misses.Paused != 100 || m.Cause != "woke 2s late: the process was stopped or the machine slept" {
			t.Errorf("%+v", m)
		}
	})
}

func TestModeSwitchedAtEachTick(t *testing.T) {
	withRobot(t, func(r *robot) {
		for range 100 {
			r.c.Forget()
			time.Sleep(tick)
		}
		var last Command
		for range 50 { // and now also between something and nothing to do
			r.c.SetInstruction(false)
			r.wantHeld(tick, NoInstruction)
			r.c.SetInstruction(true)
			for _, c := range r.during(tick) {
				if c.Velocity.linear() > last.Velocity.linear()+6*tick.Seconds()+1e-9 {
					t.Fatalf("from %v to %v in a tick", last.Velocity, c.Velocity)
				}
				last = c
			}
		}
		time.Sleep(500 * ms)
		r.wantMoving("when that is over")
	})
}

func TestDeadmanAndInstructionTimeouts(t *testing.T) {
	for name, tt := range map[string]struct {
		set  func(*Settings)
		sign func(*Controller, time.Time)
		want Reason
	}{
		"deadman":     {func(s *Settings) { s.DeadmanTimeout = 100 * ms }, (*Controller).SawLife, Deadman},
		"instruction": {func(s *Settings) { s.InstructionTimeout = 100 * ms }, (*Controller).SawInstruction, InstructionStale},
	} {
		t.Run(name, func(t *testing.T) {
			s := settings()
			tt.set(&s)
			c := ready(t, s, 8)
			for _, step := range []struct {
				at   time.Duration
				sign bool
				want Reason
			}{{0, false, tt.want}, {20 * ms, true, None}, {120 * ms, false, None}, {140 * ms, false, tt.want}, {160 * ms, true, None}} {
				if step.sign {
					tt.sign(c, epoch.Add(step.at))
				}
				cmd, _ := c.Tick(epoch.Add(step.at))
				if cmd.Reason != step.want || cmd.Hold != (step.want != None) {
					t.Errorf("at %v: %+v, want %v", step.at, cmd, step.want)
				}
			}
		})
	}
}
