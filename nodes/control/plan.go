package control

import (
	"fmt"
	"math"
	"time"
)

// Blending is how a new chunk takes over from the one before. All of them align
// chunks by the stamps of their observations.
//
// The gripper is never blended: the newest chunk's target counts. A mean of open and
// closed drops what is held, hysteresis would take the middle openings from models
// that mean them, and the newest observation is the one that saw the object last.
type Blending uint8

const (
	// BlendSwitch follows the newest chunk from the moment it is there.
	BlendSwitch Blending = iota
	// BlendRealTime is real-time chunking (Black et al. 2025, arXiv 2506.07339) for a
	// policy that returns whole chunks: what the old chunk has the robot do while the
	// new one is computed is frozen; over the rest of their overlap the old one's
	// weight falls from 1 to 0. The paper bends that ramp, to guide a denoiser; for a
	// mixture of velocities the straight one makes the smallest jumps.
	BlendRealTime
	// BlendEnsemble is temporal ensembling (ACT, Zhao et al. 2023, arXiv 2304.13705):
	// the mean of the chunks that cover the instant, weighted exp(-decay k), k = 0 for
	// the oldest.
	BlendEnsemble
)

// String is its name in parameters.
func (b Blending) String() string { return [...]string{"switch", "realtime", "ensemble"}[b] }

// ParseBlending is the inverse of String.
func ParseBlending(name string) (Blending, error) {
	for b := BlendSwitch; b <= BlendEnsemble; b++ {
		if b.String() == name {
			return b, nil
		}
	}
	return 0, fmt.Errorf("unknown blending of chunks %q; use switch, realtime or ensemble", name)
}

// ParseChunking is a Chunking by the names of its parts, times in seconds.
func ParseChunking(blending, resampling string, overlap, decay, catchUp float64) (Chunking, error) {
	b, err := ParseBlending(blending)
	if err != nil {
		return Chunking{}, err
	}
	r, err := ParseResampling(resampling)
	seconds := func(s float64) time.Duration { return time.Duration(s * float64(time.Second)) }
	return Chunking{Blending: b, Resampling: r, Overlap: seconds(overlap), Decay: decay, CatchUp: seconds(catchUp)}, err
}

// Chunking says how chunks become velocities. The zero value switches plainly.
type Chunking struct {
	Blending   Blending
	Resampling Resampling
	// Overlap bounds how long BlendRealTime blends. Shorter follows the newest image
	// sooner and bends the path more. 0: to the end of the old chunk.
	Overlap time.Duration
	// Decay of BlendEnsemble, per chunk. Above 0 older chunks count more (ACT takes
	// 0.01), below 0 newer ones.
	Decay float64
	// CatchUp is the time constant with which a chunk's displacement since its
	// observation is made good, where latency, blending or limits had the robot do
	// something else. Shorter keeps to the chunk's path, longer is smoother. 0: never.
	CatchUp time.Duration
}

// depth is how many chunks are kept to blend. At 0.8 s a chunk it covers 10 Hz.
const depth = 8

// plan is the chunks that may count now, oldest first. It is bounded and allocates
// nothing.
type plan struct {
	chunks [depth]planned
	n      int
	gone   odometer
}

type planned struct {
	Chunk
	since time.Time // of the last command before this chunk counted
	base  Vector    // where the odometer was at the stamp
}

// newest is the chunk that counts most; nil: there is none.
func (p *plan) newest() *planned {
	if p.n == 0 {
		return nil
	}
	return &p.chunks[p.n-1]
}

func (p *plan) clear() {
	clear(p.chunks[:p.n]) // their rows are garbage now
	p.n = 0
}

// add makes c the newest. The oldest one goes where there is no room.
func (p *plan) add(c Chunk, since time.Time) {
	if p.n == depth {
		copy(p.chunks[:], p.chunks[1:])
		p.n--
	}
	p.chunks[p.n] = planned{c, since, p.gone.at(c.Stamp)}
	p.n++
}

// start begins at t with a robot that stands: the newest chunk counts alone, and
// nothing of it that is past is made good.
func (p *plan) start(t time.Time, how *Chunking) {
	if p.n == 0 {
		return
	}
	newest := *p.newest()
	p.clear()
	newest.base = along(p.gone.at(t), newest.displacement(t, how.Resampling), -1)
	p.chunks[0], p.n = newest, 1
}

// at is the velocity for [t, t+dt) and the gripper's target; not ok after the end of
// the newest chunk.
func (p *plan) at(t time.Time, dt time.Duration, how *Chunking) (v Vector, gripper float64, ok bool) {
	if p.n == 0 {
		return Vector{}, 0, false
	}
	row, ok := p.newest().at(t)
	if !ok {
		return Vector{}, 0, false
	}
	switch how.Blending {
	case BlendRealTime:
		v = p.realTime(t, dt, how)
	case BlendEnsemble:
		v = p.ensemble(t, dt, how)
	default:
		v = p.velocity(p.newest(), t, dt, how)
	}
	return v, row.Gripper, true
}

// velocity is that of one chunk, with what it is behind made good.
func (p *plan) velocity(c *planned, t time.Time, dt time.Duration, how *Chunking) Vector {
	v := c.Chunk.velocity(t, dt, how.Resampling)
	if how.CatchUp <= 0 {
		return v
	}
	behind := along(c.displacement(t, how.Resampling), p.gone.at(t), -1)
	behind = along(behind, c.base, 1)
	return along(v, behind, 1/how.CatchUp.Seconds())
}

// realTime starts with the oldest chunk and lets each take over from the mixture of
// those before it: a chunk that comes while two blend does not make a jump either.
func (p *plan) realTime(t time.Time, dt time.Duration, how *Chunking) (v Vector) {
	mixing := false // v holds what the chunks before this one make
	for i := range p.chunks[:p.n] {
		c := &p.chunks[i]
		if _, covers := c.at(t); !covers {
			mixing = false
			continue
		}
		old := 0.0
		if mixing {
			old = oldWeight(t, c.since, p.chunks[i-1].end(), how.Overlap)
		}
		v = along(v.scaled(old), p.velocity(c, t, dt, how), 1-old)
		mixing = true
	}
	return v
}

// oldWeight is the old chunk's at t: 1 up to since, 0 from the end of the overlap on.
func oldWeight(t, since, end time.Time, longest time.Duration) float64 {
	overlap := end.Sub(since)
	if longest > 0 {
		overlap = min(overlap, longest)
	}
	if overlap <= 0 {
		return 0
	}
	return min(1, max(0, 1-float64(t.Sub(since))/float64(overlap)))
}

// ensemble is the weighted mean of all chunks that cover t.
func (p *plan) ensemble(t time.Time, dt time.Duration, how *Chunking) (v Vector) {
	total, k := 0.0, 0
	for i := range p.chunks[:p.n] {
		c := &p.chunks[i]
		if _, covers := c.at(t); !covers {
			continue
		}
		weight := math.Exp(-how.Decay * float64(k))
		k++
		total += weight
		v = along(v, p.velocity(c, t, dt, how), weight)
	}
	return v.scaled(1 / total)
}
