package launchrun

import (
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// planText plans the inside of a launch element.
func planText(t *testing.T, body string, given map[string]string) (*planner, error) {
	t.Helper()
	root, err := parse(strings.NewReader("<launch>\n"+body+"\n</launch>"), "f.launch")
	if err != nil {
		return nil, err
	}
	if given == nil {
		given = map[string]string{}
	}
	p := &planner{given: given}
	s := &scope{vars: map[string]string{}, env: map[string]string{}, unset: map[string]bool{}, dir: "/d",
		packages: packages{hyt: "/share/hyt"}}
	return p, p.children(root, s)
}

// lines are the processes, one a line, as --print shows them.
func lines(p *planner) string {
	var b strings.Builder
	(&launch{plan: *p}).print(&b)
	return strings.TrimSpace(b.String())
}

func TestPlans(t *testing.T) {
	t.Setenv("ROBOT", "left")
	tests := []struct {
		name  string
		body  string
		given map[string]string
		want  string
	}{
		{name: "a bare node", body: `<node pkg="hyt" exec="policy"/>`,
			want: "policy: hyt policy --ros-args"},
		{name: "name, namespace, args, remap", body: `<node pkg="hyt" exec="policy" name="brain" namespace="robot" args="--config 'a b.yaml'">
				<remap from="image" to="/camera/image_raw"/></node>`,
			want: "brain: hyt policy --config a b.yaml --ros-args -r __node:=brain -r __ns:=/robot -r image:=/camera/image_raw"},
		{name: "ros_args come first", body: `<node pkg="hyt" exec="policy" ros_args="--log-level debug" name="p"/>`,
			want: "p: hyt policy --ros-args --log-level debug -r __node:=p"},
		{name: "inline parameters are typed and keyed by the node's full name", body: `<node pkg="hyt" exec="policy" name="p" namespace="/r">
				<param name="rate" value="10"/><param name="on" value="true"/><param name="model" value="/m"/>
				<param name="text" value="10" type="str"/><param name="list" value="1, 2" value-sep=","/></node>`,
			want: `p: hyt policy --ros-args -r __node:=p -r __ns:=/r --params-file <</r/p:
    ros__parameters:
        list:
            - 1
            - 2
        model: /m
        "on": true
        rate: 10
        text: "10">>`},
		{name: "without a name parameters are for all", body: `<node pkg="hyt" exec="run" args="policy thinker"><param name="a" value="1.5"/></node>`,
			want: "run: hyt run policy thinker --ros-args --params-file <</**:\n    ros__parameters:\n        a: 1.5>>"},
		{name: "arguments: default, given, used in defaults", given: map[string]string{"a": "given"},
			body: `<arg name="a" default="x"/><arg name="b" default="$(var a)-b"/><let name="c" value="$(var b)-c"/>
				<executable cmd="echo $(var a) $(var b) $(var c)"/>`,
			want: "echo: echo given given-b given-b-c"},
		{name: "if and unless", body: `<let name="yes" value="True"/><let name="no" value="0"/>
				<executable if="$(var yes)" cmd="a"/><executable if="$(var no)" cmd="b"/>
				<executable unless="$(var yes)" cmd="c"/><executable unless="$(var no)" cmd="d"/>`,
			want: "a: a\nd: d"},
		{name: "groups keep variables and namespaces to themselves", body: `<let name="v" value="1"/>
				<group><let name="v" value="2"/><push-ros-namespace namespace="g"/><node pkg="hyt" exec="a" namespace="n"/></group>
				<group scoped="false"><let name="v" value="3"/></group>
				<executable cmd="echo $(var v)"/><node pkg="hyt" exec="b"/>`,
			want: "a: hyt a --ros-args -r __ns:=/g/n\necho: echo 3\nb: hyt b --ros-args"},
		{name: "environment", body: `<set_env name="A" value="1"/><executable cmd="x"><env name="B" value="$(env A)"/></executable>`,
			want: "x: A=1 B=1 x"},
		{name: "substitutions", body: `<executable cmd="x $(find-pkg-share hyt)/y $(env ROBOT) $(env NOT_SET fallback) $(dirname) \$(var z)"/>`,
			want: "x: x /share/hyt/y left fallback /d $(var z)"},
		{name: "nested substitution", given: map[string]string{"which": "a"},
			body: `<arg name="which"/><arg name="a" default="1"/><executable cmd="x $(var $(var which))"/>`,
			want: "x: x 1"},
		{name: "a condition on a child", body: `<node pkg="hyt" exec="a"><remap if="false" from="x" to="y"/><remap unless="false" from="u" to="v"/></node>`,
			want: "a: hyt a --ros-args -r u:=v"},
		{name: "launch prefix", body: `<node pkg="hyt" exec="a" launch-prefix="nice -n 5"/>`,
			want: "a: nice -n 5 hyt a --ros-args"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p, err := planText(t, tt.body, tt.given)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, lines(p)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestErrorsNameFileAndLine(t *testing.T) {
	tests := []struct{ body, want string }{
		{`<timer period="3"/>`, `f.launch:2: <timer>: this element is not supported; hyt launch knows arg, let, group, push-ros-namespace, include, node, executable, set_env, unset_env, log`},
		{`<node pkg="hyt" type="policy"/>`, `f.launch:2: <node>: ROS 2 has no attribute type; write exec="..."`},
		{`<node pkg="hyt" exec="a" ns="b"/>`, `f.launch:2: <node>: ROS 2 has no attribute ns; write namespace="..."`},
		{`<node pkg="hyt"/>`, `f.launch:2: <node>: needs the attribute exec`},
		{`<node pkg="hyt" exec="a" colour="red"/>`, `f.launch:2: <node>: unknown attribute "colour"; it may have pkg, exec, name, namespace, args, ros_args, output, respawn, respawn_delay, launch-prefix, cwd, on_exit, emulate_tty`},
		{"<node pkg=\"hyt\" exec=\"a\">\n<parm name=\"x\" value=\"y\"/></node>", `f.launch:3: <parm>: not known inside <node>; there are param, remap, env`},
		{`<node pkg="nav2" exec="a"/>`, `f.launch:2: <node>: package "nav2" is not installed (AMENT_PREFIX_PATH has 0 prefixes); source its workspace`},
		{`<group ns="a"/>`, `f.launch:2: <group>: ROS 2 groups have no attribute ns; put <push-ros-namespace namespace="..."/> first inside`},
		{`<arg name="model"/>`, `f.launch:2: <arg>: the argument model has no default; give it as model:=VALUE`},
		{`<arg name="m" default="x"><choice value="a"/><choice value="b"/></arg>`, `f.launch:2: <arg>: the argument m is "x"; it must be one of a, b`},
		{`<executable cmd="$(var x)"/>`, `f.launch:2: <executable>: cmd: $(var x): no argument or variable "x" here`},
		{`<executable cmd="$(env NOT_SET)"/>`, `f.launch:2: <executable>: cmd: $(env NOT_SET): the environment has no NOT_SET, and no default is given`},
		{`<executable cmd="$(find hyt)"/>`, `f.launch:2: <executable>: cmd: $(find hyt): ROS 2 has no find; write $(find-pkg-share PACKAGE)`},
		{`<executable cmd="$(arg x)"/>`, `f.launch:2: <executable>: cmd: $(arg x): ROS 2 has no arg; write $(var NAME)`},
		{`<executable if="$(eval '1 == 1')" cmd="x"/>`, `f.launch:2: <executable>: if: $(eval '1 == 1'): eval runs Python, which this program does not; use if, unless and groups`},
		{`<executable cmd="$(var x"/>`, `f.launch:2: <executable>: cmd: a $( without its ) before "var x"`},
		{`<executable if="maybe" cmd="x"/>`, `f.launch:2: <executable>: if is "maybe"; it must be true or false`},
		{`<executable cmd=""/>`, `f.launch:2: <executable>: cmd is empty`},
		{`<include file="/no/such.launch"/>`, `f.launch:2: <include>: launch file: open /no/such.launch: no such file or directory`},
		{`<node pkg="hyt" exec="a"><param from="/no/such.yaml"/></node>`, `f.launch:2: <param>: params file: stat /no/such.yaml: no such file or directory`},
		{`<node pkg="hyt" exec="a">text</node>`, `f.launch:2: <node>: holds the text "text"; launch files have elements and attributes only`},
		{`<node`, `f.launch:3: not XML: XML syntax error on line 3: expected attribute name in element`},
	}
	for _, tt := range tests {
		if _, err := planText(t, tt.body, nil); err == nil || err.Error() != tt.want {
			t.Errorf("%s\n got %v\nwant %s", tt.body, err, tt.want)
		}
	}
}

func TestIncludesTakeTheirArgumentsAndKeepTheirVariables(t *testing.T) {
	dir := t.TempDir()
	inner := filepath.Join(dir, "inner.launch")
	const text = `<launch><arg name="a"/><arg name="b" default="B"/><let name="c" value="x"/><executable cmd="in $(var a) $(var b) $(dirname)"/></launch>`
	if err := os.WriteFile(inner, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	p, err := planText(t, `<let name="c" value="outer"/><include file="`+inner+`"><arg name="a" value="A"/></include><executable cmd="out $(var c)"/>`, nil)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := lines(p), "in: in A B "+dir+"\nout: out outer"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if len(p.declared) != 0 {
		t.Errorf("the included file's arguments are offered to the user: %v", p.declared)
	}
	self := filepath.Join(dir, "self.launch")
	if err := os.WriteFile(self, []byte(`<launch><include file="`+self+`"/></launch>`), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := planText(t, `<include file="`+self+`"/>`, nil); err == nil || !strings.Contains(err.Error(), "does "+self+" include itself?") {
		t.Errorf("got %v", err)
	}
}

func TestNotALaunchFile(t *testing.T) {
	for text, want := range map[string]string{
		"":               "f.launch: a launch file starts with <launch>",
		"<robot/>":       "f.launch: a launch file starts with <launch>",
		"import launch":  "f.launch: a launch file starts with <launch>",
		"<launch></lau>": "f.launch:1: not XML: XML syntax error on line 1: element <launch> closed by </lau>",
	} {
		if _, err := parse(strings.NewReader(text), "f.launch"); err == nil || err.Error() != want {
			t.Errorf("%q: %v, want %s", text, err, want)
		}
	}
}

// The shipped launch file, as it stands in the tree.
func shipped(t *testing.T, words ...string) (*launch, error) {
	t.Helper()
	return load("../../launch/policy.launch", words, io.Discard)
}

func TestShippedLaunchFile(t *testing.T) {
	tests := []struct {
		words string
		want  []string // names of the processes
	}{
		{"", []string{"run"}},
		{"sim:=true", []string{"sim", "run"}},
		{"composed:=false", []string{"policy", "thinker"}},
		{"thinker:=false", []string{"policy"}},
		{"thinker:=false composed:=false sim:=1", []string{"sim", "policy"}},
	}
	for _, tt := range tests {
		l, err := shipped(t, strings.Fields(tt.words)...)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, p := range l.plan.processes {
			got = append(got, p.name)
		}
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("%q: %s", tt.words, diff)
		}
	}
}

func TestShippedLaunchFilePassesItsArguments(t *testing.T) {
	l, err := shipped(t, "namespace:=/robot", "image:=/camera/image_raw", "arm:=true", "model:=/m", "sim:=false")
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	l.print(&b)
	for _, want := range []string{"hyt run policy thinker --ros-args -r __ns:=/robot --params-file",
		"/config/policy.yaml", "/config/thinker.yaml", "arm_on_activate: true", "model: /m", "-r image:=/camera/image_raw"} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("no %q in\n%s", want, b.String())
		}
	}
}

func TestMistypedArgumentsAreRefused(t *testing.T) {
	if _, err := shipped(t, "imag:=/x"); err == nil || !strings.Contains(err.Error(), `no argument "imag"; it has namespace, model,`) {
		t.Errorf("got %v", err)
	}
	if _, err := shipped(t, "image=/x"); err == nil || err.Error() != `argument "image=/x": expected name:=value` {
		t.Errorf("got %v", err)
	}
	if _, err := load("nothing.launch", nil, io.Discard); err == nil || !strings.Contains(err.Error(), `no launch file "nothing.launch"`) {
		t.Errorf("got %v", err)
	}
}

func TestWordsAreSplitAsAShellDoes(t *testing.T) {
	got := split(`a 'b c' "d 'e'" f\ g "" h"i"j '\n'`)
	want := []string{"a", "b c", "d 'e'", "f g", "", "hij", `\n`}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func FuzzPlan(f *testing.F) {
	f.Add(`<arg name="a" default="$(env HOME)"/><node pkg="hyt" exec="$(var a)"><param name="x" value="[1"/></node>`)
	f.Add(`<group><let name="a" value="\$(var"/><executable cmd="'$(dirname)"/></group>`)
	f.Fuzz(func(t *testing.T, body string) {
		root, err := parse(strings.NewReader("<launch>"+body+"</launch>"), "f")
		if err != nil || strings.Contains(body, "include") {
			return
		}
		p := &planner{given: map[string]string{}}
		_ = p.children(root, &scope{vars: map[string]string{}, env: map[string]string{}, unset: map[string]bool{}})
	})
}
