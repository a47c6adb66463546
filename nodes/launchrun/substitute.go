package launchrun

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"strings"
)

// scope is what substitutions may refer to.
type scope struct {
	vars      map[string]string
	env       map[string]string // set by the launch file, over the process's own; "" value kept
	unset     map[string]bool
	namespace string // of push-ros-namespace: "/" or "/robot"
	dir       string // of the launch file
	packages  packages
}

// inner is a scope whose changes stay inside.
func (s *scope) inner() *scope {
	c := *s
	c.vars, c.env, c.unset = maps.Clone(s.vars), maps.Clone(s.env), maps.Clone(s.unset)
	return &c
}

func (s *scope) lookupEnv(name string) (string, bool) {
	if v, ok := s.env[name]; ok {
		return v, true
	}
	if s.unset[name] {
		return "", false
	}
	return os.LookupEnv(name)
}

// expand replaces every $(...) in text, the inner ones first.
func (s *scope) expand(text string) (string, error) {
	out, rest, err := s.expandUntil(text, false)
	if err == nil && rest != "" {
		err = fmt.Errorf("text %q after %q", rest, out)
	}
	return out, err
}

// expandUntil reads up to the end, or inside a substitution up to its ")".
func (s *scope) expandUntil(text string, inside bool) (out, rest string, err error) {
	var b strings.Builder
	for text != "" {
		switch {
		case strings.HasPrefix(text, "$("):
			body, after, err := s.expandUntil(text[2:], true)
			if err != nil {
				return "", "", err
			}
			value, err := s.substitute(body)
			if err != nil {
				return "", "", fmt.Errorf("$(%s): %w", body, err)
			}
			b.WriteString(value)
			text = after
		case inside && text[0] == ')':
			return b.String(), text[1:], nil
		case strings.HasPrefix(text, `\$`):
			b.WriteByte('$')
			text = text[2:]
		default:
			b.WriteByte(text[0])
			text = text[1:]
		}
	}
	if inside {
		return "", "", fmt.Errorf("a $( without its ) before %q", b.String())
	}
	return b.String(), "", nil
}

// substitute is the value of what stands between $( and ).
func (s *scope) substitute(body string) (string, error) {
	name, argument, _ := strings.Cut(strings.TrimSpace(body), " ")
	argument = strings.TrimSpace(argument)
	switch name {
	case "var":
		if v, ok := s.vars[argument]; ok {
			return v, nil
		}
		return "", fmt.Errorf("no argument or variable %q here", argument)
	case "env", "optenv":
		variable, fallback, hasFallback := strings.Cut(argument, " ")
		if v, ok := s.lookupEnv(variable); ok {
			return v, nil
		}
		if hasFallback || name == "optenv" {
			return strings.Trim(strings.TrimSpace(fallback), `'"`), nil
		}
		return "", fmt.Errorf("the environment has no %s, and no default is given", variable)
	case "find-pkg-share":
		return s.packages.share(argument)
	case "find-pkg-prefix":
		return s.packages.prefix(argument)
	case "dirname":
		return s.dir, nil
	case "find":
		return "", errors.New("ROS 2 has no find; write $(find-pkg-share PACKAGE)")
	case "arg":
		return "", errors.New("ROS 2 has no arg; write $(var NAME)")
	case "eval":
		return "", errors.New("eval runs Python, which this program does not; use if, unless and groups")
	}
	return "", errors.New("unknown substitution; there are var, env, find-pkg-share, find-pkg-prefix, dirname")
}

// packages finds ROS packages.
type packages struct {
	hyt      string   // the directory that stands for share/hyt
	prefixes []string // of AMENT_PREFIX_PATH
}

func (p packages) share(name string) (string, error) {
	if name == "hyt" {
		return p.hyt, nil
	}
	prefix, err := p.prefix(name)
	return filepath.Join(prefix, "share", name), err
}

func (p packages) prefix(name string) (string, error) {
	for _, prefix := range p.prefixes {
		if _, err := os.Stat(filepath.Join(prefix, "share", name)); err == nil {
			return prefix, nil
		}
	}
	return "", fmt.Errorf("package %q is not installed (AMENT_PREFIX_PATH has %d prefixes); source its workspace", name, len(p.prefixes))
}
