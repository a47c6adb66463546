package rosidl

import (
	"reflect"
	"strings"
	"testing"
)

func parseMsg(t *testing.T, text string) *Message {
	t.Helper()
	file, err := Parse("pkg", "msg", "Type", text)
	if err != nil {
		t.Fatal(err)
	}
	return file.Messages[0]
}

func TestFieldTypes(t *testing.T) {
	for _, c := range []struct {
		text string
		want Type
	}{
		{"float64 x", Type{Name: "float64"}},
		{"uint8[] x", Type{Name: "uint8", Array: Sequence}},
		{"int32[3] x", Type{Name: "int32", Array: Fixed, Len: 3}},
		{"bool[<=4] x", Type{Name: "bool", Array: Sequence, Len: 4}},
		{"string<=10 x", Type{Name: "string", StringBound: 10}},
		{"string<=10[<=5] x", Type{Name: "string", StringBound: 10, Array: Sequence, Len: 5}},
		{"Other x", Type{Package: "pkg", Kind: "msg", Name: "Other"}},
		{"std_msgs/Header[2] x", Type{Package: "std_msgs", Kind: "msg", Name: "Header", Array: Fixed, Len: 2}},
		{"std_msgs/msg/Header x", Type{Package: "std_msgs", Kind: "msg", Name: "Header"}},
		{"  byte\t x  # a comment", Type{Name: "byte"}},
	} {
		if got := parseMsg(t, c.text).Fields[0].Type; got != c.want {
			t.Errorf("%q is %+v, want %+v", c.text, got, c.want)
		}
	}
}

func TestTypesPrintAsTheyAreWritten(t *testing.T) {
	text := "string<=10[<=5] a\nint8[3] b\nstd_msgs/Header[] c\n"
	if got := parseMsg(t, text).Text(); got != text {
		t.Errorf("got %q, want %q", got, text)
	}
}

func TestDefaultsAndConstantsBecomeGoLiterals(t *testing.T) {
	m := parseMsg(t, `
		uint8 LOW=0x10
		int16 NEGATIVE = -300
		float32 HALF=0.5
		bool YES=True
		string PLAIN=hello world   # a comment
		string QUOTED="a # in \"quotes\""
		int32 a 5
		float64[3] b [1, 2.5, -3]
		string c "x, y"
		string[] d ["one, two", 'three']
		bool e false
		int8[] f []
		string g`)
	constants := map[string]string{}
	for _, c := range m.Constants {
		constants[c.Name] = c.Value
	}
	wantConstants := map[string]string{
		"LOW": "0x10", "NEGATIVE": "-300", "HALF": "0.5", "YES": "true",
		"PLAIN": `"hello world"`, "QUOTED": `"a # in \"quotes\""`,
	}
	if !reflect.DeepEqual(constants, wantConstants) {
		t.Errorf("constants are %v, want %v", constants, wantConstants)
	}
	want := [][]string{{"5"}, {"1", "2.5", "-3"}, {`"x, y"`}, {`"one, two"`, `"three"`}, {"false"}, nil, nil}
	for i, f := range m.Fields {
		if !reflect.DeepEqual(f.Default, want[i]) {
			t.Errorf("default of %s is %q, want %q", f.Name, f.Default, want[i])
		}
	}
}

func TestCommentsGoToWhatFollowsThem(t *testing.T) {
	m := parseMsg(t, `# The message,
# in two lines.

# Of x,
# in two lines.
int32 x
int32 y  # of y
# of nothing

int32 z
`)
	docs := [][]string{m.Doc, m.Fields[0].Doc, m.Fields[1].Doc, m.Fields[2].Doc}
	want := [][]string{{"The message,", "in two lines."}, {"Of x,", "in two lines."}, {"of y"}, nil}
	if !reflect.DeepEqual(docs, want) {
		t.Errorf("docs are %q, want %q", docs, want)
	}
}

func TestServicesAndActionsBecomeMessages(t *testing.T) {
	for _, c := range []struct {
		kind, text string
		want       []string
	}{
		{"srv", "bool data\n---\nbool success\n", []string{"pkg/srv/Do_Request: bool data", "pkg/srv/Do_Response: bool success"}},
		{"srv", "---", []string{"pkg/srv/Do_Request: ", "pkg/srv/Do_Response: "}},
		{"action", "string a\n---\nint8 b\n---\nOther c\n", []string{
			"pkg/action/Do_Goal: string a", "pkg/action/Do_Result: int8 b", "pkg/action/Do_Feedback: pkg/Other c",
			"pkg/action/Do_SendGoal_Request: unique_identifier_msgs/UUID goal_id, pkg/Do_Goal goal",
			"pkg/action/Do_SendGoal_Response: bool accepted, builtin_interfaces/Time stamp",
			"pkg/action/Do_GetResult_Request: unique_identifier_msgs/UUID goal_id",
			"pkg/action/Do_GetResult_Response: int8 status, pkg/Do_Result result",
			"pkg/action/Do_FeedbackMessage: unique_identifier_msgs/UUID goal_id, pkg/Do_Feedback feedback",
		}},
	} {
		file, err := Parse("pkg", c.kind, "Do", c.text)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, m := range file.Messages {
			fields := strings.ReplaceAll(strings.TrimSuffix(m.Text(), "\n"), "\n", ", ")
			got = append(got, m.TypeName()+": "+fields)
		}
		if !reflect.DeepEqual(got, c.want) {
			t.Errorf("%s: got\n%q, want\n%q", c.kind, got, c.want)
		}
	}
}

func TestErrorsNameFileLineAndReason(t *testing.T) {
	for _, c := range []struct{ kind, text, want string }{
		{"msg", "\nwstring name", "pkg/msg/Do.msg:2: type wstring: wide strings are not supported; use string, which holds UTF-8"},
		{"msg", "float x", `pkg/msg/Do.msg:1: "float" is no type`},
		{"msg", "int32[ x", "pkg/msg/Do.msg:1: type int32[: ] is missing"},
		{"msg", "int32[0] x", `pkg/msg/Do.msg:1: type int32[0]: "0" is no length: a whole number from 1 up is`},
		{"msg", "int32<=3 x", "pkg/msg/Do.msg:1: type int32<=3: only string<=N has a bound, N from 1 up"},
		{"msg", "int32 Name", `pkg/msg/Do.msg:1: "Name" is no field name: lower_snake_case is`},
		{"msg", "int32", `pkg/msg/Do.msg:1: "" is no field name: lower_snake_case is`},
		{"msg", "int32 a\nint8 a", "pkg/msg/Do.msg:2: field a is there twice"},
		{"msg", "uint8 A=1\nuint8 A=2", "pkg/msg/Do.msg:2: constant A is there twice"},
		{"msg", "uint8 A=256", `pkg/msg/Do.msg:1: constant A: "256" is no uint8`},
		{"msg", "float64 A=nan", `pkg/msg/Do.msg:1: constant A: "nan": a float64 constant or default is a finite number`},
		{"msg", "Other A=1", "pkg/msg/Do.msg:1: constant A: only primitive types can be constants, not pkg/Other"},
		{"msg", "int32[2] a [1]", "pkg/msg/Do.msg:1: field a: 1 values do not fit int32[2]"},
		{"msg", "int32[] a 1", "pkg/msg/Do.msg:1: field a: the default of an array is [value, ...], not 1"},
		{"msg", "Other a 1", "pkg/msg/Do.msg:1: field a: pkg/Other is a message: it takes no default"},
		{"msg", `string a "x`, `pkg/msg/Do.msg:1: field a: string "x: the closing quote is missing`},
		{"msg", "string<=2 a xyz", `pkg/msg/Do.msg:1: field a: string "xyz" is longer than 2`},
		{"msg", "---", "pkg/msg/Do.msg:1: too many parts: a msg has 1, divided by ---"},
		{"srv", "bool x", "pkg/srv/Do.srv:1: 1 parts: a srv has 2, divided by ---"},
		{"action", "---\n---\n---", "pkg/action/Do.action:3: too many parts: a action has 3, divided by ---"},
		{"idl", "", "pkg/idl/Do.idl: an interface is a msg, a srv or an action"},
	} {
		_, err := Parse("pkg", c.kind, "Do", c.text)
		if err == nil || err.Error() != c.want {
			t.Errorf("%q: error is %v, want %s", c.text, err, c.want)
		}
	}
	if _, err := Parse("Pkg", "msg", "Do", ""); err == nil {
		t.Error("a package name in capitals was accepted")
	}
}

// What is parsed can be written and is parsed again as the same fields.
func FuzzParse(f *testing.F) {
	f.Add("srv", "# doc\nstring<=3[<=2] a ['x', \"y\"]\n---\nuint8 A=1\nstd_msgs/Header[4] b # c\n")
	f.Add("action", "int32 a -5\n---\n---\nfloat64[] b [1, 2]")
	f.Add("msg", "string A=\"#\\\"\"")
	f.Fuzz(func(t *testing.T, kind, text string) {
		file, err := Parse("pkg", kind, "Type", text)
		if err != nil {
			return
		}
		again, err := Parse("pkg", "msg", "Type", file.Messages[0].Text())
		if err != nil {
			t.Fatalf("%q: %v", file.Messages[0].Text(), err)
		}
		for i, f := range again.Messages[0].Fields {
			if want := file.Messages[0].Fields[i]; f.Name != want.Name || f.Type != want.Type {
				t.Errorf("field %s %s became %s %s", want.Type, want.Name, f.Type, f.Name)
			}
		}
	})
}
