package field

import (
	"encoding/binary"
	"math"
	"strings"
	"testing"

	"hyt/msgs"
	"hyt/msgs/bag"
	"hyt/msgs/geometry_msgs"
	"hyt/msgs/sensor_msgs"
	"hyt/msgs/std_msgs"
	"hyt/msgs/tf2_msgs"
)

// gripperMsg is a type that hyt was not built with.
const gripperMsg = `# A hand
std_msgs/Header header
bool closed
string<=8 maker
float32[] forces
geometry_msgs/Pose[2] fingers   # left, right
string[] joints
float64[] angles
Nothing nothing
uint16 code
================================================================================
MSG: std_msgs/Header
builtin_interfaces/Time stamp
string frame_id
================================================================================
MSG: builtin_interfaces/Time
int32 sec
uint32 nanosec
================================================================================
MSG: geometry_msgs/Pose
Point position
Quaternion orientation
================================================================================
MSG: geometry_msgs/Point
float64 x
float64 y
float64 z
================================================================================
MSG: geometry_msgs/Quaternion
float64 x
float64 y
float64 z
float64 w
================================================================================
MSG: acme_msgs/Nothing
`

// gripperIDL is the same type as rosidl writes it in IDL.
const gripperIDL = `================================================================================
IDL: acme_msgs/msg/Gripper
// generated from rosidl_adapter/resource/msg.idl.em
#include "geometry_msgs/msg/Pose.idl"
module acme_msgs {
  module msg {
    typedef geometry_msgs::msg::Pose geometry_msgs__msg__Pose__2[2];
    module Gripper_Constants {
      const uint8 OPEN = 1;
    };
    @verbatim (language="comment", text=
      "A hand; with \"quotes\" and { braces }")
    struct Gripper {
      std_msgs::msg::Header header;
      @default (value=FALSE)
      boolean closed;
      string<8> maker;
      sequence<float> forces;
      @unit (value="m") geometry_msgs__msg__Pose__2 fingers;
      sequence<string> joints;
      sequence<double, 9> angles;
      acme_msgs::msg::Nothing nothing;
      unsigned short code;
    };
    struct Nothing { uint8 structure_needs_at_least_one_member; };
  };
};
================================================================================
IDL: std_msgs/msg/Header
module std_msgs { module msg { struct Header { builtin_interfaces::msg::Time stamp; string frame_id; }; }; };
================================================================================
IDL: builtin_interfaces/msg/Time
module builtin_interfaces { module msg { struct Time { long sec; unsigned long nanosec; }; }; };
================================================================================
IDL: geometry_msgs/msg/Pose
module geometry_msgs { module msg {
  struct Point { double x; double y; double z; };
  struct Quaternion { double x; double y; double z; double w; };
  struct Pose { geometry_msgs::msg::Point position; geometry_msgs::msg::Quaternion orientation; };
}; };
`

// gripper writes such a message. order is its byte order.
func gripper(order binary.ByteOrder) []byte {
	w := writer{order: order, data: []byte{0, 0, 0, 0}}
	if order == binary.LittleEndian {
		w.data[1] = 1
	}
	w.u32(17)
	w.u32(5)
	w.text("wrist")
	w.data = append(w.data, 1) // closed
	w.text("acme")
	w.u32(1) // forces
	w.u32(math.Float32bits(0.5))
	for i := range 14 { // two poses
		w.f64(float64(i))
	}
	w.u32(2)
	w.text("shoulder")
	w.text("elbow")
	w.u32(2)
	w.f64(0.25)
	w.f64(-1.5)
	w.data = append(w.data, 0) // nothing
	w.align(2)
	code := make([]byte, 2)
	order.PutUint16(code, 4711)
	return append(w.data, code...)
}

type writer struct {
	order binary.ByteOrder
	data  []byte
}

func (o *writer) align(n int) {
	for (len(o.data)-4)%n != 0 {
		o.data = append(o.data, 0)
	}
}

func (o *writer) u32(v uint32) {
	o.align(4)
	b := make([]byte, 4)
	o.order.PutUint32(b, v)
	o.data = append(o.data, b...)
}

func (o *writer) f64(v float64) {
	o.align(8)
	b := make([]byte, 8)
	o.order.PutUint64(b, math.Float64bits(v))
	o.data = append(o.data, b...)
}

func (o *writer) text(s string) {
	o.u32(uint32(len(s) + 1))
	o.data = append(append(o.data, s...), 0)
}

func schema(t testing.TB, d bag.Definition, typeName string) *Schema {
	t.Helper()
	s, err := Parse(typeName, d)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestNumbersOfACustomTypeInBothFormsAndByteOrders(t *testing.T) {
	for form, d := range map[string]bag.Definition{"msg": {Encoding: "ros2msg", Text: gripperMsg}, "idl": {Encoding: "ros2idl", Text: gripperIDL}} {
		s := schema(t, d, "acme_msgs/msg/Gripper")
		for _, order := range []binary.ByteOrder{binary.LittleEndian, binary.BigEndian} {
			for path, want := range map[string]float64{
				"header.stamp.nanosec":     5,
				"closed":                   1,
				"forces[0]":                0.5,
				"fingers[1].position.y":    8,
				"fingers[0].orientation.w": 6,
				"angles[name=elbow]":       math.NaN(), // no such field
				"angles[joints=elbow]":     -1.5,
				"angles[joints=shoulder]":  0.25,
				"angles[1]":                -1.5,
				"code":                     4711,
			} {
				p, err := s.Number(path)
				if math.IsNaN(want) {
					if err == nil {
						t.Errorf("%s: compiles %s", form, path)
					}
					continue
				}
				if err != nil {
					t.Errorf("%s: %v", form, err)
					continue
				}
				if v, ok, err := p.Number(gripper(order)); v != want || !ok || err != nil {
					t.Errorf("%s, %v: %s is %v, %v, %v; want %v", form, order, path, v, ok, err, want)
				}
			}
			frame, err := s.Text("header.frame_id")
			if err != nil {
				t.Fatal(err)
			}
			if text, ok, err := frame.Text(gripper(order)); text != "wrist" || !ok || err != nil {
				t.Errorf("%s: frame %q, %v, %v", form, text, ok, err)
			}
		}
	}
}

func TestMessagesWithoutTheElementSayNothing(t *testing.T) {
	s := schema(t, bag.Definition{Encoding: "ros2msg", Text: gripperMsg}, "acme_msgs/msg/Gripper")
	for _, path := range []string{"angles[joints=wrist]", "angles[2]", "forces[7]"} {
		p, err := s.Number(path)
		if err != nil {
			t.Fatal(err)
		}
		if v, ok, err := p.Number(gripper(binary.LittleEndian)); ok || err != nil {
			t.Errorf("%s: %v, %v, %v; want nothing", path, v, ok, err)
		}
	}
}

func TestKnownTypesAreReadAsTheGeneratedCodeReadsThem(t *testing.T) {
	number := func(m msgs.Message, path string) float64 {
		t.Helper()
		text, err := msgs.Definition(m.TypeName())
		if err != nil {
			t.Fatal(err)
		}
		p, err := schema(t, bag.Definition{Encoding: "ros2msg", Text: text}, m.TypeName()).Number(path)
		if err != nil {
			t.Fatal(err)
		}
		v, ok, err := p.Number(msgs.Marshal(m))
		if !ok || err != nil {
			t.Fatalf("%s: %v, %v", path, ok, err)
		}
		return v
	}
	joints := &sensor_msgs.JointState{Name: []string{"a", "bc"}, Position: []float64{1, 2}, Effort: []float64{3, 4}}
	tool := geometry_msgs.TransformStamped{Header: std_msgs.Header{FrameId: "base"}, ChildFrameId: "tool"}
	tool.Transform.Translation.Z = 7
	frames := &tf2_msgs.TFMessage{Transforms: []geometry_msgs.TransformStamped{{ChildFrameId: "wheel"}, tool}}
	for _, c := range []struct{ got, want float64 }{
		{number(joints, "effort[name=bc]"), 4},
		{number(joints, "position[1]"), 2},
		{number(frames, "transforms[child_frame_id=tool].transform.translation.z"), 7},
		{number(&std_msgs.Bool{Data: true}, "data"), 1},
	} {
		if c.got != c.want {
			t.Errorf("%v, want %v", c.got, c.want)
		}
	}
}

func TestWrongPathsSayWhatWouldFit(t *testing.T) {
	s := schema(t, bag.Definition{Encoding: "ros2msg", Text: gripperMsg}, "acme_msgs/msg/Gripper")
	for path, want := range map[string]string{
		"fingers[0].positon.x":   `has no field "positon": it has position, orientation`,
		"fingers.position.x":     "fingers is an array: say which element, such as fingers[0]",
		"fingers[2].position.x":  "fingers has 2 elements, counted from 0",
		"code[1]":                "code is no array",
		"code.more":              "nothing is inside of a uint16",
		"fingers[0].position":    "is a geometry_msgs/Point, not a number",
		"maker":                  "is a string<=8, not a number",
		"angles[forces=3]":       "forces cannot tell the elements of angles apart",
		"angles[":                `"angles[" is no field`,
		"":                       `"" is no field`,
		"fingers[header=x].code": `has no field "header"`,
	} {
		if _, err := s.Number(path); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", path, err, want)
		}
	}
}

func TestDefinitionsThatCannotBeReadSayWhy(t *testing.T) {
	for name, c := range map[string]struct {
		d    bag.Definition
		want string
	}{
		"none":         {bag.Definition{}, "the bag holds no definition of a_msgs/msg/A"},
		"protobuf":     {bag.Definition{Encoding: "protobuf", Text: "?"}, `is in "protobuf"`},
		"a part":       {bag.Definition{Encoding: "ros2msg", Text: "b_msgs/B b"}, "b_msgs/msg/B is not defined in it"},
		"itself":       {bag.Definition{Encoding: "ros2msg", Text: "A a"}, "a_msgs/msg/A holds itself"},
		"nonsense":     {bag.Definition{Encoding: "ros2msg", Text: "a b c d"}, "a b c d"},
		"cut idl":      {bag.Definition{Encoding: "ros2idl", Text: "module a_msgs { module msg { struct A { double x;"}, "it breaks off"},
		"nonsense idl": {bag.Definition{Encoding: "ros2idl", Text: "interface A {};"}, `"interface" is neither`},
		"wide idl":     {bag.Definition{Encoding: "ros2idl", Text: "module a_msgs { module msg { struct A { wstring w; }; }; };"}, `"wstring" is no type`},
	} {
		if _, err := Parse("a_msgs/msg/A", c.d); err == nil || !strings.Contains(err.Error(), c.want) && name != "nonsense" {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
}

func TestCutMessagesAreErrors(t *testing.T) {
	s := schema(t, bag.Definition{Encoding: "ros2msg", Text: gripperMsg}, "acme_msgs/msg/Gripper")
	p, err := s.Number("code")
	if err != nil {
		t.Fatal(err)
	}
	whole := gripper(binary.LittleEndian)
	for n := range whole {
		if v, ok, err := p.Number(whole[:n]); ok && err == nil {
			t.Errorf("the first %d of %d bytes give %v", n, len(whole), v)
		}
	}
}

func TestFindingANumberAllocatesNothing(t *testing.T) {
	s := schema(t, bag.Definition{Encoding: "ros2msg", Text: gripperMsg}, "acme_msgs/msg/Gripper")
	p, err := s.Number("angles[joints=elbow]")
	if err != nil {
		t.Fatal(err)
	}
	data := gripper(binary.LittleEndian)
	if n := testing.AllocsPerRun(100, func() { _, _, _ = p.Number(data) }); n > 2 { // the reader, and its copy
		t.Errorf("%v allocations", n)
	}
}
