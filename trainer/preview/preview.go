// Package preview shows samples as people can judge them: pictures with the thought's
// places drawn into them, what was said, and the actions as a path. One page of HTML
// that needs nothing besides itself.
package preview

import (
	"bytes"
	_ "embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"image"
	"image/png"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"hyt/policy/thought"
	"hyt/trainer/contract"
	"hyt/trainer/data"
)

// Page is the name of the file in the folder.
const Page = "index.html"

// Write writes a page of n samples, spread evenly over the set, into a folder, which it
// makes where it is not there.
func Write(dir string, set *data.Set, n int) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("preview: %w", err)
	}
	page, err := render(set, n)
	if err != nil {
		return fmt.Errorf("preview: %w", err)
	}
	if err := os.WriteFile(filepath.Join(dir, Page), page, 0o644); err != nil {
		return fmt.Errorf("preview: %w", err)
	}
	return nil
}

//go:embed page.html
var pageText string

var page = template.Must(template.New("page").Parse(pageText))

// card is one sample on the page.
type card struct {
	Episode     string
	Seconds     string // of the episode
	Instruction string
	Thought     string
	Fault       string // why the thought cannot be read; "": it can
	Pictures    []picture
	Path        *path // nil where actions do not move the hand
	Proprio     []labelled
	Actions     []row
}

type picture struct {
	Name          string
	Source        template.URL // the picture itself
	Width, Height int
	Marks         []mark // of the first camera
}

// mark is a place of the thought, in pixels of the picture.
type mark struct {
	Kind string // "target" or "ee"
	X, Y float64
}

type labelled struct{ Name, Value, Unit string }

// row is one dimension of the actions over the chunk.
type row struct {
	Name, Unit string
	Values     []string
}

func render(set *data.Set, n int) ([]byte, error) {
	shape := set.Shape()
	n = min(n, set.Len())
	starts := map[int]int64{} // of episodes
	for i := range set.Len() {
		s := set.At(i)
		if at, ok := starts[s.Episode]; !ok || s.Time < at {
			starts[s.Episode] = s.Time
		}
	}
	var cards []card
	for i := range n {
		s := set.At(i * set.Len() / n)
		c, err := newCard(s, shape)
		if err != nil {
			return nil, err
		}
		c.Episode = set.Episodes()[s.Episode].ID
		c.Seconds = fmt.Sprintf("%.2f s", float64(s.Time-starts[s.Episode])/1e9)
		cards = append(cards, c)
	}
	var out bytes.Buffer
	err := page.Execute(&out, map[string]any{
		"Samples": set.Len(), "Episodes": len(starts), "Rate": shape.Rate, "Chunk": shape.Chunk, "Cards": cards,
	})
	return out.Bytes(), err
}

func newCard(s data.Sample, shape data.Shape) (card, error) {
	c := card{Instruction: s.Instruction, Thought: s.Thought, Path: newPath(s.Actions, shape)}
	t, err := thought.Parse(s.Thought)
	if err != nil {
		c.Fault = err.Error()
	}
	for i, camera := range shape.Cameras {
		p, err := newPicture(camera, s.Images[i])
		if err != nil {
			return c, err
		}
		if i == 0 {
			p.mark("target", t.TargetAt)
			p.mark("ee", t.EE)
		}
		c.Pictures = append(c.Pictures, p)
	}
	for i, number := range shape.Proprio {
		c.Proprio = append(c.Proprio, labelled{number.Name, format(s.Proprio[i]), number.Unit})
	}
	for i, number := range shape.Action {
		r := row{Name: number.Name, Unit: number.Unit}
		for k := range shape.Chunk {
			r.Values = append(r.Values, format(s.Actions[k*len(shape.Action)+i]))
		}
		c.Actions = append(c.Actions, r)
	}
	return c, nil
}

func format(v float32) string { return strings.Replace(fmt.Sprintf("%.3f", v), "-0.000", "0.000", 1) }

func newPicture(camera data.Camera, pixels []byte) (picture, error) {
	m := image.NewNRGBA(image.Rect(0, 0, camera.Width, camera.Height))
	for i := range camera.Width * camera.Height {
		copy(m.Pix[4*i:], pixels[3*i:3*i+3])
		m.Pix[4*i+3] = 255
	}
	var file bytes.Buffer
	if err := png.Encode(&file, m); err != nil {
		return picture{}, err
	}
	source := "data:image/png;base64," + base64.StdEncoding.EncodeToString(file.Bytes())
	return picture{Name: camera.Name, Source: template.URL(source), Width: camera.Width, Height: camera.Height}, nil
}

// mark draws a place of the thought; nil is none.
func (p *picture) mark(kind string, at *thought.Place) {
	if at == nil {
		return
	}
	u, v := at.Centre()
	p.Marks = append(p.Marks, mark{kind, u * float64(p.Width), v * float64(p.Height)})
}

// path is where the actions take the hand, seen from above as the robot's base looks
// forward: x up, y to the left. It is drawn in a square of 100 with the start at 50, 50.
type path struct {
	Points string  // of the line, as SVG has it
	EndX   float64 // where it ends
	EndY   float64
	Side   string // what the square's side is, in cm
}

// newPath adds up the displacements of a chunk; nil where x and y are not such.
func newPath(actions []float32, shape data.Shape) *path {
	axis := func(name string) int {
		return slices.IndexFunc(shape.Action, func(n data.Number) bool {
			return n.Name == name && (n.Kind == contract.Velocity || n.Kind == contract.Difference)
		})
	}
	ix, iy := axis("x"), axis("y")
	if ix < 0 || iy < 0 {
		return nil
	}
	points := [][2]float64{{0, 0}}
	farthest := 0.01 // m
	for k := range shape.Chunk {
		last := points[len(points)-1]
		x := last[0] + float64(actions[k*len(shape.Action)+ix])
		y := last[1] + float64(actions[k*len(shape.Action)+iy])
		points = append(points, [2]float64{x, y})
		farthest = max(farthest, math.Abs(x), math.Abs(y))
	}
	p := &path{Side: fmt.Sprintf("%.1f cm", 2*100*farthest/0.9)}
	var text []string
	for _, at := range points {
		p.EndX, p.EndY = 50-45*at[1]/farthest, 50-45*at[0]/farthest
		text = append(text, fmt.Sprintf("%.1f,%.1f", p.EndX, p.EndY))
	}
	p.Points = strings.Join(text, " ")
	return p
}
