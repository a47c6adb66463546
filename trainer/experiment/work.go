package experiment

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"strings"

	"hyt/trainer/loop"
)

// Files of a stage's folder.
const (
	logFile     = "log"
	configFile  = "config.yaml"
	bagsFolder  = "bags"
	modelFolder = "model"
	reportFile  = "report.json"
	journalFile = "episodes.jsonl"
	gateFile    = "gate.json"
)

// product is what other stages need, in the stage's folder.
func (s *Stage) product(folder string) string {
	switch s.Kind {
	case Record:
		return filepath.Join(folder, bagsFolder)
	case Ground, Train, Gate:
		return filepath.Join(folder, modelFolder)
	}
	return folder
}

// work runs the stage's command and reads what it made into r. in are the products of
// what the stage needs, by role.
func (l *Lab) work(ctx context.Context, s *Stage, folder string, in map[string]string, r *Result) error {
	var args []string
	read := func() error { return nil }
	at := func(name string) string { return filepath.Join(folder, name) }
	switch s.Kind {
	case Record:
		if err := os.RemoveAll(at(bagsFolder)); err != nil { // what a killed run left
			return err
		}
		// One performer: several share out the episodes as it happens, and what is
		// learned depends on their order.
		args = []string{"demos", "--workers", "1", "--out", at(bagsFolder)}
		args = append(args, flags(s.Told)...)
	case Ground, Train:
		if err := os.WriteFile(at(configFile), marshal(s.Told), 0o644); err != nil {
			return err
		}
		args = []string{"train", "--pretrain"}
		if s.Kind == Train {
			args = []string{"train", "--bags", in["demos"], "--init", in["start"], "--cache", filepath.Join(l.Build, "samples")}
		}
		args = append(args, "--config", at(configFile), "--out", at(modelFolder))
		if exists(filepath.Join(at(modelFolder)+".run", loop.CheckpointFile)) {
			args = append(args, "--resume")
		}
		sum, _ := s.Told["sum"].(bool)
		read = func() error { return readTraining(at(modelFolder), sum, r) }
	case Gate:
		if err := errors.Join(os.RemoveAll(at(modelFolder)), os.CopyFS(at(modelFolder), os.DirFS(in["model"]))); err != nil {
			return err
		}
		args = []string{"train", "gate", "--model", at(modelFolder), "--bags", in["demos"], "--cache", filepath.Join(l.Build, "samples"), "--report", at(gateFile)}
		read = func() (err error) {
			r.Gate, err = os.ReadFile(at(gateFile))
			return err
		}
	case Judge:
		told := maps.Clone(s.Told)
		mode, own := told["mode"]
		args = []string{"eval", "--episodes-file", at(journalFile), "--continue"}
		if own {
			args = []string{"experiment", "play", "--mode", fmt.Sprint(mode), "--share", fmt.Sprint(told["share"])}
			if in["planner"] != "" {
				args = append(args, "--planner", in["planner"])
			}
		}
		delete(told, "mode")
		delete(told, "share")
		if err := os.WriteFile(at(configFile), marshal(told), 0o644); err != nil {
			return err
		}
		args = append(args, "--model", in["model"], "--scenario", at(configFile), "--json", at(reportFile))
		read = func() error { return readReport(at(reportFile), r) }
	}
	r.Command = "hyt " + strings.Join(args, " ")
	if filepath.IsAbs(l.Build) { // results are kept, and the machine's folders are nobody's business
		r.Command = strings.ReplaceAll(r.Command, filepath.Clean(l.Build), filepath.Base(l.Build))
	}
	log, err := os.OpenFile(at(logFile), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	defer log.Close()
	fmt.Fprintln(log, r.Command)
	last := &lastLine{w: log}
	if err := l.Hyt(ctx, args, last); err != nil {
		return fmt.Errorf("%w: %s", err, last.text())
	}
	return read()
}

// flags of `hyt demos`, in a fixed order.
func flags(told Settings) (args []string) {
	for _, f := range []struct{ flag, key string }{{"--tasks", "tasks"}, {"--episodes", "episodes"}, {"--seed", "seed"}, {"--sim", "simulator"}, {"--naming", "naming"}, {"--see", "see"}} {
		switch v := told[f.key].(type) {
		case nil:
		case []string:
			args = append(args, f.flag, strings.Join(v, ","))
		case bool:
			args = append(args, fmt.Sprintf("%s=%t", f.flag, v))
		default:
			args = append(args, f.flag, fmt.Sprint(v))
		}
	}
	return args
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// lastLine remembers the last line that was written: commands end with what went wrong.
type lastLine struct {
	w    io.Writer
	line []byte
}

func (l *lastLine) Write(p []byte) (int, error) {
	text := strings.TrimRight(string(p), "\n")
	if at := strings.LastIndexByte(text, '\n'); at >= 0 || strings.HasSuffix(string(l.line), "\n") {
		l.line = l.line[:0]
		text = text[at+1:]
	}
	l.line = append(l.line, text...)
	if strings.HasSuffix(string(p), "\n") {
		l.line = append(l.line, '\n')
	}
	return l.w.Write(p)
}

func (l *lastLine) text() string { return strings.TrimSpace(string(l.line)) }
