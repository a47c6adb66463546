package msgs_test

import (
	"strings"
	"testing"

	"hyt/msgs"
	"hyt/msgs/rosidl"
	"hyt/msgs/types"
)

// withoutComments drops comments and blank lines from a definition.
func withoutComments(text string) string {
	var b strings.Builder
	for line := range strings.Lines(text) {
		if line, _, _ = strings.Cut(line, "#"); strings.TrimSpace(line) != "" {
			b.WriteString(strings.TrimSpace(line) + "\n")
		}
	}
	return b.String()
}

func TestDefinitionHoldsAllTypesInside(t *testing.T) {
	text, err := msgs.Definition("geometry_msgs/msg/PoseStamped")
	if err != nil {
		t.Fatal(err)
	}
	line := strings.Repeat("=", 80) + "\n"
	want := "std_msgs/Header header\nPose pose\n" +
		line + "MSG: std_msgs/Header\nbuiltin_interfaces/Time stamp\nstring frame_id\n" +
		line + "MSG: geometry_msgs/Pose\nPoint position\nQuaternion orientation\n" +
		line + "MSG: builtin_interfaces/Time\nint32 sec\nuint32 nanosec\n" +
		line + "MSG: geometry_msgs/Point\nfloat64 x\nfloat64 y\nfloat64 z\n" +
		line + "MSG: geometry_msgs/Quaternion\nfloat64 x 0\nfloat64 y 0\nfloat64 z 0\nfloat64 w 1\n"
	if got := withoutComments(text); got != want {
		t.Errorf("definition is\n%s, want\n%s", got, want)
	}
}

// Each definition must be enough by itself for a reader that knows only its text.
func TestEveryDefinitionIsComplete(t *testing.T) {
	separator := strings.Repeat("=", 80) + "\nMSG: "
	for _, name := range types.Names() {
		text, err := msgs.Definition(name)
		if err != nil {
			t.Fatal(err)
		}
		pkg, _, _ := strings.Cut(name, "/")
		known := map[string]bool{}
		var needed []rosidl.Type
		for i, section := range strings.Split(text, separator) {
			if i > 0 {
				var title string
				title, section, _ = strings.Cut(section, "\n")
				pkg, _, _ = strings.Cut(title, "/")
				known[title] = true
			}
			file, err := rosidl.Parse(pkg, "msg", "Section", section)
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			for _, f := range file.Messages[0].Fields {
				needed = append(needed, f.Type)
			}
		}
		for _, typ := range needed {
			if !typ.Primitive() && !known[typ.Package+"/"+typ.Name] {
				t.Errorf("the definition of %s lacks %s/%s", name, typ.Package, typ.Name)
			}
		}
	}
}

func TestDefinitionOfUnknownTypesIsAnError(t *testing.T) {
	for name, want := range map[string]string{
		"Image":                         `"Image" is no type name: it looks like sensor_msgs/msg/Image`,
		"nav_msgs/msg/Path":             "there is no definition of nav_msgs/msg/Path in hyt: add msgs/def/nav_msgs/msg/Path.msg and run go generate",
		"std_srvs/srv/SetBool_Feedback": "there is no definition of std_srvs/srv/SetBool_Feedback in hyt: std_srvs/srv/SetBool has no such part",
	} {
		if _, err := msgs.Definition(name); err == nil || err.Error() != want {
			t.Errorf("%s: error is %v, want %s", name, err, want)
		}
	}
}
