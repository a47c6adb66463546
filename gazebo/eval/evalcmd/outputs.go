package evalcmd

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"time"

	"hyt/gazebo/eval"
	"hyt/gazebo/eval/report"
	"hyt/gazebo/sim"
)

// outputs are the files that a run writes; "" for what is not wanted.
type outputs struct {
	dir                         string // of all that has no name of its own
	json, junit, markdown, html string
	episodes, films, bags       string
}

// complete names what goes into dir.
func (o *outputs) complete() {
	if o.dir == "" {
		if o.html != "" && o.films == "" {
			o.films = filepath.Join(filepath.Dir(o.html), "films")
		}
		return
	}
	for file, to := range map[string]*string{
		"report.json": &o.json, "junit.xml": &o.junit, "report.md": &o.markdown, "report.html": &o.html,
		"episodes.jsonl": &o.episodes, "films": &o.films, "bags": &o.bags,
	} {
		if *to == "" {
			*to = filepath.Join(o.dir, file)
		}
	}
}

// The films of failures: how many of each cell, and pixels of a picture's side.
const (
	filmsPerCell = 3
	filmSize     = 192
)

func (o *outputs) film() func(eval.Episode, sim.Scene) (eval.Recorder, error) {
	if o.films == "" {
		return nil
	}
	return eval.Failures(o.films, filmsPerCell, filmSize)
}

func (o *outputs) bag() func(eval.Episode) string {
	if o.bags == "" {
		return nil
	}
	return func(e eval.Episode) string { return filepath.Join(o.bags, e.Name()) }
}

// write writes the reports. One that cannot be written does not keep others from it.
func (o *outputs) write(d *report.Document) error {
	return errors.Join(
		create(o.json, d.WriteJSON),
		create(o.junit, d.WriteJUnit),
		create(o.markdown, d.WriteMarkdown),
		create(o.html, func(w io.Writer) error { return d.WriteHTML(w, filepath.Dir(o.html), time.Now()) }),
	)
}

func create(path string, write func(io.Writer) error) error {
	if path == "" {
		return nil
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	return errors.Join(write(f), f.Close())
}
