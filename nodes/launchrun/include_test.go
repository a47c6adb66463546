package launchrun

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// write puts a launch file with that inside into a folder of its own.
func write(t *testing.T, name, inside string) (path string) {
	t.Helper()
	path = filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte("<launch>\n"+inside+"\n</launch>"), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// As ros2 launch of Humble does it, but for the last $(filename): there Humble still
// says the inner file, and later releases the outer one.
func TestIncludesShareTheScopeAsInROS2(t *testing.T) {
	inner := write(t, "inner.launch", `<arg name="a"/><arg name="b" default="B"/><let name="c" value="inner"/>
		<push-ros-namespace namespace="in"/><set_env name="E" value="inner"/>
		<executable cmd="in $(var a) $(var b) $(var outer) $(filename)"/>`)
	p, err := planText(t, `<let name="c" value="outer"/><let name="outer" value="O"/><set_env name="E" value="outer"/>
		<include file="`+inner+`"><arg name="a" value="A"/></include>
		<executable cmd="out c=$(var c) a=$(var a) b=$(var b)"/>
		<group><let name="c" value="grouped"/><push-ros-namespace namespace="g"/><node pkg="hyt" exec="sim" name="x" namespace="n"/></group>
		<executable cmd="after c=$(var c) $(filename)"/>`, map[string]string{"b": "given"})
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		"in: E=inner in A given O " + inner,
		"out: E=inner out c=inner a=A b=given",
		"x: E=inner hyt sim --ros-args -r __node:=x -r __ns:=/in/g/n",
		"after: E=inner after c=inner /d/f.launch",
	}
	if diff := cmp.Diff(want, strings.Split(lines(p), "\n")); diff != "" {
		t.Error(diff)
	}
}

func TestAGroupKeepsAnIncludesVariablesAway(t *testing.T) {
	inner := write(t, "inner.launch", `<let name="c" value="inner"/>`)
	p, err := planText(t, `<let name="c" value="outer"/><group><include file="`+inner+`"/></group><executable cmd="c=$(var c)"/>`, nil)
	if err != nil || lines(p) != "c=outer: c=outer" {
		t.Errorf("%v, %v", lines(p), err)
	}
}

func TestAFileThatIncludesItselfIsNamed(t *testing.T) {
	self := filepath.Join(t.TempDir(), "self.launch")
	if err := os.WriteFile(self, []byte(`<launch><include file="`+self+`"/></launch>`), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := planText(t, `<include file="`+self+`"/>`, nil); err == nil || !strings.Contains(err.Error(), "does "+self+" include itself?") {
		t.Errorf("got %v", err)
	}
	f, err := open(self)
	if err != nil {
		t.Fatal(err)
	}
	if err := f.show(&strings.Builder{}); err != nil {
		t.Errorf("listing the arguments of a file that includes itself: %v", err)
	}
}

func TestErrorsInIncludedFilesNameThatFile(t *testing.T) {
	inner := write(t, "inner.launch", "\n<nod/>")
	_, err := planText(t, `<include file="`+inner+`"/>`, nil)
	if err == nil || !strings.HasPrefix(err.Error(), inner+":3: <nod>: this element is not supported") {
		t.Errorf("got %v", err)
	}
}

// The text is what `ros2 launch --show-args` of Humble prints for such files.
func TestArgumentsAreShownAsROS2Does(t *testing.T) {
	inner := write(t, "inner.launch", `<arg name="shared" description="Of the inner file."/><arg name="deep" default="" description="Deep."/>`)
	path := write(t, "outer.launch", `<arg name="needed" description="Needed."/>
		<arg name="shared" default="1"/>
		<arg name="file" default="$(find-pkg-share hyt)/a/$(var shared).yaml" description="A file."/>
		<arg name="side" default="left" description="Which"><choice value="left"/><choice value="right"/></arg>
		<arg name="cond" if="false" default="$(env A b)$(dirname)"/>
		<group if="false"><arg name="grouped" default="x"/><include file="`+inner+`"/></group>
		<include file="$(var file)"/>`)
	f, err := open(path)
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	if err := f.show(&b); err != nil {
		t.Fatal(err)
	}
	want := `Arguments (pass arguments as '<name>:=<value>'):

    'needed':
        Needed.

    'shared':
        no description given
        (default: '1')

    'file':
        A file.
        (default: FindPackageShare(pkg='hyt') + '/a/' + LaunchConfig('shared') + '.yaml')

    'side':
        Which. Valid choices are: ['left', 'right']
        (default: 'left')

    'cond':*
        no description given
        (default: EnvVar('A') + ThisLaunchFileDir())

    'grouped':*
        no description given
        (default: 'x')

    'deep':
        Deep.
        (default: '')

* argument(s) which are only used if specific conditions occur
`
	if diff := cmp.Diff(want, b.String()); diff != "" {
		t.Error(diff)
	}
	b.Reset()
	f, err = open(write(t, "none.launch", ""))
	if err != nil {
		t.Fatal(err)
	}
	if err := f.show(&b); err != nil || b.String() != "Arguments (pass arguments as '<name>:=<value>'):\n\n  No arguments.\n" {
		t.Errorf("%q, %v", b.String(), err)
	}
}
