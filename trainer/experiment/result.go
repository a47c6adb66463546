package experiment

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"hyt/gazebo/eval"
	"hyt/gazebo/task"
)

// Result is what came of a stage: a small file of JSON that is kept in the tree.
type Result struct {
	Kind    Kind              `json:"kind"`
	Key     string            `json:"key"`
	Label   string            `json:"label"`
	Told    Settings          `json:"told,omitempty"`
	Needs   map[string]string `json:"needs,omitempty"` // role → key
	Command string            `json:"command"`         // exactly, from the repository's root
	Machine string            `json:"machine"`
	Began   time.Time         `json:"began"`
	Seconds float64           `json:"seconds"`          // of all tries, killed ones as far as they were told
	Error   string            `json:"error,omitempty"`  // why it failed; it is tried again by the next run
	Failed  []string          `json:"failed,omitempty"` // errors of earlier tries

	Trained *Trained        `json:"trained,omitempty"`
	Played  []Played        `json:"played,omitempty"`
	Thought float64         `json:"thought_share,omitempty"` // of the frames, in modes auto and coin
	Gate    json.RawMessage `json:"gate,omitempty"`          // as `hyt train gate --report` says it
}

// Trained is what came of a training.
type Trained struct {
	Steps    int                `json:"steps"`
	Samples  int                `json:"samples"`
	Act      int                `json:"act_samples"` // of them in mode act, by the mix
	Loss     map[string]float64 `json:"loss"`
	HeldOut  map[string]float64 `json:"held_out"` // at the end
	Measured []Measured         `json:"measured"` // on the way
}

// Measured is the held-out error of actions at a step.
type Measured struct {
	Step int     `json:"step"`
	MM   float64 `json:"act_mm"`
}

// Played is one task and split of an evaluation.
type Played struct {
	Task  string `json:"task"`
	Split string `json:"split"`
	Mode  string `json:"mode"`
	Seed  int64  `json:"seed"` // of the first scene
	// After is how far each scene's seed lies after the first one's, where the seeds do
	// not follow one another.
	After Offsets `json:"after,omitempty"`
	// Outcomes has a letter for each scene, seeds in order.
	Outcomes string `json:"outcomes"`
	eval.Thoughts
	P50 float64 `json:"latency_p50_ms"`
	P99 float64 `json:"latency_p99_ms"`
}

// Letters of Played.Outcomes.
const (
	Success = 's'
	Wrong   = 'w' // a mistake, such as the wrong object touched
	TimeUp  = 't'
	Lost    = 'x' // simulator or policy failed: counts neither way
)

// Offsets are numbers that a file has on one line, with spaces between.
type Offsets []int64

// MarshalText implements encoding.TextMarshaler.
func (o Offsets) MarshalText() ([]byte, error) {
	return []byte(strings.Trim(fmt.Sprint([]int64(o)), "[]")), nil
}

// UnmarshalText implements encoding.TextUnmarshaler.
func (o *Offsets) UnmarshalText(text []byte) error {
	*o = nil
	for _, word := range strings.Fields(string(text)) {
		n, err := strconv.ParseInt(word, 10, 64)
		if err != nil {
			return fmt.Errorf("offsets: %w", err)
		}
		*o = append(*o, n)
	}
	return nil
}

// Scene names the i-th scene of a Played.
func (p Played) Scene(i int) string {
	after := int64(i)
	if len(p.After) > 0 {
		after = p.After[i]
	}
	return fmt.Sprintf("%s %s %d", p.Task, p.Split, p.Seed+after)
}

// Store is the folder of results.
type Store struct{ Folder string }

// Get reads the result of a stage; nil: there is none.
func (s Store) Get(key string) (*Result, error) {
	path, err := s.find(key)
	if err != nil || path == "" {
		return nil, err
	}
	return read(path)
}

func read(path string) (*Result, error) {
	raw, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var r Result
	if err := json.Unmarshal(raw, &r); err != nil {
		return nil, fmt.Errorf("result %s: %w: remove it to run it again", path, err)
	}
	for _, p := range r.Played {
		if _, err := task.ParseSplit(p.Split); err != nil || strings.Trim(p.Outcomes, "swtx") != "" {
			return nil, fmt.Errorf("result %s: %s %s has outcomes %q: want letters s, w, t and x", path, p.Task, p.Split, p.Outcomes)
		}
		if n := len(p.After); n > 0 && n != len(p.Outcomes) {
			return nil, fmt.Errorf("result %s: %s %s has %d outcomes of %d scenes", path, p.Task, p.Split, len(p.Outcomes), n)
		}
	}
	return &r, nil
}

// find is the file of a key, whatever its label; "" is none.
func (s Store) find(key string) (string, error) {
	found, err := filepath.Glob(filepath.Join(s.Folder, "*."+key+".json"))
	if err != nil || len(found) == 0 {
		return "", err
	}
	return found[0], nil
}

// Put writes a result, whole or not at all. What earlier tries of the same left is kept in
// it; see after.
func (s Store) Put(r *Result) error {
	old, err := s.find(r.Key)
	if err != nil {
		return err
	}
	if old != "" {
		if before, err := read(old); err == nil {
			r = r.after(before)
		}
	}
	raw, err := json.MarshalIndent(r, "", " ")
	if err != nil {
		return fmt.Errorf("result %s: %w", r.Label, err)
	}
	if err := os.MkdirAll(s.Folder, 0o755); err != nil {
		return err
	}
	path := filepath.Join(s.Folder, fmt.Sprintf("%s.%s.%s.json", r.Label, r.Kind, r.Key))
	if err := os.WriteFile(path+".new", append(raw, '\n'), 0o644); err != nil {
		return err
	}
	if err := os.Rename(path+".new", path); err != nil {
		return err
	}
	if old != "" && old != path {
		return os.Remove(old)
	}
	return nil
}

// after is what is known once r came after an earlier try: all errors, and a result that
// was good, where only making its product again failed.
func (r *Result) after(before *Result) *Result {
	switch {
	case before.Error != "":
		r.Failed = append(before.Failed, before.Error)
	case r.Error != "":
		before.Failed = append(before.Failed, r.Error)
		return before
	default:
		r.Failed = before.Failed
	}
	return r
}

// All reads every result, by file name. A folder that is not there has none.
func (s Store) All() (list []*Result, err error) {
	files, err := os.ReadDir(s.Folder)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	for _, f := range files {
		if filepath.Ext(f.Name()) != ".json" {
			continue
		}
		r, err := read(filepath.Join(s.Folder, f.Name()))
		if err != nil {
			return nil, err
		}
		list = append(list, r)
	}
	return slices.Clip(list), err
}
