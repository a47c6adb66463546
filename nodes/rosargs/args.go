// Package rosargs reads the command line that ROS 2 gives to a node and answers
// what it means for that node: its name, its namespace, where its topics and
// services really are, and which parameters were set.
//
// The rules are those of rcl: arguments stand between --ros-args and -- (or the
// end), rules may be qualified by a node's name so that several nodes in one
// process are told apart, and the first rule that matches wins.
package rosargs

import (
	"errors"
	"fmt"
	"log/slog"
	"strings"
)

// Args is a parsed command line.
type Args struct {
	Rules       []Rule  // in order; the first match wins
	Params      []Param // in order; the last one wins
	ParamsFiles []string
	LogLevels   []LogLevel // in order; the last match wins
	NoRosout    bool       // --disable-rosout-logs: nothing on /rosout
	NoStdout    bool       // --disable-stdout-logs: no lines on the console
	Rest        []string   // what is not for ROS, in order
}

// Param is one -p name:=value. Node is "" when it is meant for every node.
type Param struct {
	Node, Name, Value string
}

// LogLevel is one --log-level. Node is "" when it is meant for every node.
type LogLevel struct {
	Node  string
	Level slog.Level
}

// LevelFatal is the ROS level above error, of which nothing is logged here.
const LevelFatal = slog.LevelError + 4

// Parse splits argv (without the program's name) into what is for ROS and the rest.
func Parse(argv []string) (Args, error) {
	var a Args
	inROS := false
	for i := 0; i < len(argv); i++ {
		arg := argv[i]
		switch {
		case arg == "--ros-args":
			inROS = true
		case !inROS:
			a.Rest = append(a.Rest, arg)
		case arg == "--":
			inROS = false
		default:
			used, err := a.option(arg, argv[i+1:])
			if err != nil {
				return Args{}, err
			}
			i += used
		}
	}
	return a, nil
}

// option reads one option after --ros-args and returns how many of the following
// arguments it took.
func (a *Args) option(name string, following []string) (used int, err error) {
	switch name {
	case "--enable-rosout-logs", "--disable-rosout-logs":
		a.NoRosout = name == "--disable-rosout-logs"
		return 0, nil
	case "--enable-stdout-logs", "--disable-stdout-logs":
		a.NoStdout = name == "--disable-stdout-logs"
		return 0, nil
	case "--enable-external-lib-logs", "--disable-external-lib-logs":
		return 0, nil // accepted: launch tools pass them, and there is no such library
	}
	handle, known := map[string]func(string) error{
		"-r": a.remap, "--remap": a.remap,
		"-p": a.param, "--param": a.param,
		"--params-file":     func(path string) error { a.ParamsFiles = append(a.ParamsFiles, path); return nil },
		"--log-level":       a.logLevel,
		"--log-config-file": func(string) error { return nil },
		"-e":                func(string) error { return nil }, "--enclave": func(string) error { return nil },
	}[name]
	if !known {
		return 0, fmt.Errorf("unknown ROS argument %q after --ros-args (known: -r, -p, --params-file, --log-level; -- ends them)", name)
	}
	if len(following) == 0 {
		return 0, fmt.Errorf("ROS argument %s needs a value after it", name)
	}
	if err := handle(following[0]); err != nil {
		return 0, fmt.Errorf("%s %s: %w", name, following[0], err)
	}
	return 1, nil
}

func (a *Args) remap(text string) error {
	rule, err := parseRule(text)
	if err == nil {
		a.Rules = append(a.Rules, rule)
	}
	return err
}

func (a *Args) param(text string) error {
	left, value, ok := strings.Cut(text, ":=")
	if !ok || left == "" {
		return errors.New("expected name:=value or node:name:=value")
	}
	p := Param{Name: left, Value: value}
	if node, name, qualified := strings.Cut(left, ":"); qualified {
		p.Node, p.Name = node, name
	}
	if p.Name == "" || strings.Contains(p.Name, ":") {
		return errors.New("expected name:=value or node:name:=value")
	}
	a.Params = append(a.Params, p)
	return nil
}

func (a *Args) logLevel(text string) error {
	node, level, qualified := strings.Cut(text, ":=")
	if !qualified {
		node, level = "", text
	}
	levels := map[string]slog.Level{
		"debug": slog.LevelDebug, "info": slog.LevelInfo, "warn": slog.LevelWarn,
		"error": slog.LevelError, "fatal": LevelFatal,
	}
	l, known := levels[strings.ToLower(level)]
	if !known {
		return errors.New("expected debug, info, warn, error or fatal")
	}
	a.LogLevels = append(a.LogLevels, LogLevel{node, l})
	return nil
}

// Level is the log level of the node: info unless the command line says otherwise.
func (a Args) Level(id Identity) slog.Level {
	level := slog.LevelInfo
	for _, l := range a.LogLevels {
		if l.Node == "" || id.is(l.Node) {
			level = l.Level
		}
	}
	return level
}

// ParamsFor are the parameters that were set for the node, in order.
func (a Args) ParamsFor(id Identity) []Param {
	var out []Param
	for _, p := range a.Params {
		if p.Node == "" || id.is(p.Node) {
			out = append(out, p)
		}
	}
	return out
}
