package launchrun

import (
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"
)

// process is one program to start.
type process struct {
	name    string   // for prefixes: "policy-1"
	argv    []string // the program first; "" stands for this one
	env     []string // "A=b", added to the process's own
	unset   []string // removed from it
	dir     string   // to run in; "" for the present one
	params  []params // files to write; their paths take the place of argv's marker
	must    bool     // on_exit="shutdown": its end is everyone's
	respawn bool
	place   string // file:line
}

// planner collects what a launch file asks for.
type planner struct {
	given     map[string]string // on the command line
	declared  []argument        // in the order of the files
	processes []process
	log       func(string)
	depth     int
}

// argument is one <arg> of the file.
type argument struct {
	name, description string
	fallback          string
	required          bool
	choices           []string
}

const maxDepth = 32 // of includes

// children plans the elements inside e, in order.
func (p *planner) children(e *element, s *scope) error {
	for _, c := range e.children {
		if err := p.one(c, s); err != nil {
			return err
		}
	}
	return nil
}

func (p *planner) one(e *element, s *scope) error {
	wanted, err := e.wanted(s)
	if err != nil || !wanted {
		return err
	}
	switch e.name {
	case "arg":
		return p.arg(e, s)
	case "let":
		return assign(e, s.vars, s)
	case "set_env", "set-env":
		return assign(e, s.env, s)
	case "unset_env", "unset-env":
		name, err := e.need("name")
		if err == nil {
			s.unset[name] = true
			delete(s.env, name)
		}
		return err
	case "push-ros-namespace", "push_ros_namespace":
		return pushNamespace(e, s)
	case "group":
		return p.group(e, s)
	case "include":
		return p.include(e, s)
	case "node":
		return p.node(e, s)
	case "executable":
		return p.executable(e, s)
	case "log":
		text, err := e.text("message", s)
		if err == nil && p.log != nil {
			p.log(text)
		}
		return err
	}
	return e.errorf("this element is not supported; hyt launch knows arg, let, group, push-ros-namespace, include, node, executable, set_env, unset_env, log")
}

// wanted evaluates if and unless.
func (e *element) wanted(s *scope) (bool, error) {
	for _, name := range []string{"if", "unless"} {
		raw, has := e.attrs[name]
		if !has {
			continue
		}
		value, err := s.expand(raw)
		if err != nil {
			return false, e.errorf("%s: %w", name, err)
		}
		truth, ok := map[string]bool{"true": true, "1": true, "false": false, "0": false}[strings.ToLower(strings.TrimSpace(value))]
		if !ok {
			return false, e.errorf("%s is %q; it must be true or false", name, value)
		}
		if truth == (name == "unless") {
			return false, nil
		}
	}
	return true, nil
}

// text is a needed attribute, expanded.
func (e *element) text(name string, s *scope) (string, error) {
	raw, err := e.need(name)
	if err != nil {
		return "", err
	}
	return e.expand(name, raw, s)
}

// optional is an attribute, expanded, or the fallback.
func (e *element) optional(name, fallback string, s *scope) (string, error) {
	raw, has := e.attrs[name]
	if !has {
		return fallback, nil
	}
	return e.expand(name, raw, s)
}

func (e *element) expand(attribute, raw string, s *scope) (string, error) {
	value, err := s.expand(raw)
	if err != nil {
		return "", e.errorf("%s: %w", attribute, err)
	}
	return value, nil
}

// arg declares an argument and gives it its value: that of the command line or
// the including file, or its default.
func (p *planner) arg(e *element, s *scope) error {
	if err := e.known("name", "default", "description"); err != nil {
		return err
	}
	a := argument{description: e.attrs["description"], required: true}
	var err error
	if a.name, err = e.need("name"); err != nil {
		return err
	}
	if _, has := e.attrs["default"]; has {
		a.required = false
		if a.fallback, err = e.text("default", s); err != nil {
			return err
		}
	}
	for _, c := range e.children {
		if c.name != "choice" {
			return c.errorf("not known inside <arg>")
		}
		value, err := c.text("value", s)
		if err != nil {
			return err
		}
		a.choices = append(a.choices, value)
	}
	p.declared = append(p.declared, a)
	value, given := p.given[a.name]
	if !given {
		value, given = s.vars[a.name]
	}
	switch {
	case !given && a.required:
		return e.errorf("the argument %s has no default; give it as %s:=VALUE", a.name, a.name)
	case !given:
		value = a.fallback
	}
	if len(a.choices) > 0 && !slices.Contains(a.choices, value) {
		return e.errorf("the argument %s is %q; it must be one of %s", a.name, value, strings.Join(a.choices, ", "))
	}
	s.vars[a.name] = value
	return nil
}

// assign is <let> and <set_env>: name and value into a map.
func assign(e *element, into map[string]string, s *scope) error {
	if err := e.known("name", "value"); err != nil {
		return err
	}
	if err := e.leaf(); err != nil {
		return err
	}
	name, err := e.text("name", s)
	if err != nil {
		return err
	}
	value, err := e.text("value", s)
	if err != nil {
		return err
	}
	into[name] = value
	delete(s.unset, name)
	return nil
}

func pushNamespace(e *element, s *scope) error {
	if err := e.known("namespace"); err != nil {
		return err
	}
	ns, err := e.text("namespace", s)
	if err == nil {
		s.namespace = joinNamespace(s.namespace, ns)
	}
	return err
}

// joinNamespace puts a relative namespace under base; an absolute one stands alone.
func joinNamespace(base, ns string) string {
	if strings.HasPrefix(ns, "/") {
		base = ""
	}
	return "/" + strings.Trim(strings.TrimSuffix(base, "/")+"/"+strings.Trim(ns, "/"), "/")
}

func (p *planner) group(e *element, s *scope) error {
	if _, has := e.attrs["ns"]; has {
		return e.errorf("ROS 2 groups have no attribute ns; put <push-ros-namespace namespace=\"...\"/> first inside")
	}
	if err := e.known("scoped"); err != nil {
		return err
	}
	scoped, err := e.optional("scoped", "true", s)
	if err != nil {
		return err
	}
	if scoped == "false" {
		return p.children(e, s)
	}
	return p.children(e, s.inner())
}

// include plans another file. Its arguments are those given inside the element;
// what it declares stays in it.
func (p *planner) include(e *element, s *scope) error {
	if err := e.known("file"); err != nil {
		return err
	}
	path, err := e.text("file", s)
	if err != nil {
		return err
	}
	if p.depth++; p.depth > maxDepth {
		return e.errorf("includes are nested more than %d deep; does %s include itself?", maxDepth, path)
	}
	defer func() { p.depth-- }()
	inner := s.inner()
	for _, c := range e.children {
		if c.name != "arg" && c.name != "let" {
			return c.errorf("not known inside <include>")
		}
		if err := assign(c, inner.vars, s); err != nil {
			return err
		}
	}
	root, err := parseFile(path)
	if err != nil {
		return e.errorf("%w", err)
	}
	inner.dir = filepath.Dir(path)
	sub := &planner{given: map[string]string{}, log: p.log, depth: p.depth}
	if err := sub.children(root, inner); err != nil {
		return err
	}
	p.processes = append(p.processes, sub.processes...)
	return nil
}

// environment is what a process gets beside its own.
func (s *scope) environment(own map[string]string) (env, unset []string) {
	merged := maps.Clone(s.env)
	maps.Copy(merged, own)
	for _, k := range slices.Sorted(maps.Keys(merged)) {
		env = append(env, k+"="+merged[k])
	}
	return env, slices.Sorted(maps.Keys(s.unset))
}

func (e *element) place() string { return fmt.Sprintf("%s:%d", e.file, e.line) }
