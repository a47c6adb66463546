package launchrun

import (
	"os"
	"path/filepath"
	"strings"

	"gopkg.in/yaml.v3"
)

// params is a params file to write before a process starts.
type params struct {
	node   string // key: "/robot/policy", or "/**" where the node has no name here
	names  []string
	values []any
}

// paramsMarker stands in argv for the path of the process's next params file.
const paramsMarker = "\x00params"

// yaml is the file's content.
func (p params) yaml() ([]byte, error) {
	values := map[string]any{}
	for i, name := range p.names {
		values[name] = p.values[i]
	}
	return yaml.Marshal(map[string]any{p.node: map[string]any{"ros__parameters": values}})
}

// node plans a <node>: the program, and the arguments that ros2 launch would give it.
func (p *planner) node(e *element, s *scope) error {
	if _, old := e.attrs["type"]; old {
		return e.errorf("ROS 2 has no attribute type; write exec=\"...\"")
	}
	if _, old := e.attrs["ns"]; old {
		return e.errorf("ROS 2 has no attribute ns; write namespace=\"...\"")
	}
	err := e.known("pkg", "exec", "name", "namespace", "args", "ros_args", "output", "respawn", "respawn_delay",
		"launch-prefix", "cwd", "on_exit", "emulate_tty")
	if err != nil {
		return err
	}
	t := texts{e: e, s: s}
	pkg, exec := t.need("pkg"), t.need("exec")
	name, args, rosArgs := t.optional("name"), t.optional("args"), t.optional("ros_args")
	prefix, dir, respawn, onExit := t.optional("launch-prefix"), t.optional("cwd"), t.optional("respawn"), t.optional("on_exit")
	namespace := s.namespace
	if ns := t.optional("namespace"); ns != "" {
		namespace = joinNamespace(namespace, ns)
	}
	if t.err != nil {
		return t.err
	}
	program, err := s.packages.executable(pkg, exec)
	if err != nil {
		return e.errorf("%w", err)
	}
	c := process{name: exec, dir: dir, must: onExit == "shutdown", respawn: respawn == "true", place: e.place()}
	if name != "" {
		c.name = name
	}
	c.argv = append(append(split(prefix), program...), split(args)...)
	c.argv = append(c.argv, "--ros-args")
	c.argv = append(c.argv, split(rosArgs)...)
	if name != "" {
		c.argv = append(c.argv, "-r", "__node:="+name)
	}
	if namespace != "" {
		c.argv = append(c.argv, "-r", "__ns:="+namespace)
	}
	own := map[string]string{}
	if err := p.nodeChildren(e, s, &c, paramsKey(namespace, name), own); err != nil {
		return err
	}
	c.env, c.unset = s.environment(own)
	p.processes = append(p.processes, c)
	return nil
}

// paramsKey is whom the node's inline parameters are meant for.
func paramsKey(namespace, name string) string {
	if name == "" {
		return "/**"
	}
	return strings.TrimSuffix(namespace, "/") + "/" + name
}

// nodeChildren adds parameters, remaps and environment. Runs of inline parameters
// share a file, so that the order among files is that of the elements.
func (p *planner) nodeChildren(e *element, s *scope, c *process, key string, env map[string]string) error {
	inline := false // the last thing added was an inline parameter
	for _, child := range e.children {
		wanted, err := child.wanted(s)
		if err != nil {
			return err
		}
		if !wanted {
			continue
		}
		wasInline := inline
		inline = false
		switch child.name {
		case "param":
			inline, err = param(child, s, c, key, wasInline)
		case "remap":
			err = remap(child, s, c)
		case "env":
			err = assign(child, env, s)
		default:
			err = child.errorf("not known inside <node>; there are param, remap, env")
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func param(e *element, s *scope, c *process, key string, join bool) (inline bool, err error) {
	if err := e.known("name", "value", "from", "value-sep", "type", "allow_substs"); err != nil {
		return false, err
	}
	if err := e.leaf(); err != nil {
		return false, err
	}
	if _, has := e.attrs["from"]; has {
		path, err := e.text("from", s)
		if err != nil {
			return false, err
		}
		if _, err := os.Stat(path); err != nil {
			return false, e.errorf("params file: %w", err)
		}
		c.argv = append(c.argv, "--params-file", path)
		return false, nil
	}
	t := texts{e: e, s: s}
	name, text := t.need("name"), t.need("value")
	separator, typ := t.optional("value-sep"), t.optional("type")
	if t.err != nil {
		return false, t.err
	}
	value, err := typed(text, separator, typ)
	if err != nil {
		return false, e.errorf("%w", err)
	}
	if !join {
		c.params = append(c.params, params{node: key})
		c.argv = append(c.argv, "--params-file", paramsMarker)
	}
	last := &c.params[len(c.params)-1]
	last.names, last.values = append(last.names, name), append(last.values, value)
	return true, nil
}

// typed reads a value as YAML, as ros2 launch does: 10 is an integer, true a bool.
func typed(text, separator, typ string) (any, error) {
	if typ == "str" {
		return text, nil
	}
	if separator != "" {
		var list []any
		for _, part := range strings.Split(text, separator) {
			v, err := typed(strings.TrimSpace(part), "", typ)
			if err != nil {
				return nil, err
			}
			list = append(list, v)
		}
		return list, nil
	}
	var v any
	if err := yaml.Unmarshal([]byte(text), &v); err != nil || v == nil {
		return text, nil //nolint:nilerr // what is no YAML is a string
	}
	return v, nil
}

func remap(e *element, s *scope, c *process) error {
	if err := e.known("from", "to"); err != nil {
		return err
	}
	t := texts{e: e, s: s}
	from, to := t.need("from"), t.need("to")
	if t.err != nil {
		return t.err
	}
	c.argv = append(c.argv, "-r", from+":="+to)
	return nil
}

// executable plans any program.
func (p *planner) executable(e *element, s *scope) error {
	if err := e.known("cmd", "name", "cwd", "output", "respawn", "on_exit", "launch-prefix", "shell"); err != nil {
		return err
	}
	t := texts{e: e, s: s}
	cmd, name, dir, onExit := t.need("cmd"), t.optional("name"), t.optional("cwd"), t.optional("on_exit")
	prefix, respawn := t.optional("launch-prefix"), t.optional("respawn")
	if t.err != nil {
		return t.err
	}
	if e.attrs["shell"] == "true" {
		return e.errorf("shell=\"true\" is not supported; write cmd=\"sh -c '...'\"")
	}
	argv := append(split(prefix), split(cmd)...)
	if len(argv) == 0 {
		return e.errorf("cmd is empty")
	}
	if name == "" {
		name = filepath.Base(argv[0])
	}
	own := map[string]string{}
	for _, child := range e.children {
		if child.name != "env" {
			return child.errorf("not known inside <executable>; there is env")
		}
		if err := assign(child, own, s); err != nil {
			return err
		}
	}
	c := process{name: name, argv: argv, dir: dir, must: onExit == "shutdown", respawn: respawn == "true", place: e.place()}
	c.env, c.unset = s.environment(own)
	p.processes = append(p.processes, c)
	return nil
}

// texts reads several attributes and keeps the first error.
type texts struct {
	e   *element
	s   *scope
	err error
}

func (t *texts) need(name string) string {
	v, err := t.e.text(name, t.s)
	if t.err == nil {
		t.err = err
	}
	return v
}

func (t *texts) optional(name string) string {
	v, err := t.e.optional(name, "", t.s)
	if t.err == nil {
		t.err = err
	}
	return v
}
