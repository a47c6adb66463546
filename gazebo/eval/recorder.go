package eval

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"hyt/gazebo/render"
	"hyt/gazebo/sdf/stage"
	"hyt/gazebo/sim"
)

// filmRecorder draws an episode at its own size and writes it as a GIF.
type filmRecorder struct {
	renderer *render.Renderer
	film     *Film
	episode  Episode
	path     string
	last     time.Duration
}

// Films returns a Config.Film that films the n episodes from seed first of each
// task, as the policy or the oracle plays them, into dir/TASK_SPLIT_WHO_SEED.gif
// with pictures of size x size pixels.
func Films(dir string, first, n int64, size int) func(Episode, sim.Scene) (Recorder, error) {
	return func(e Episode, scene sim.Scene) (Recorder, error) {
		if e.Seed < first || e.Seed >= first+n || (e.Control != Plain && e.Control != Oracle) {
			return nil, nil
		}
		who := string(e.Mode)
		if e.Control == Oracle {
			who = string(Oracle)
		}
		name := fmt.Sprintf("%s_%s_%s_%d.gif", e.Task, e.Split, who, e.Seed)
		return newFilmRecorder(e, scene, size, filepath.Join(dir, name))
	}
}

func newFilmRecorder(e Episode, scene sim.Scene, size int, path string) (Recorder, error) {
	s, err := stage.Load(scene.World)
	if err != nil {
		return nil, err
	}
	r, err := render.New(s, size, size)
	if err != nil {
		return nil, err
	}
	if err := r.SetScene(scene); err != nil {
		return nil, err
	}
	return &filmRecorder{renderer: r, film: NewFilm(size), episode: e, path: path}, nil
}

func (f *filmRecorder) Record(s sim.State, thought string) error {
	const shortest = 100 * time.Millisecond // slower machines skip shorter frames
	delay := max(s.Time-f.last, shortest)
	f.last = s.Time
	return f.film.Add(f.renderer.Draw(s), delay, f.episode.Instruction, thought)
}

// Close writes the file; its last picture says how it ended.
func (f *filmRecorder) Close(r Result) error {
	if f.film.Len() == 0 {
		return nil
	}
	f.film.end(time.Second, fmt.Sprintf("%s after %.1f s", r.Verdict, r.Time.Seconds()))
	if err := os.MkdirAll(filepath.Dir(f.path), 0o755); err != nil {
		return err
	}
	file, err := os.Create(f.path)
	if err != nil {
		return err
	}
	return errors.Join(f.film.WriteGIF(file), file.Close())
}
