package policy

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"hyt/policy/spec"
)

// files is what the files of a model directory looked like when they were loaded.
type files struct {
	dir   string
	infos map[string]fs.FileInfo // by name
}

func statFiles(dir string) (files, error) {
	f := files{dir: dir, infos: make(map[string]fs.FileInfo)}
	entries, err := os.ReadDir(dir)
	if err != nil && !os.IsNotExist(err) {
		return f, fmt.Errorf("model directory %s: %w", dir, err)
	}
	for _, entry := range entries {
		info, err := os.Stat(filepath.Join(dir, entry.Name()))
		if err == nil { // what spec.Load needs it looks for itself
			f.infos[entry.Name()] = info
		}
	}
	return f, nil
}

// CheckFiles says, by its error, whether a file of the model directory was replaced
// since it was loaded. The engine goes on with what it loaded: nothing is read from
// the directory after Open. It costs a look at each file, not at its content.
func (e *Engine) CheckFiles() error {
	names := []string{spec.FileName}
	for name := range e.spec.Files {
		names = append(names, name)
	}
	for _, name := range names {
		was := e.files.infos[name]
		path := filepath.Join(e.files.dir, name)
		now, err := os.Stat(path)
		switch {
		case err != nil:
			return fmt.Errorf("model file %s is gone since it was loaded (%w); the model that was loaded still runs: put the file back before the next start", path, err)
		case was == nil || !os.SameFile(was, now) || was.Size() != now.Size() || !was.ModTime().Equal(now.ModTime()):
			return fmt.Errorf("model file %s was replaced since it was loaded; the model that was loaded still runs: start again to use the new one", path)
		}
	}
	return nil
}
