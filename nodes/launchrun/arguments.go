package launchrun

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
)

// argument is one <arg> of a launch file.
type argument struct {
	name, description string
	fallback          *string // as written; nil: it has to be given
	choices           []string
	conditional       bool // declared only under some condition
}

// declaration reads an <arg>.
func declaration(e *element) (argument, error) {
	a := argument{description: e.attrs["description"]}
	if err := e.known("name", "default", "description"); err != nil {
		return a, err
	}
	var err error
	if a.name, err = e.need("name"); err != nil {
		return a, err
	}
	if raw, has := e.attrs["default"]; has {
		a.fallback = &raw
	}
	for _, c := range e.children {
		if c.name != "choice" {
			return a, c.errorf("not known inside <arg>; there is choice")
		}
		if err := c.part("value"); err != nil {
			return a, err
		}
		value, err := c.need("value")
		if err != nil {
			return a, err
		}
		a.choices = append(a.choices, value)
	}
	return a, nil
}

// arguments are all that the file declares, and those of the files that it includes:
// the command line may give these, too. What is conditional counts, whatever the
// conditions are. A file whose path depends on arguments cannot be looked into.
func arguments(root *element, s *scope) ([]argument, error) {
	l := &lister{scope: s}
	err := l.children(root, false)
	return l.found, err
}

// lister walks launch files without running them.
type lister struct {
	scope *scope // without variables
	found []argument
	depth int
}

// children walks an element; conditional says whether that one has a condition.
func (l *lister) children(e *element, conditional bool) error {
	if l.depth++; l.depth > maxDepth {
		return nil // the plan says so with the file's name
	}
	defer func() { l.depth-- }()
	for _, c := range e.children {
		name, _, err := c.condition()
		if err != nil {
			return err
		}
		if err := l.one(c, name != "", conditional); err != nil {
			return err
		}
	}
	return nil
}

// one looks at an element. Its own condition and that of the element around it count,
// and no farther ones: so ros2 launch marks arguments.
func (l *lister) one(e *element, own, around bool) error {
	switch e.name {
	case "arg":
		a, err := declaration(e)
		if err != nil {
			return err
		}
		a.conditional = own || around
		if !slices.ContainsFunc(l.found, func(b argument) bool { return a.name == b.name }) {
			l.found = append(l.found, a)
		}
	case "group":
		return l.children(e, own)
	case "include":
		path, err := e.text("file", l.scope)
		if err != nil {
			return nil //nolint:nilerr // the path depends on arguments, or a package is missing
		}
		root, err := e.included(path)
		if err != nil {
			return nil //nolint:nilerr // the plan complains, if it comes to that
		}
		return l.children(root, false)
	}
	return nil
}

// show lists the arguments word for word as `ros2 launch --show-args` does.
func show(w io.Writer, list []argument) {
	fmt.Fprintln(w, "Arguments (pass arguments as '<name>:=<value>'):")
	if len(list) == 0 {
		fmt.Fprint(w, "\n  No arguments.\n")
	}
	star := false
	for _, a := range list {
		mark := ""
		if a.conditional {
			mark, star = "*", true
		}
		fmt.Fprintf(w, "\n    '%s':%s\n        %s\n", a.name, mark, a.about())
		if a.fallback != nil {
			fmt.Fprintf(w, "        (default: %s)\n", describe(*a.fallback))
		}
	}
	if star {
		fmt.Fprint(w, "\n* argument(s) which are only used if specific conditions occur\n")
	}
}

// about is the description with the choices.
func (a argument) about() string {
	if len(a.choices) == 0 {
		if a.description == "" {
			return "no description given"
		}
		return a.description
	}
	list := "['" + strings.Join(a.choices, "', '") + "']"
	switch {
	case a.description == "":
		return "One of: " + list
	case strings.HasSuffix(a.description, "."):
		return a.description + " Valid choices are: " + list
	}
	return a.description + ". Valid choices are: " + list
}

// describe writes a default as ROS 2 does: quoted text, and what is to be replaced by
// the name of its kind, for example FindPackageShare(pkg='hyt') + '/config'.
func describe(raw string) string {
	s := &scope{replace: kind}
	parts := []string{}
	for text, rest := raw, ""; text != ""; text = rest {
		plain, body, found := strings.Cut(text, "$(")
		if plain != "" {
			parts = append(parts, "'"+plain+"'")
		}
		if !found {
			break
		}
		value, after, err := s.substitution(body)
		if err != nil {
			return "'" + raw + "'" // the plan says what is wrong with it
		}
		parts, rest = append(parts, value), after
	}
	if len(parts) == 0 {
		return "''"
	}
	return strings.Join(parts, " + ")
}

// kinds name the substitutions as ROS 2 does.
var kinds = map[string]string{
	"var": "LaunchConfig('%s')", "env": "EnvVar('%s')",
	"find-pkg-share": "FindPackageShare(pkg='%s')", "find-pkg-prefix": "FindPackagePrefix(pkg='%s')",
	"dirname": "ThisLaunchFileDir()", "filename": "ThisLaunchFile()", "anon": "AnonName('%s')",
}

// kind describes $(name args...).
func kind(name string, args []string) (string, error) {
	form, known := kinds[name]
	switch {
	case !known:
		return strings.Join(append([]string{name}, args...), " "), nil
	case len(args) > 0 && strings.Contains(form, "%s"):
		return fmt.Sprintf(form, args[0]), nil
	}
	return form, nil
}

// clean is a scope for the files of those packages, in which nothing is set.
func clean(p packages, file string) *scope {
	return &scope{vars: map[string]string{}, env: map[string]string{}, unset: map[string]bool{},
		anonymous: map[string]string{}, file: file, packages: p}
}

// given is that scope with the arguments of the command line.
func given(p packages, file string, args map[string]string) *scope {
	s := clean(p, file)
	maps.Copy(s.vars, args)
	return s
}
