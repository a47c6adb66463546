package launchrun

import (
	"cmp"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"time"
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
	pause   time.Duration // before it respawns
	place   string        // file:line
}

// planner collects what a launch file asks for.
type planner struct {
	declared  []string // names of the arguments that were met
	processes []process
	log       func(string)
	depth     int
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
		return set(e, s.vars, s)
	case "set_env":
		return setEnv(e, s)
	case "unset_env":
		return unsetEnv(e, s)
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
		return p.say(e, s)
	}
	return e.errorf("this element is not supported; hyt launch knows arg, let, group, push-ros-namespace, include, node, executable, set_env, unset_env, log")
}

// wanted evaluates if and unless.
func (e *element) wanted(s *scope) (bool, error) {
	name, raw, err := e.condition()
	if err != nil || name == "" {
		return true, err
	}
	value, err := e.expand(name, raw, s)
	if err != nil {
		return false, err
	}
	yes, ok := truth(value)
	if !ok {
		return false, e.errorf("%s is %q; it must be true or false", name, value)
	}
	return yes == (name == "if"), nil
}

// condition is the element's if or unless; "" where it has none.
func (e *element) condition() (name, raw string, err error) {
	yes, hasIf := e.attrs["if"]
	no, hasUnless := e.attrs["unless"]
	switch {
	case hasIf && hasUnless:
		return "", "", e.errorf("has both if and unless; ROS 2 takes one of them")
	case hasIf:
		return "if", yes, nil
	case hasUnless:
		return "unless", no, nil
	}
	return "", "", nil
}

// text is a needed attribute, expanded.
func (e *element) text(name string, s *scope) (string, error) {
	raw, err := e.need(name)
	if err != nil {
		return "", err
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

// arg declares an argument and gives it its default, unless the command line, an
// including file or a <let> gave it a value before.
func (p *planner) arg(e *element, s *scope) error {
	a, err := declaration(e)
	if err != nil {
		return err
	}
	p.declared = append(p.declared, a.name)
	value, given := s.vars[a.name]
	switch {
	case given:
	case a.fallback == nil:
		return e.errorf("the argument %s has no default; give it as %s:=VALUE", a.name, a.name)
	default:
		if value, err = e.expand("default", *a.fallback, s); err != nil {
			return err
		}
	}
	if len(a.choices) > 0 && !slices.Contains(a.choices, value) {
		return e.errorf("the argument %s is %q; it must be one of %s", a.name, value, strings.Join(a.choices, ", "))
	}
	s.vars[a.name] = value
	return nil
}

// set is <let>: name and value into a map.
func set(e *element, into map[string]string, s *scope) error {
	if err := e.known("name", "value"); err != nil {
		return err
	}
	return pair(e, into, s)
}

// pair puts the value of an element with name and value into a map.
func pair(e *element, into map[string]string, s *scope) error {
	if err := e.leaf(); err != nil {
		return err
	}
	t := texts{e: e, s: s}
	name, value := t.need("name"), t.need("value")
	if t.err == nil {
		into[name] = value
	}
	return t.err
}

func setEnv(e *element, s *scope) error {
	if err := set(e, s.env, s); err != nil {
		return err
	}
	maps.DeleteFunc(s.unset, func(name string, _ bool) bool { _, has := s.env[name]; return has })
	return nil
}

func unsetEnv(e *element, s *scope) error {
	if err := e.known("name"); err != nil {
		return err
	}
	name, err := e.text("name", s)
	if err == nil {
		s.unset[name] = true
		delete(s.env, name)
	}
	return err
}

func (p *planner) say(e *element, s *scope) error {
	if err := e.known("message"); err != nil {
		return err
	}
	text, err := e.text("message", s)
	if err == nil && p.log != nil {
		p.log(text)
	}
	return err
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
	scoped, ok := truth(cmp.Or(e.attrs["scoped"], "true"))
	switch {
	case !ok:
		return e.errorf("scoped is %q; it must be true or false, without substitutions", e.attrs["scoped"])
	case scoped:
		s = s.inner()
	}
	return p.children(e, s)
}

// include plans another file in the same scope, as ROS 2 does: it sees the variables
// of this one, and what it sets is set here, too. A <group> around keeps them apart.
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
	for _, c := range e.children {
		if c.name != "arg" {
			return c.errorf("not known inside <include>; there is arg")
		}
		if err := c.part("name", "value"); err != nil {
			return err
		}
		if err := pair(c, s.vars, s); err != nil {
			return err
		}
	}
	root, err := e.included(path)
	if err != nil {
		return err
	}
	outer := s.file
	s.file = path
	defer func() { s.file = outer }()
	return p.children(root, s)
}

// included reads the file of an <include>.
func (e *element) included(path string) (*element, error) {
	switch ext := filepath.Ext(path); ext {
	case ".py", ".yaml", ".yml":
		return nil, e.errorf("%s is not XML; hyt launch runs XML launch files only: use ros2 launch for this one", path)
	}
	root, err := parseFile(path)
	if err != nil {
		return nil, e.errorf("%w", err)
	}
	return root, nil
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
