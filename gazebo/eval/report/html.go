package report

import (
	_ "embed"
	"encoding/base64"
	"errors"
	"fmt"
	"html/template"
	"io"
	"os"
	"path/filepath"
	"time"

	"hyt/gazebo/eval"
)

//go:embed page.html
var pageText string

// filmBytes bounds the films of a page in all: it must open in a browser, and pass as an
// artifact of a CI job.
const filmBytes = 24 << 20

// page is what the template sees.
type page struct {
	*Document
	Title    string
	Made     string // date
	Compared []eval.Comparison
	Films    []film
	More     int // failures without a film on the page
}

// film is one failed episode.
type film struct {
	eval.Result
	GIF template.URL // "": none
	Bag string       // from the page's folder
}

// WriteHTML writes a page that needs nothing beside itself: the films are in it. Bags are
// linked, as seen from dir, the page's folder.
func (d *Document) WriteHTML(w io.Writer, dir string, now time.Time) error {
	t, err := template.New("page").Funcs(template.FuncMap{
		"percent": func(x float64) string { return fmt.Sprintf("%.1f", 100*x) },
		"gain":    func(g eval.Gain) string { return gain(g) },
		"orRun":   orRun,
	}).Parse(pageText)
	if err != nil {
		return err
	}
	p := page{Document: d, Title: d.title(), Made: now.UTC().Format("2006-01-02 15:04 UTC"), Compared: d.compared}
	room := filmBytes
	for _, r := range d.Results {
		if r.Success() || (r.Control != eval.Plain && r.Film == "") {
			continue
		}
		gif, err := embed(r.Film, &room)
		if err != nil {
			return err
		}
		if gif == "" && r.Bag == "" {
			p.More++
			continue
		}
		p.Films = append(p.Films, film{r, gif, relative(dir, r.Bag)})
	}
	return t.Execute(w, p)
}

// embed is a film as a URL that holds it; "" where there is none, or no room.
func embed(path string, room *int) (template.URL, error) {
	if path == "" {
		return "", nil
	}
	data, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) { // of an earlier run, and removed since
		return "", nil
	}
	if err != nil || len(data) > *room {
		return "", err
	}
	*room -= len(data)
	return template.URL("data:image/gif;base64," + base64.StdEncoding.EncodeToString(data)), nil
}

// relative is path as seen from dir, or as it is.
func relative(dir, path string) string {
	if path == "" {
		return ""
	}
	if rel, err := filepath.Rel(dir, path); err == nil {
		return filepath.ToSlash(rel)
	}
	return path
}
