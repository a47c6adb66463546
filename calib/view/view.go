// Package view holds what detection hands to calibration: the corners of one
// target in one image, as pairs of a point on the board and a pixel.
package view

import (
	"fmt"
	"math"
)

// Point3 is a point in metres, in the frame of the board: x to the right and y
// down as the board is printed, z = 0 on it and growing away from the viewer.
type Point3 struct{ X, Y, Z float64 }

// Point2 is a place in an image in pixels: x to the right, y down, the centre of
// the first pixel at (0, 0), as ROS and OpenCV count.
type Point2 struct{ X, Y float64 }

// View is one target seen in one image. Points[i] was found at Pixels[i]; a
// partly hidden board has fewer points, never placeholders.
type View struct {
	Name   string   // file name or stamp: what reports call this view
	Points []Point3 // on the board, metres, z = 0
	Pixels []Point2 // where each was found
	Size   [2]int   // image width and height in pixels
}

// MinPoints is the fewest points that give a homography.
const MinPoints = 4

// Check returns nil when the view can be calibrated from, else one sentence
// that says what is wrong with it.
func (v View) Check() error {
	switch {
	case len(v.Points) != len(v.Pixels):
		return fmt.Errorf("view %s: %d board points but %d pixels; they must come in pairs", v.Name, len(v.Points), len(v.Pixels))
	case len(v.Points) < MinPoints:
		return fmt.Errorf("view %s: %d points, at least %d are needed", v.Name, len(v.Points), MinPoints)
	case v.Size[0] <= 0 || v.Size[1] <= 0:
		return fmt.Errorf("view %s: image size %dx%d is not positive", v.Name, v.Size[0], v.Size[1])
	}
	for i, p := range v.Points {
		q := v.Pixels[i]
		if !finite(p.X, p.Y, p.Z) || !finite(q.X, q.Y) {
			return fmt.Errorf("view %s: point %d is not finite: board (%g, %g, %g), pixel (%g, %g)", v.Name, i, p.X, p.Y, p.Z, q.X, q.Y)
		}
		if p.Z != 0 {
			return fmt.Errorf("view %s: point %d has z = %g m; a flat board has z = 0", v.Name, i, p.Z)
		}
	}
	if flatness(v.Points) < 1e-3 {
		return fmt.Errorf("view %s: its board points lie on one line; take corners from more than one row", v.Name)
	}
	return nil
}

// flatness is the ratio of the smaller to the larger spread of the points in
// their plane: 0 on a line, 1 in a square.
func flatness(ps []Point3) float64 {
	var mx, my float64
	for _, p := range ps {
		mx += p.X / float64(len(ps))
		my += p.Y / float64(len(ps))
	}
	var xx, xy, yy float64
	for _, p := range ps {
		dx, dy := p.X-mx, p.Y-my
		xx, xy, yy = xx+dx*dx, xy+dx*dy, yy+dy*dy
	}
	mean, diff := (xx+yy)/2, math.Hypot((xx-yy)/2, xy)
	if mean == 0 {
		return 0
	}
	return math.Sqrt(max(0, mean-diff) / (mean + diff))
}

func finite(vs ...float64) bool {
	for _, v := range vs {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return false
		}
	}
	return true
}

// Moved is the largest way of a corner from one view to another in pixels; infinite
// where they share none.
func Moved(a, b View) float64 {
	at := make(map[Point3]Point2, len(a.Points))
	for i, p := range a.Points {
		at[p] = a.Pixels[i]
	}
	most := -1.0
	for i, p := range b.Points {
		if q, ok := at[p]; ok {
			most = max(most, math.Hypot(q.X-b.Pixels[i].X, q.Y-b.Pixels[i].Y))
		}
	}
	if most < 0 {
		return math.Inf(1)
	}
	return most
}
