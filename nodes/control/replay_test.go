package control

import (
	"encoding/json"
	"os"
	"testing"
	"time"
)

// recorded is testdata/chunks.json: chunks of the shipped model.
type recorded struct {
	Names    []string `json:"names"`
	PeriodMS int64    `json:"period_ms"`
	Runs     []struct {
		Task   string `json:"task"`
		Chunks []struct {
			StampMS int64       `json:"stamp_ms"`
			Rows    [][]float64 `json:"rows"`
		} `json:"chunks"`
	} `json:"runs"`
}

// recordedRuns are consecutive chunks, episode by episode.
func recordedRuns(t *testing.T) (runs [][]Chunk) {
	t.Helper()
	data, err := os.ReadFile("testdata/chunks.json")
	if err != nil {
		t.Fatal(err)
	}
	var file recorded
	if err := json.Unmarshal(data, &file); err != nil {
		t.Fatal(err)
	}
	layout, err := NewLayout(file.Names)
	if err != nil {
		t.Fatal(err)
	}
	for _, run := range file.Runs {
		var chunks []Chunk
		for _, c := range run.Chunks {
			rows, err := layout.Rows(c.Rows)
			if err != nil {
				t.Fatal(err)
			}
			chunks = append(chunks, Chunk{
				Stamp:  epoch.Add(time.Duration(c.StampMS) * time.Millisecond),
				Period: time.Duration(file.PeriodMS) * time.Millisecond, Rows: rows,
			})
		}
		runs = append(runs, chunks)
	}
	return runs
}

// jump is the largest change of velocity from one command to the next.
type jump struct{ linear, angular float64 }

func (j *jump) see(a, b Vector) {
	for i := range a {
		b[i] -= a[i]
	}
	j.linear, j.angular = max(j.linear, b.linear()), max(j.angular, b.angular())
}

// replay carries out a run of chunks without limits, each from latency after its
// observation on, and adds the jumps to those of all runs: alone of each chunk when
// nothing else is carried out, together anywhere in the run. A blend spreads a
// boundary over many commands, so all of them count, not only the first.
func replay(t *testing.T, chunks []Chunk, how Chunking, period, latency time.Duration, alone, together *jump) {
	t.Helper()
	s := settings()
	s.Period, s.Chunking, s.ImageTimeout = period, how, time.Hour
	s.Limits = Limits{LinearSpeed: 1e6, AngularSpeed: 1e6, LinearAcceleration: 1e9, AngularAcceleration: 1e9}
	c := ready(t, s, 0)
	var last Command
	end, following := chunks[len(chunks)-1].end(), false
	for now := epoch; now.Before(end); now = now.Add(period) {
		if len(chunks) > 0 && !now.Before(chunks[0].Stamp.Add(latency)) {
			offer(t, c, chunks[0])
			alone.seeChunk(chunks[0], how.Resampling, period)
			chunks = chunks[1:]
		}
		cmd, _ := c.Tick(now)
		if following && cmd.Hold {
			t.Fatalf("held at %v: %v", now.Sub(epoch), cmd.Reason)
		}
		if following {
			together.see(last.Velocity, cmd.Velocity)
		}
		last, following = cmd, !cmd.Hold
	}
}

func (j *jump) seeChunk(c Chunk, r Resampling, period time.Duration) {
	last := c.velocity(c.Stamp, period, r)
	for now := c.Stamp.Add(period); now.Before(c.end()); now = now.Add(period) {
		v := c.velocity(now, period, r)
		j.see(last, v)
		last = v
	}
}

// TestNewChunksBlendInWithoutJumps is the promise of real-time chunking, on chunks of
// the shipped model that come 150 ms late: no change of velocity, anywhere, is larger
// than 1.5 times the largest within one chunk. It prints the other choices beside it,
// and rotation, which is not judged: these tasks hardly turn.
func TestNewChunksBlendInWithoutJumps(t *testing.T) {
	const latency = 150 * time.Millisecond
	runs := recordedRuns(t)
	for _, period := range []time.Duration{20 * time.Millisecond, 2 * time.Millisecond} {
		for _, r := range []Resampling{Stepped, Linear} {
			for _, how := range []Chunking{
				{Blending: BlendSwitch}, {Blending: BlendEnsemble, Decay: 0.01}, {Blending: BlendRealTime},
				{Blending: BlendRealTime, Overlap: 200 * time.Millisecond, CatchUp: 150 * time.Millisecond},
			} {
				how.Resampling = r
				var alone, together jump
				for _, run := range runs {
					replay(t, run, how, period, latency, &alone, &together)
				}
				linear, angular := together.linear/alone.linear, together.angular/alone.angular
				t.Logf("%4v, %-7v, %-8v, catch up %5v: jumps of %.4f m/s, %.4f rad/s = %.2f, %.2f of those within a chunk",
					period, r, how.Blending, how.CatchUp, together.linear, together.angular, linear, angular)
				if how.Blending == BlendRealTime && linear > 1.5 {
					t.Error("that is more than 1.5")
				}
			}
		}
	}
}
