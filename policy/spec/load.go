package spec

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"
)

// Load reads the spec of the model directory dir and verifies all of it: the
// format, every field ([Spec.Validate]) and the content of every file. Keys that
// it does not know are errors. The error is one sentence with file and field.
func Load(dir string) (*Spec, error) {
	path := filepath.Join(dir, FileName)
	data, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%s is not a model directory: it has no %s; export a model there first", dir, FileName)
	}
	if err != nil {
		return nil, fmt.Errorf("model directory %s: %w", dir, err)
	}
	s, err := parse(data)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	if err := s.checkFiles(dir); err != nil {
		return nil, err
	}
	return s, nil
}

func parse(data []byte) (*Spec, error) {
	// The format first: a newer file should say so, not complain of its keys.
	var head struct {
		Format string `yaml:"format"`
	}
	if err := yaml.Unmarshal(data, &head); err != nil {
		return nil, fmt.Errorf("not readable as YAML (%s); restore the file or export the model again", oneLine(err))
	}
	if head.Format != Format {
		return nil, fmt.Errorf("format is %q, but this program reads %q; export the model again or use a matching version", head.Format, Format)
	}
	dec := yaml.NewDecoder(bytes.NewReader(data))
	dec.KnownFields(true)
	s := new(Spec)
	if err := dec.Decode(s); err != nil {
		return nil, fmt.Errorf("unknown or mistyped key (%s); correct it", oneLine(err))
	}
	if err := s.Validate(); err != nil {
		return nil, err
	}
	return s, nil
}

// oneLine is the YAML package's error, which takes several lines, in one.
func oneLine(err error) string {
	text := strings.TrimPrefix(err.Error(), "yaml: unmarshal errors:")
	return strings.Join(strings.Fields(text), " ")
}

// checkFiles compares the content of every file with its hash.
func (s *Spec) checkFiles(dir string) error {
	for _, name := range sortedKeys(s.Files) {
		path := filepath.Join(dir, name)
		have, err := hashFile(path)
		if errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("%s is missing, though files in %s names it; copy the whole model directory again", path, FileName)
		}
		if err != nil {
			return fmt.Errorf("model file %s cannot be read: %w", path, err)
		}
		if want := s.Files[name]; have != want {
			return fmt.Errorf("%s has the sha256 %.12s…, but files in %s says %.12s…: it was changed or cut short; copy the model directory again", path, have, FileName, want)
		}
	}
	return nil
}

// Write completes s with the format and the hashes of the files that lie in dir,
// validates it, and writes it as dir's spec.yaml in one step, so that a reader
// never sees half a file. Write the other files first.
func (s *Spec) Write(dir string) error {
	s.Format = Format
	files, err := hashDir(dir)
	if err != nil {
		return fmt.Errorf("model directory %s: %w", dir, err)
	}
	s.Files = files
	if err := s.Validate(); err != nil {
		return fmt.Errorf("%s: %w", filepath.Join(dir, FileName), err)
	}
	var b bytes.Buffer
	enc := yaml.NewEncoder(&b)
	enc.SetIndent(2)
	if err := enc.Encode(s); err != nil {
		return fmt.Errorf("%s: %w", filepath.Join(dir, FileName), err)
	}
	fresh := filepath.Join(dir, "."+FileName+".new")
	if err := os.WriteFile(fresh, b.Bytes(), 0o644); err != nil {
		return err
	}
	return os.Rename(fresh, filepath.Join(dir, FileName))
}

// Hash names a model by one value: the sha256, in hex, of its spec.yaml, which in
// turn holds the hash of every other file.
func Hash(dir string) (string, error) { return hashFile(filepath.Join(dir, FileName)) }

// hashDir hashes every regular file of dir but the spec and hidden ones.
func hashDir(dir string) (map[string]string, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	files := make(map[string]string)
	for _, e := range entries {
		if !e.Type().IsRegular() || e.Name() == FileName || e.Name()[0] == '.' {
			continue
		}
		if files[e.Name()], err = hashFile(filepath.Join(dir, e.Name())); err != nil {
			return nil, err
		}
	}
	return files, nil
}

func hashFile(path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return "", err
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

func sortedKeys(m map[string]string) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
