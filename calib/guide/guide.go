// Package guide watches a board that someone moves before a camera, keeps the views
// that calibration gains from, and says what is still missing: parts of the image,
// tilts of the board.
package guide

import (
	"fmt"

	"hyt/calib/camera"
	"hyt/calib/intrinsics"
	"hyt/calib/planar"
	"hyt/calib/report"
	"hyt/calib/view"
)

const (
	// still is how far corners may move from one image to the next, as a part of the
	// image's width: more blurs them, and rolling shutters bend the board.
	still = 0.004
	// apart is how far some corner must be from where each kept view has it.
	apart = 0.05
	// refit is how many new views make the rough camera be found anew.
	refit = 4
	// most views are kept: beyond, more hardly help.
	most = 60
)

// Guide is what was seen so far. It is not safe for concurrent use.
type Guide struct {
	model camera.Model
	want  int // views at least

	lens  camera.Camera // roughly; from the views as soon as they give one
	fitOf int           // views that it is from
	fits  []intrinsics.ViewFit
	last  view.View // of the image before
	cover report.Coverage
}

// New wants at least so many views.
func New(m camera.Model, want int) *Guide {
	g := &Guide{model: m, want: want}
	g.cover = report.Cover(nil)
	return g
}

// Verdict is what became of a view.
type Verdict struct {
	Kept bool
	Why  string // why it was not kept: what to do now
}

// Offer shows the guide what the newest image shows of the board. Blind is for those
// that show none.
func (g *Guide) Offer(v view.View) Verdict {
	before := g.last
	g.last = v
	if len(g.fits) > 0 && g.fits[0].Size != v.Size {
		return Verdict{Why: fmt.Sprintf("the image is %dx%d now, and was %dx%d before: leave it", v.Size[0], v.Size[1], g.fits[0].Size[0], g.fits[0].Size[1])}
	}
	switch {
	case v.Check() != nil:
		return Verdict{Why: v.Check().Error()}
	case view.Moved(before, v) > still*float64(v.Size[0]):
		return Verdict{Why: "hold the board still"}
	case len(g.fits) >= most:
		return Verdict{Why: fmt.Sprintf("%d views are enough: press Ctrl-C", most)}
	}
	for _, k := range g.fits {
		if view.Moved(k.View, v) < apart*float64(v.Size[0]) {
			return Verdict{Why: "move the board to another place or tilt"}
		}
	}
	f := intrinsics.ViewFit{View: v, Outlier: make([]bool, len(v.Points))}
	if g.fitOf == 0 {
		g.lens = rough(v.Size)
	}
	if !g.locate(&f) {
		return Verdict{Why: "the board's pose is not clear: bring it nearer"}
	}
	g.fits = append(g.fits, f)
	g.fit()
	g.cover = report.Cover(g.fits)
	return Verdict{Kept: true}
}

// Blind says that the newest image shows no board.
func (g *Guide) Blind() { g.last = view.View{} }

// rough is a camera of about 53° across, for tilts before anything is known.
func rough(size [2]int) camera.Camera {
	w, h := float64(size[0]), float64(size[1])
	return camera.Camera{Width: size[0], Height: size[1], Fx: w, Fy: w, Cx: (w - 1) / 2, Cy: (h - 1) / 2}
}

func (g *Guide) locate(f *intrinsics.ViewFit) bool {
	found, err := planar.Locate(g.lens, f.View)
	if err != nil {
		return false
	}
	f.Pose, f.Located, f.Used = found.Pose, true, true
	return true
}

// fit finds the camera from the views now and then. Where they do not give one yet,
// the rough one stays.
func (g *Guide) fit() {
	if len(g.fits) < g.fitOf+refit {
		return
	}
	res, err := intrinsics.Calibrate(g.Views(), intrinsics.Options{Model: g.model})
	if err != nil {
		return
	}
	g.lens, g.fitOf = res.Camera, len(g.fits)
	for i := range g.fits {
		g.locate(&g.fits[i])
	}
}

// Views are those that were kept.
func (g *Guide) Views() (vs []view.View) {
	for _, f := range g.fits {
		vs = append(vs, f.View)
	}
	return vs
}

// Missing says in sentences what no view has yet.
func (g *Guide) Missing() (all []string) {
	if n := g.want - len(g.fits); n > 0 {
		all = append(all, fmt.Sprintf("%d more views", n))
	}
	return append(all, g.cover.Missing...)
}

// Done says that nothing is missing.
func (g *Guide) Done() bool { return len(g.Missing()) == 0 }

// Share is the part of the image, 0 to 1, in which corners were seen.
func (g *Guide) Share() float64 { return g.cover.Share }
