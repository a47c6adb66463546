package launchrun

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// scope is what substitutions may refer to.
type scope struct {
	vars      map[string]string // launch configurations: arguments and <let>
	env       map[string]string // set by the launch file, over the process's own; "" value kept
	unset     map[string]bool
	namespace string // of push-ros-namespace: "/robot"; "" where none was pushed
	file      string // the launch file
	packages  packages
	anonymous map[string]string // of $(anon): shared by all scopes

	// replace stands in for substitute where it is set.
	replace func(name string, args []string) (string, error)
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

// expand replaces every $(...) in text, the inner ones first. A backslash takes the
// next character as it is.
func (s *scope) expand(text string) (string, error) {
	var b strings.Builder
	for text != "" {
		r, size := utf8.DecodeRuneInString(text)
		switch {
		case strings.HasPrefix(text, "$("):
			value, rest, err := s.substitution(text[2:])
			if err != nil {
				return "", err
			}
			b.WriteString(value)
			text = rest
			continue
		case r == '\\' && len(text) > size:
			text = text[size:]
			r, size = utf8.DecodeRuneInString(text)
		}
		b.WriteRune(r)
		text = text[size:]
	}
	return b.String(), nil
}

// words cuts a command line into words as a shell does, and then replaces every
// $(...): what it stands for is never cut, as in ros2 launch.
func (s *scope) words(line string) ([]string, error) {
	words, _, err := s.scan(line, false)
	return words, err
}

// scan reads words up to the end, or inside a substitution up to its ")".
func (s *scope) scan(text string, inside bool) (words []string, rest string, err error) {
	var word strings.Builder
	started, quote := false, rune(0)
	end := func() {
		if started {
			words = append(words, word.String())
		}
		word.Reset()
		started = false
	}
	for text != "" {
		r, size := utf8.DecodeRuneInString(text)
		switch {
		case strings.HasPrefix(text, "$("):
			value, after, err := s.substitution(text[2:])
			if err != nil {
				return nil, "", err
			}
			word.WriteString(value)
			text, started = after, true
			continue
		case r == '\\' && quote != '\'' && len(text) > size:
			text = text[size:]
			r, size = utf8.DecodeRuneInString(text)
			word.WriteRune(r)
			started = true
		case r == quote:
			quote = 0
		case quote == 0 && (r == '\'' || r == '"'):
			quote, started = r, true
		case quote == 0 && inside && r == ')':
			end()
			return words, text[size:], nil
		case quote == 0 && unicode.IsSpace(r):
			end()
		default:
			word.WriteRune(r)
			started = true
		}
		text = text[size:]
	}
	if quote != 0 {
		return nil, "", fmt.Errorf("a quote %c without its end", quote)
	}
	end()
	if inside {
		return nil, "", fmt.Errorf("a $( without its ) before %q", strings.Join(words, " "))
	}
	return words, "", nil
}

// substitution reads what follows a "$(" and gives its value.
func (s *scope) substitution(text string) (value, rest string, err error) {
	words, rest, err := s.scan(text, true)
	if err != nil {
		return "", "", err
	}
	if len(words) == 0 {
		return "", "", errors.New("$() is empty")
	}
	replace := s.substitute
	if s.replace != nil {
		replace = s.replace
	}
	value, err = replace(words[0], words[1:])
	if err != nil {
		return "", "", fmt.Errorf("$(%s): %w", strings.Join(words, " "), err)
	}
	return value, rest, nil
}

// arity is how many arguments the substitutions of ROS 2 Humble take.
var arity = map[string]struct{ least, most int }{
	"var": {1, 2}, "env": {1, 2}, "find-pkg-share": {1, 1}, "find-pkg-prefix": {1, 1},
	"dirname": {0, 0}, "filename": {0, 0}, "anon": {1, 1},
	"not": {1, 1}, "and": {2, 2}, "or": {2, 2},
}

// notThere says what to write instead of what ROS 2 launch has not, or we have not.
var notThere = map[string]string{
	"find":   "ROS 2 has no find; write $(find-pkg-share PACKAGE)",
	"arg":    "ROS 2 has no arg; write $(var NAME)",
	"optenv": "ROS 2 has no optenv; write $(env NAME DEFAULT)",
	"eval":   "eval runs Python, which this program does not; use if, unless, not, and, or",
}

// substitute is the value of $(name args...).
func (s *scope) substitute(name string, args []string) (string, error) {
	n, known := arity[name]
	switch {
	case notThere[name] != "":
		return "", errors.New(notThere[name])
	case !known:
		return "", fmt.Errorf("unknown substitution; there are %s", strings.Join(slices.Sorted(maps.Keys(arity)), ", "))
	case len(args) < n.least || len(args) > n.most:
		return "", fmt.Errorf("%s has %d arguments, and takes %s", name, len(args), between(n.least, n.most))
	}
	switch name {
	case "var":
		if v, ok := s.vars[args[0]]; ok {
			return v, nil
		}
		return fallback(args, fmt.Errorf("no argument or variable %q here", args[0]))
	case "env":
		if v, ok := s.lookupEnv(args[0]); ok {
			return v, nil
		}
		return fallback(args, fmt.Errorf("the environment has no %s, and no default is given", args[0]))
	case "find-pkg-share":
		return s.packages.share(args[0])
	case "find-pkg-prefix":
		return s.packages.prefix(args[0])
	case "dirname":
		return filepath.Dir(s.file), nil
	case "filename":
		return s.file, nil
	case "anon":
		if s.anonymous[args[0]] == "" {
			s.anonymous[args[0]] = anonymous(args[0])
		}
		return s.anonymous[args[0]], nil
	}
	return logic(name, args)
}

func between(least, most int) string {
	if least == most {
		return fmt.Sprint(least)
	}
	return fmt.Sprintf("%d or %d", least, most)
}

// fallback is the second argument, where there is one.
func fallback(args []string, missing error) (string, error) {
	if len(args) == 2 {
		return args[1], nil
	}
	return "", missing
}

// logic is $(not), $(and), $(or).
func logic(name string, args []string) (string, error) {
	values := make([]bool, len(args))
	for i, a := range args {
		v, ok := truth(a)
		if !ok {
			return "", fmt.Errorf("%q is neither true nor false", a)
		}
		values[i] = v
	}
	switch name {
	case "not":
		return fmt.Sprint(!values[0]), nil
	case "and":
		return fmt.Sprint(values[0] && values[1]), nil
	}
	return fmt.Sprint(values[0] || values[1]), nil
}

// truth reads a condition: true, false, 1 or 0.
func truth(text string) (value, ok bool) {
	switch strings.ToLower(strings.TrimSpace(text)) {
	case "true", "1":
		return true, true
	case "false", "0":
		return false, true
	}
	return false, false
}
