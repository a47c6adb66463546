package control

import (
	"fmt"
	"math"
	"time"
)

// Resampling is how rows, at the model's rate, become velocities at the control
// rate. Rows are displacements, so it says what becomes of them:
//   - Stepped conserves the displacement of each row, where the action period is a
//     multiple of the control period; else to one control period's worth.
//   - Linear conserves the displacement of the whole chunk, exactly and at any rate;
//     that of a row is shared with its neighbours (1/8, 6/8, 1/8).
//
// Both speak of a chunk that is carried out alone and from its start.
type Resampling uint8

const (
	Stepped Resampling = iota // a row's velocity during all of its period
	Linear                    // straight lines between the middles of the rows
)

// String is its name in parameters.
func (r Resampling) String() string { return [...]string{"stepped", "linear"}[r] }

// ParseResampling is the inverse of String.
func ParseResampling(name string) (Resampling, error) {
	for r := Stepped; r <= Linear; r++ {
		if r.String() == name {
			return r, nil
		}
	}
	return 0, fmt.Errorf("unknown resampling of chunks %q; use stepped or linear", name)
}

// velocity is what to command during [t, t+dt), for a chunk that covers t.
func (c *Chunk) velocity(t time.Time, dt time.Duration, r Resampling) Vector {
	if r == Stepped {
		row, _ := c.at(t)
		return row.Motion.scaled(1 / c.Period.Seconds())
	}
	begin := c.rowsSince(t)
	return c.travel(begin, begin+float64(dt)/float64(c.Period)).scaled(1 / dt.Seconds())
}

// displacement is how far the chunk has the robot be at t, from where it was at the
// stamp.
func (c *Chunk) displacement(t time.Time, r Resampling) (d Vector) {
	u := c.rowsSince(t)
	if r == Linear {
		return c.travel(0, u)
	}
	for k, row := range c.Rows {
		d = along(d, row.Motion, min(1, max(0, u-float64(k))))
	}
	return d
}

func (c *Chunk) rowsSince(t time.Time) float64 {
	return max(0, float64(t.Sub(c.Stamp))/float64(c.Period))
}

// travel is the displacement from one instant to another, in rows since the stamp,
// of the velocity that Linear stands for. Nothing moves after the last row.
func (c *Chunk) travel(from, to float64) (sum Vector) {
	to = min(to, float64(len(c.Rows)))
	for from < to {
		// Up to the next middle of a row the velocity is a straight line.
		next := min(to, math.Floor(from+0.5)+0.5)
		sum = along(sum, c.slope(from), (next-from)/2)
		sum = along(sum, c.slope(next), (next-from)/2)
		from = next
	}
	return sum
}

// slope is the linearly interpolated displacement per row, u rows since the stamp;
// before the first middle and after the last it is that of the row there.
func (c *Chunk) slope(u float64) Vector {
	last := len(c.Rows) - 1
	u = min(max(0, u-0.5), float64(last))
	k := int(u)
	a, b := c.Rows[k].Motion, c.Rows[min(k+1, last)].Motion
	return along(a.scaled(1-(u-float64(k))), b, u-float64(k))
}
