package experiment

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
)

// Kind is what a stage does.
type Kind string

const (
	Given  Kind = "given"  // a model directory that is there
	Record Kind = "demos"  // `hyt demos`
	Ground Kind = "ground" // `hyt train --pretrain`
	Train  Kind = "train"  // `hyt train`
	Gate   Kind = "gate"   // `hyt train gate`, on a copy of the model
	Judge  Kind = "eval"   // `hyt eval`
)

// versions count changes of what the stages compute from what they are told: tasks and
// their demonstrators, samples, losses, judges, defaults. Raise one when such a change
// makes earlier results incomparable; they stay in the tree, under their old keys.
var versions = map[Kind]int{Given: 1, Record: 2, Ground: 1, Train: 2, Gate: 1, Judge: 1}

// Stage is one piece of work: a pure function of what it is told and what it needs.
type Stage struct {
	Kind  Kind
	Label string   // for people and names of files; not in the key
	Told  Settings // of its command
	Needs []Need
	Units int    // steps or episodes, to estimate its time
	Path  string // of a given model

	key string
}

// Need is a stage that must be there first.
type Need struct {
	Role  string
	Stage *Stage
}

// Key is the hash of all that decides the stage's result: 16 hex digits.
func (s *Stage) Key() string {
	if s.key != "" {
		return s.key
	}
	type need struct{ Role, Key string }
	all := struct {
		Kind    Kind
		Version int
		Told    string // YAML, which writes maps in the order of their keys
		Needs   []need
	}{Kind: s.Kind, Version: versions[s.Kind], Told: string(marshal(s.Told))}
	for _, n := range s.Needs {
		all.Needs = append(all.Needs, need{n.Role, n.Stage.Key()})
	}
	raw, err := json.Marshal(all)
	if err != nil {
		panic(err) // words and numbers
	}
	sum := sha256.Sum256(raw)
	s.key = hex.EncodeToString(sum[:8])
	return s.key
}

// Name is for files: "hyt-touch-600-1.train.0123456789abcdef".
func (s *Stage) Name() string { return fmt.Sprintf("%s.%s.%s", s.Label, s.Kind, s.Key()) }

// given is a model directory, known by what its spec.yaml says, which names the hash of
// each file.
func given(dir string) (*Stage, error) {
	raw, err := os.ReadFile(filepath.Join(dir, "spec.yaml"))
	if err != nil {
		return nil, fmt.Errorf("start: %s is no model directory: %w", dir, err)
	}
	sum := sha256.Sum256(raw)
	return &Stage{Kind: Given, Label: filepath.Base(dir), Path: dir, Told: Settings{"spec": hex.EncodeToString(sum[:])}}, nil
}
