package intrinsics

import (
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/mat"

	"hyt/calib/camera"
	"hyt/calib/geom"
	"hyt/calib/planar"
	"hyt/calib/view"
)

// Zhang returns the camera without distortion that the homographies of the views
// imply (Z. Zhang, "A flexible new technique for camera calibration", 2000): each
// view's H = K [r1 r2 t] says that r1 and r2 are perpendicular and equally long,
// which is linear in K⁻ᵀK⁻¹. With centred, the principal point is held in the
// middle of the image, which few or similar views need.
func Zhang(views []view.View, centred bool) (camera.Camera, error) {
	w, h := float64(views[0].Size[0]), float64(views[0].Size[1])
	unit := geom.Mat{{1 / w, 0, -(w - 1) / (2 * w)}, {0, 1 / w, -(h - 1) / (2 * w)}, {0, 0, 1}}
	n := 5 // B11 B22 B33 B13 B23 of B = K⁻ᵀK⁻¹, zero skew
	if centred {
		n = 3
	}
	vtv := mat.NewSymDense(n, nil)
	for _, v := range views {
		hm, err := planar.Homography(v.Points, v.Pixels)
		if err != nil {
			return camera.Camera{}, fmt.Errorf("view %s: %w", v.Name, err)
		}
		hm = unit.Mul(hm)
		a, b := hm.Col(0), hm.Col(1)
		k := 2 / (a.Norm() + b.Norm())
		a, b = a.Scale(k), b.Scale(k)
		pair := func(p, q geom.Vec) [5]float64 { // pᵀ B q as a row over B's elements
			return [5]float64{p[0] * q[0], p[1] * q[1], p[2] * q[2], p[0]*q[2] + p[2]*q[0], p[1]*q[2] + p[2]*q[1]}
		}
		aa, bb, ab := pair(a, a), pair(b, b), pair(a, b)
		for i := range n {
			for j := i; j < n; j++ {
				vtv.SetSym(i, j, vtv.At(i, j)+ab[i]*ab[j]+(aa[i]-bb[i])*(aa[j]-bb[j]))
			}
		}
	}
	var eig mat.EigenSym
	if !eig.Factorize(vtv, true) {
		return camera.Camera{}, fmt.Errorf("the homographies of %d views have no common camera", len(views))
	}
	var vec mat.Dense
	eig.VectorsTo(&vec)
	b11, b22, b33 := vec.At(0, 0), vec.At(1, 0), vec.At(2, 0)
	var cx, cy float64
	if !centred {
		cx, cy = -vec.At(3, 0)/b11, -vec.At(4, 0)/b22
	}
	lambda := b33 - cx*cx*b11 - cy*cy*b22
	fx2, fy2 := lambda/b11, lambda/b22
	if !(fx2 > 0 && fy2 > 0) || math.IsInf(fx2+fy2, 0) || math.Abs(cx) > 0.5 || math.Abs(cy) > 0.5 {
		return camera.Camera{}, fmt.Errorf("the homographies of %d views imply no real camera", len(views))
	}
	return camera.Camera{
		Width: views[0].Size[0], Height: views[0].Size[1],
		Fx: w * math.Sqrt(fx2), Fy: w * math.Sqrt(fy2), Cx: w*cx + (w-1)/2, Cy: w*cy + (h-1)/2,
	}, nil
}

// start is a camera to refine, with a pose for each view it can explain.
type start struct {
	cam   camera.Camera
	poses []geom.Pose
	rms   []float64 // per view, pixels; +Inf where there is no pose
	cost  float64   // median of rms
}

// firstStart tries the closed forms, and a ladder of focal lengths where those fail
// or do not apply, and takes what reprojects best. The closed forms know nothing of
// distortion, and a wide lens of much distortion has no homographies for them.
func firstStart(views []view.View, m camera.Model) (start, error) {
	w, h := float64(views[0].Size[0]), float64(views[0].Size[1])
	var pinholes []camera.Camera
	for _, centred := range []bool{false, true} {
		if c, err := Zhang(views, centred); err == nil && m != camera.Equidistant {
			wider := c
			wider.Fx, wider.Fy = 1.3*c.Fx, 1.3*c.Fy
			pinholes = append(pinholes, c, wider)
		}
	}
	best := bestStart(pinholes, views, m)
	if math.IsInf(best.cost, 1) {
		var ladder []camera.Camera
		for _, k := range []float64{0.25, 0.32, 0.4, 0.5, 0.65, 0.85, 1.2, 1.8, 2.7} {
			ladder = append(ladder, camera.Camera{Width: int(w), Height: int(h), Fx: k * w, Fy: k * w, Cx: (w - 1) / 2, Cy: (h - 1) / 2})
		}
		best = bestStart(ladder, views, m)
	}
	if math.IsInf(best.cost, 1) {
		return best, fmt.Errorf("no camera explains most of the %d views, not even roughly: are board points and pixels paired rightly?", len(views))
	}
	return best, nil
}

// bestStart tries each camera, and for the plane models each as a barrel lens too.
func bestStart(pinholes []camera.Camera, views []view.View, m camera.Model) start {
	best := start{cost: math.Inf(1)}
	try := func(c camera.Camera) {
		if s := pose(c, views); s.cost < best.cost {
			best = s
		}
	}
	for _, c := range pinholes {
		c.Model = m
		try(c)
		if m == camera.Equidistant {
			continue
		}
		for _, shrink := range []float64{0.1, 0.2, 0.28} { // at the image's corner; it folds at 1/3
			c.D[0] = -shrink * math.Pow(2*c.Fx/math.Hypot(float64(c.Width), float64(c.Height)), 2)
			try(c)
		}
	}
	return best
}

func pose(c camera.Camera, views []view.View) start {
	s := start{cam: c}
	for _, v := range views {
		p, err := planar.Start(c, v)
		rms := math.Inf(1)
		if err == nil {
			rms = reprojection(c, v, p)
		}
		s.poses, s.rms = append(s.poses, p), append(s.rms, rms)
	}
	s.cost = median(s.rms)
	return s
}

// reprojection is the RMS of a view per axis, pixels; +Inf when the board is not
// wholly in sight.
func reprojection(c camera.Camera, v view.View, p geom.Pose) float64 {
	var sum float64
	for i, b := range v.Points {
		px, ok := c.Project(p.Apply(geom.Vec{b.X, b.Y, b.Z}))
		if !ok {
			return math.Inf(1)
		}
		dx, dy := px.X-v.Pixels[i].X, px.Y-v.Pixels[i].Y
		sum += dx*dx + dy*dy
	}
	return math.Sqrt(sum / float64(2*len(v.Points)))
}

func median(xs []float64) float64 {
	if len(xs) == 0 {
		return math.NaN()
	}
	s := slices.Sorted(slices.Values(xs))
	return s[len(s)/2]
}
