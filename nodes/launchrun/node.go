package launchrun

import (
	"cmp"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

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
	err := e.known("pkg", "exec", "name", "namespace", "args", "ros_args", "exec_name", "output", "respawn", "respawn_delay",
		"launch-prefix", "cwd", "on_exit", "emulate_tty")
	if err != nil {
		return err
	}
	t := texts{e: e, s: s}
	pkg, exec, name := t.need("pkg"), t.need("exec"), t.optional("name")
	args, rosArgs := t.words("args"), t.words("ros_args")
	namespace := s.namespace
	if ns, has := t.maybe("namespace"); has {
		namespace = joinNamespace(namespace, ns)
	}
	c, prefix := t.process()
	if t.err != nil {
		return t.err
	}
	program, err := s.packages.executable(pkg, exec)
	if err != nil {
		return e.errorf("%w", err)
	}
	c.name = cmp.Or(t.optional("exec_name"), name, exec)
	c.argv = slices.Concat(prefix, program, args, []string{"--ros-args"}, rosArgs)
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

// paramsKey is whom the node's inline parameters are meant for. As in ROS 2 that is
// everyone in the process where the launch file does not say the node's full name.
func paramsKey(namespace, name string) string {
	if name == "" || namespace == "" {
		return "/**"
	}
	return strings.TrimSuffix(namespace, "/") + "/" + name
}

// nodeChildren adds parameters, remaps and environment. Runs of inline parameters
// share a file, so that the order among files is that of the elements.
func (p *planner) nodeChildren(e *element, s *scope, c *process, key string, env map[string]string) error {
	inline := false // the last thing added was an inline parameter
	for _, child := range e.children {
		wasInline := inline
		inline = false
		var err error
		switch child.name {
		case "param":
			inline, err = param(child, s, c, key, wasInline)
		case "remap":
			err = remap(child, s, c)
		case "env":
			err = environment(child, env, s)
		default:
			err = child.errorf("not known inside <node>; there are param, remap, env")
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// environment is <env> inside a process's element.
func environment(e *element, into map[string]string, s *scope) error {
	if err := e.part("name", "value"); err != nil {
		return err
	}
	return pair(e, into, s)
}

func param(e *element, s *scope, c *process, key string, join bool) (inline bool, err error) {
	if err := e.part("name", "value", "from", "value-sep", "type", "allow_substs"); err != nil {
		return false, err
	}
	if replace, _ := truth(e.attrs["allow_substs"]); replace {
		return false, e.errorf("allow_substs is not supported: hyt launch gives the params file to the node as it is")
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
	if err := e.part("from", "to"); err != nil {
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
	err := e.known("cmd", "name", "cwd", "output", "respawn", "respawn_delay", "on_exit", "launch-prefix", "shell", "emulate_tty")
	if err != nil {
		return err
	}
	if shell, _ := truth(e.attrs["shell"]); shell {
		return e.errorf("shell=\"true\" is not supported; write cmd=\"sh -c '...'\"")
	}
	t := texts{e: e, s: s}
	cmd, name := t.words("cmd"), t.optional("name")
	c, prefix := t.process()
	if t.err != nil {
		return t.err
	}
	c.argv = slices.Concat(prefix, cmd)
	if len(cmd) == 0 {
		return e.errorf("needs the attribute cmd, with a program in it")
	}
	c.name = cmp.Or(name, filepath.Base(cmd[0]))
	own := map[string]string{}
	for _, child := range e.children {
		if child.name != "env" {
			return child.errorf("not known inside <executable>; there is env")
		}
		if err := environment(child, own, s); err != nil {
			return err
		}
	}
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
	t.keep(err)
	return v
}

func (t *texts) optional(name string) string {
	v, _ := t.maybe(name)
	return v
}

// maybe is an attribute, and whether the element has it.
func (t *texts) maybe(name string) (value string, has bool) {
	raw, has := t.e.attrs[name]
	value, err := t.e.expand(name, raw, t.s)
	t.keep(err)
	return value, has
}

// words is an attribute that is a command line.
func (t *texts) words(name string) []string {
	words, err := t.s.words(t.e.attrs[name])
	if err != nil {
		t.keep(t.e.errorf("%s: %w", name, err))
	}
	return words
}

// process reads what <node> and <executable> have in common.
func (t *texts) process() (c process, prefix []string) {
	onExit, dir := t.optional("on_exit"), t.optional("cwd")
	if onExit != "" && onExit != "shutdown" {
		t.keep(t.e.errorf("on_exit is %q; it may be shutdown", onExit))
	}
	c = process{dir: dir, must: onExit == "shutdown", place: t.e.place(), pause: respawnPause}
	if again := t.optional("respawn"); again != "" {
		var ok bool
		if c.respawn, ok = truth(again); !ok {
			t.keep(t.e.errorf("respawn is %q; it must be true or false", again))
		}
	}
	if delay := t.optional("respawn_delay"); delay != "" {
		seconds, err := strconv.ParseFloat(delay, 64)
		if err != nil || !(seconds >= 0 && seconds < 1e6) {
			t.keep(t.e.errorf("respawn_delay is %q; it must be a number of seconds", delay))
		}
		c.pause = time.Duration(seconds * float64(time.Second))
	}
	prefix, err := shellWords(t.optional("launch-prefix"))
	if err != nil {
		t.keep(t.e.errorf("launch-prefix: %w", err))
	}
	return c, prefix
}

func (t *texts) keep(err error) {
	if t.err == nil {
		t.err = err
	}
}
