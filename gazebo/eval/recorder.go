package eval

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"time"

	"hyt/gazebo/render"
	"hyt/gazebo/sdf/stage"
	"hyt/gazebo/sim"
)

// filmRecorder keeps an episode's states. It draws them, at its own size, when the episode
// is over and wanted as a film.
type filmRecorder struct {
	scene   sim.Scene
	episode Episode
	size    int
	dir     string
	wanted  func(Result) bool
	shots   []shot
}

type shot struct {
	state   sim.State
	thought string
}

// Films returns a Config.Film that films the n episodes from seed first of each
// task, as the policy or the oracle plays them, into dir/TASK_SPLIT_WHO_SEED.gif
// with pictures of size x size pixels.
func Films(dir string, first, n int64, size int) func(Episode, sim.Scene) (Recorder, error) {
	return func(e Episode, scene sim.Scene) (Recorder, error) {
		if e.Seed < first || e.Seed >= first+n || (e.Control != Plain && e.Control != Oracle) {
			return nil, nil
		}
		return &filmRecorder{scene: scene, episode: e, size: size, dir: dir, wanted: func(Result) bool { return true }}, nil
	}
}

// Failures returns a Config.Film that films episodes in which the policy under test, or
// the oracle, does not succeed: the first n that end so in each cell.
func Failures(dir string, n, size int) func(Episode, sim.Scene) (Recorder, error) {
	var mu sync.Mutex
	filmed := map[group]int{}
	wanted := func(r Result) bool {
		mu.Lock()
		defer mu.Unlock()
		if r.Success() || filmed[r.group()] == n {
			return false
		}
		filmed[r.group()]++
		return true
	}
	return func(e Episode, scene sim.Scene) (Recorder, error) {
		if e.Control != Plain && e.Control != Oracle {
			return nil, nil
		}
		return &filmRecorder{scene: scene, episode: e, size: size, dir: dir, wanted: wanted}, nil
	}
}

func (f *filmRecorder) Record(s sim.State, thought string) error {
	f.shots = append(f.shots, shot{s, thought})
	return nil
}

// Close draws and writes the film; its last picture says how it ended.
func (f *filmRecorder) Close(r Result) (string, error) {
	if len(f.shots) == 0 || !f.wanted(r) {
		return "", nil
	}
	film, err := f.draw()
	if err != nil {
		return "", err
	}
	film.end(time.Second, fmt.Sprintf("%s after %.1f s", r.Ending(), r.Time.Seconds()))
	if err := os.MkdirAll(f.dir, 0o755); err != nil {
		return "", err
	}
	path := filepath.Join(f.dir, f.episode.Name()+".gif")
	file, err := os.Create(path)
	if err != nil {
		return "", err
	}
	return path, errors.Join(film.WriteGIF(file), file.Close())
}

func (f *filmRecorder) draw() (*Film, error) {
	s, err := stage.Load(f.scene.World)
	if err != nil {
		return nil, err
	}
	r, err := render.New(s, f.size, f.size)
	if err != nil {
		return nil, err
	}
	if err := r.SetScene(f.scene); err != nil {
		return nil, err
	}
	const shortest = 100 * time.Millisecond // slower machines skip shorter frames
	film, last := NewFilm(f.size), time.Duration(0)
	for _, shot := range f.shots {
		delay := max(shot.state.Time-last, shortest)
		last = shot.state.Time
		if err := film.Add(r.Draw(shot.state), delay, f.episode.Instruction, shot.thought); err != nil {
			return nil, err
		}
	}
	return film, nil
}
