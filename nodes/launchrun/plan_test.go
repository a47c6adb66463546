package launchrun

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// planText plans the inside of a launch element.
func planText(t *testing.T, body string, args map[string]string) (*planner, error) {
	t.Helper()
	root, err := parse(strings.NewReader("<launch>\n"+body+"\n</launch>"), "f.launch")
	if err != nil {
		return nil, err
	}
	p := &planner{}
	return p, p.children(root, given(packages{hyt: "/share/hyt"}, "/d/f.launch", args))
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
		name string
		body string
		args map[string]string
		want string
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
		{name: "arguments: default, given, used in defaults", args: map[string]string{"a": "given"},
			body: `<arg name="a" default="x"/><arg name="b" default="$(var a)-b"/><let name="c" value="$(var b)-c"/>
				<executable cmd="echo $(var a) $(var b) $(var c)"/>`,
			want: "echo: echo given given-b given-b-c"},
		{name: "if and unless", body: `<let name="yes" value="True"/><let name="no" value="0"/>
				<executable if="$(var yes)" cmd="a"/><executable if="$(var no)" cmd="b"/>
				<executable unless="$(var yes)" cmd="c"/><executable unless="$(var no)" cmd="d"/>`,
			want: "a: a\nd: d"},
		{name: "groups keep variables and namespaces to themselves", body: `<let name="v" value="1"/>
				<group><let name="v" value="2"/><push-ros-namespace namespace="g"/><node pkg="hyt" exec="sim" namespace="n"/></group>
				<group scoped="false"><let name="v" value="3"/></group>
				<executable cmd="echo $(var v)"/><node pkg="hyt" exec="recorder"/>`,
			want: "sim: hyt sim --ros-args -r __ns:=/g/n\necho: echo 3\nrecorder: hyt recorder --ros-args"},
		{name: "environment", body: `<set_env name="A" value="1"/><executable cmd="x"><env name="B" value="$(env A)"/></executable>`,
			want: "x: A=1 B=1 x"},
		{name: "substitutions", body: `<executable cmd="x $(find-pkg-share hyt)/y $(env ROBOT) $(env NOT_SET fallback) $(dirname) $(filename) \$(var z)"/>`,
			want: "x: x /share/hyt/y left fallback /d /d/f.launch $(var z)"},
		{name: "nested substitution", args: map[string]string{"which": "a"},
			body: `<arg name="which"/><arg name="a" default="1"/><executable cmd="x $(var $(var which))"/>`,
			want: "x: x 1"},
		{name: "without a namespace parameters are for all, as in ROS 2", body: `<node pkg="hyt" exec="policy" name="p"><param name="a" value="1"/></node>`,
			want: "p: hyt policy --ros-args -r __node:=p --params-file <</**:\n    ros__parameters:\n        a: 1>>"},
		{name: "what a substitution stands for is one word", args: map[string]string{"two": "b c"},
			body: `<arg name="two"/><executable cmd="a $(var two)/x '$(var two)' d"/>`,
			want: "a: a b c/x b c d"},
		{name: "an empty namespace is the one that was pushed", body: `<group><push_ros_namespace namespace="g"/><node pkg="hyt" exec="sim" namespace=""/></group>
				<node pkg="hyt" exec="sim" namespace=""/>`,
			want: "sim: hyt sim --ros-args -r __ns:=/g\nsim: hyt sim --ros-args -r __ns:=/"},
		{name: "the program itself", body: `<node pkg="hyt" exec="hyt" args="doctor"/>`, want: "hyt: hyt doctor --ros-args"},
		{name: "logic", body: `<executable if="$(and true $(not $(or false 0)))" cmd="yes"/><executable if="$(and 1 false)" cmd="no"/>`,
			want: "yes: yes"},
		{name: "launch prefix", body: `<node pkg="hyt" exec="sim" launch-prefix="nice -n 5"/>`,
			want: "sim: nice -n 5 hyt sim --ros-args"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p, err := planText(t, tt.body, tt.args)
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
		{`<timer period="3"/>`, `<timer>: this element is not supported; hyt launch knows arg, let, group, push-ros-namespace, include, node, executable, set_env, unset_env, log`},
		{`<node pkg="hyt" type="policy"/>`, `<node>: ROS 2 has no attribute type; write exec="..."`},
		{`<node pkg="hyt" exec="sim" ns="b"/>`, `<node>: ROS 2 has no attribute ns; write namespace="..."`},
		{`<node pkg="hyt"/>`, `<node>: needs the attribute exec`},
		{`<node pkg="hyt" exec="polcy"/>`, `<node>: package "hyt" has no executable "polcy"; it has hyt, policy, thinker, recorder, sim, teleop, run`},
		{`<node pkg="hyt" exec="sim" colour="red"/>`, `<node>: unknown attribute "colour"; it may have pkg, exec, name, namespace, args, ros_args, exec_name, output, respawn, respawn_delay, launch-prefix, cwd, on_exit, emulate_tty, if, unless`},
		{`<node pkg="hyt" exec="sim"><parm name="x" value="y"/></node>`, `<parm>: not known inside <node>; there are param, remap, env`},
		{`<node pkg="hyt" exec="sim"><remap if="true" from="a" to="b"/></node>`, `<remap>: ROS 2 takes no if here; put the condition on the <node> around it`},
		{`<node pkg="hyt" exec="sim"><param from="/f" allow_substs="true"/></node>`, `<param>: allow_substs is not supported: hyt launch gives the params file to the node as it is`},
		{`<node pkg="hyt" exec="sim" respawn="often"/>`, `<node>: respawn is "often"; it must be true or false`},
		{`<node pkg="hyt" exec="sim" respawn_delay="-1"/>`, `<node>: respawn_delay is "-1"; it must be a number of seconds`},
		{`<node pkg="hyt" exec="sim" on_exit="respawn"/>`, `<node>: on_exit is "respawn"; it may be shutdown`},
		{`<node pkg="nav2" exec="a"/>`, `<node>: package "nav2" is not installed (AMENT_PREFIX_PATH has 0 prefixes); source its workspace`},
		{`<group ns="a"/>`, `<group>: ROS 2 groups have no attribute ns; put <push-ros-namespace namespace="..."/> first inside`},
		{`<group scoped="$(var x)"/>`, `<group>: scoped is "$(var x)"; it must be true or false, without substitutions`},
		{`<arg name="model"/>`, `<arg>: the argument model has no default; give it as model:=VALUE`},
		{`<arg name="m" default="x"><choice value="a"/><choice value="b"/></arg>`, `<arg>: the argument m is "x"; it must be one of a, b`},
		{`<executable cmd="$(var x)"/>`, `<executable>: cmd: $(var x): no argument or variable "x" here`},
		{`<executable cmd="$(env NOT_SET)"/>`, `<executable>: cmd: $(env NOT_SET): the environment has no NOT_SET, and no default is given`},
		{`<executable cmd="$(find hyt)"/>`, `<executable>: cmd: $(find hyt): ROS 2 has no find; write $(find-pkg-share PACKAGE)`},
		{`<executable cmd="$(arg x)"/>`, `<executable>: cmd: $(arg x): ROS 2 has no arg; write $(var NAME)`},
		{`<executable cmd="$(optenv X)"/>`, `<executable>: cmd: $(optenv X): ROS 2 has no optenv; write $(env NAME DEFAULT)`},
		{`<executable cmd="$(now)"/>`, `<executable>: cmd: $(now): unknown substitution; there are and, anon, dirname, env, filename, find-pkg-prefix, find-pkg-share, not, or, var`},
		{`<executable cmd="$(and true)"/>`, `<executable>: cmd: $(and true): and has 1 arguments, and takes 2`},
		{`<executable cmd="$(not 3)"/>`, `<executable>: cmd: $(not 3): "3" is neither true nor false`},
		{`<executable cmd="$()"/>`, `<executable>: cmd: $() is empty`},
		{`<executable if="$(eval '1 == 1')" cmd="x"/>`, `<executable>: if: $(eval 1 == 1): eval runs Python, which this program does not; use if, unless, not, and, or`},
		{`<executable cmd="$(var x"/>`, `<executable>: cmd: a $( without its ) before "var x"`},
		{`<executable cmd="a 'b"/>`, `<executable>: cmd: a quote ' without its end`},
		{`<executable if="maybe" cmd="x"/>`, `<executable>: if is "maybe"; it must be true or false`},
		{`<executable if="true" unless="true" cmd="x"/>`, `<executable>: has both if and unless; ROS 2 takes one of them`},
		{`<executable cmd=""/>`, `<executable>: needs the attribute cmd, with a program in it`},
		{`<executable cmd="x" shell="true"/>`, `<executable>: shell="true" is not supported; write cmd="sh -c '...'"`},
		{`<include file="/no/such.launch"/>`, `<include>: launch file: open /no/such.launch: no such file or directory`},
		{`<include file="/x/gz_sim.launch.py"/>`, `<include>: /x/gz_sim.launch.py is not XML; hyt launch runs XML launch files only: use ros2 launch for this one`},
		{`<include file="/x"><let name="a" value="b"/></include>`, `<let>: not known inside <include>; there is arg`},
		{`<node pkg="hyt" exec="sim"><param from="/no/such.yaml"/></node>`, `<param>: params file: stat /no/such.yaml: no such file or directory`},
		{`<node pkg="hyt" exec="sim">text</node>`, `<node>: holds the text "text"; launch files have elements and attributes only`},
	}
	for _, tt := range tests {
		if _, err := planText(t, tt.body, nil); err == nil || err.Error() != "f.launch:2: "+tt.want {
			t.Errorf("%s\n got %v\nwant %s", tt.body, err, tt.want)
		}
	}
	if _, err := planText(t, "<group>\n<node/></group>", nil); err == nil || err.Error() != "f.launch:3: <node>: needs the attribute pkg" {
		t.Errorf("got %v", err)
	}
	if _, err := planText(t, "<node", nil); err == nil || err.Error() != "f.launch:3: not XML: XML syntax error on line 3: expected attribute name in element" {
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

func TestWordsAreSplitAsAShellDoes(t *testing.T) {
	got, err := shellWords(`a 'b c' "d 'e'" f\ g "" h"i"j '\n'`)
	want := []string{"a", "b c", "d 'e'", "f g", "", "hij", `\n`}
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Error(diff, err)
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
		_ = (&planner{}).children(root, clean(packages{}, "f"))
		_, _ = arguments(root, clean(packages{}, "f"))
	})
}
