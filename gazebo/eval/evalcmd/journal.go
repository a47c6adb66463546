package evalcmd

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"hyt/gazebo/eval"
)

// journal is the file of episodes: a line that says what they are of, then a line for each
// as it ends. What a killed run leaves can be read: at most its last line is cut.
type journal struct {
	file   *os.File // nil: none is kept
	played []eval.Result
	err    error // the first
}

type journalHead struct {
	Key string `json:"key"` // see scenario.Key
}

// openJournal begins a new file, or reads the one that is there and goes on with it. One
// of other episodes is refused: it stays as it is.
func openJournal(path, key string, goOn bool) (*journal, error) {
	j := &journal{}
	if path == "" {
		return j, nil
	}
	if goOn {
		if err := j.read(path, key); err != nil && !errors.Is(err, os.ErrNotExist) {
			return nil, err
		}
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return nil, err
	}
	// Written anew: a line that was cut would spoil the next.
	f, err := os.Create(path)
	if err != nil {
		return nil, err
	}
	j.file = f
	j.write(journalHead{key})
	for _, r := range j.played {
		j.write(r)
	}
	return j, j.err
}

func (j *journal) read(path, key string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	r := bufio.NewReader(f)
	line, err := r.ReadBytes('\n')
	if err != nil {
		return nil // nothing was played
	}
	var head journalHead
	if err := json.Unmarshal(line, &head); err != nil || head.Key == "" {
		return fmt.Errorf("%s is no file of episodes: its first line has no key", path)
	}
	if head.Key != key {
		return fmt.Errorf("%s holds episodes of another model, simulator or pace: play on without --continue, or into another folder", path)
	}
	for n := 2; ; n++ {
		line, err := r.ReadBytes('\n')
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		var result eval.Result
		if err := json.Unmarshal(line, &result); err != nil {
			return fmt.Errorf("%s, line %d: %w", path, n, err)
		}
		j.played = append(j.played, result)
	}
}

// note writes an episode that ended.
func (j *journal) note(r eval.Result) { j.write(r) }

func (j *journal) write(v any) {
	if j.file == nil || j.err != nil {
		return
	}
	data, err := json.Marshal(v)
	if err == nil {
		_, err = j.file.Write(append(data, '\n'))
	}
	j.err = err
}

func (j *journal) close() error {
	if j.file == nil {
		return j.err
	}
	return errors.Join(j.err, j.file.Close())
}
