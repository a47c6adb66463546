package msgs_test

import (
	"bytes"
	"encoding/hex"
	"reflect"
	"strings"
	"testing"

	"hyt/msgs"
	"hyt/msgs/builtin_interfaces"
	"hyt/msgs/geometry_msgs"
	"hyt/msgs/sensor_msgs"
	"hyt/msgs/std_msgs"
	"hyt/msgs/std_srvs"
	"hyt/msgs/tf2_msgs"
	"hyt/msgs/types"
)

var stamp = builtin_interfaces.Time{Sec: 1, Nanosec: 2}

// golden holds messages and their bodies, worked out by hand from the rules of
// XCDR1. Each line is: little endian | big endian # what it is. Where both byte
// orders agree there is one column.
var golden = []struct {
	message msgs.Message
	body    string
}{
	{&std_msgs.Header{Stamp: stamp, FrameId: "cam"}, `
		01000000 | 00000001          # stamp.sec
		02000000 | 00000002          # stamp.nanosec
		04000000 | 00000004          # frame_id: 4 bytes, the closing zero included
		63616d00                     # "cam"`},
	{&sensor_msgs.Image{
		Header: std_msgs.Header{Stamp: stamp, FrameId: "cam"}, Height: 2, Width: 1,
		Encoding: "rgb8", Step: 3, Data: []byte{1, 2, 3, 4, 5, 6},
	}, `
		01000000 | 00000001          # 0: header
		02000000 | 00000002
		04000000 | 00000004
		63616d00
		02000000 | 00000002          # 16: height
		01000000 | 00000001          # 20: width
		05000000 | 00000005          # 24: encoding
		7267623800                   # 28: "rgb8"
		00                           # 33: is_bigendian
		0000                         # 34: padding
		03000000 | 00000003          # 36: step
		06000000 | 00000006          # 40: data
		010203040506`},
	{&sensor_msgs.JointState{
		Header: std_msgs.Header{Stamp: stamp}, Name: []string{"abcd", "b"},
		Position: []float64{0.5, -1}, Effort: []float64{2},
	}, `
		01000000 | 00000001          # 0: header
		02000000 | 00000002
		01000000 | 00000001          # 8: frame_id: only the closing zero
		00 000000                    # and padding
		02000000 | 00000002          # 16: two names
		05000000 | 00000005
		6162636400 000000            # 24: "abcd", padding
		02000000 | 00000002
		6200 0000                    # 36: "b", padding
		02000000 | 00000002          # 40: two positions
		00000000                     # 44: padding to a multiple of 8
		000000000000e03f | 3fe0000000000000
		000000000000f0bf | bff0000000000000
		00000000                     # 64: no velocities, hence no padding for them
		01000000 | 00000001          # 68: one effort
		0000000000000040 | 4000000000000000`},
	{&std_msgs.Float64MultiArray{
		Layout: std_msgs.MultiArrayLayout{Dim: []std_msgs.MultiArrayDimension{{Label: "k", Size: 2, Stride: 2}}},
		Data:   []float64{1, -0.5},
	}, `
		01000000 | 00000001          # 0: one dimension
		02000000 | 00000002
		6b00 0000                    # 8: "k", padding
		02000000 | 00000002          # 12: size
		02000000 | 00000002          # 16: stride
		00000000                     # 20: data_offset
		02000000 | 00000002          # 24: two elements
		00000000                     # 28: padding
		000000000000f03f | 3ff0000000000000
		000000000000e0bf | bfe0000000000000`},
	{&tf2_msgs.TFMessage{Transforms: []geometry_msgs.TransformStamped{{
		Header: std_msgs.Header{Stamp: stamp, FrameId: "w"}, ChildFrameId: "b",
		Transform: geometry_msgs.Transform{
			Translation: geometry_msgs.Vector3{X: 1, Y: 2, Z: 3}, Rotation: *geometry_msgs.NewQuaternion(),
		},
	}}}, `
		01000000 | 00000001          # 0: one transform
		01000000 | 00000001          # 4: stamp: a struct is aligned as its members are
		02000000 | 00000002
		02000000 | 00000002
		7700 0000                    # 16: "w", padding
		02000000 | 00000002
		6200 000000000000            # 24: "b", padding to 32
		000000000000f03f | 3ff0000000000000
		0000000000000040 | 4000000000000000
		0000000000000840 | 4008000000000000
		0000000000000000             # rotation: x
		0000000000000000
		0000000000000000
		000000000000f03f | 3ff0000000000000`},
	{&std_srvs.EmptyRequest{}, `00   # the byte that stands for a struct without members`},
	{&std_srvs.SetBoolResponse{Success: true, Message: "on"}, `
		01 000000                    # success, padding
		03000000 | 00000003
		6f6e00`},
}

// columns reads a golden body into its little-endian and big-endian messages.
func columns(t *testing.T, body string) (little, big []byte) {
	t.Helper()
	little, big = []byte{0, 1, 0, 0}, []byte{0, 0, 0, 0}
	for line := range strings.Lines(body) {
		line, _, _ = strings.Cut(line, "#")
		left, right, two := strings.Cut(strings.Join(strings.Fields(line), ""), "|")
		if !two {
			right = left
		}
		l, err := hex.DecodeString(left)
		b, err2 := hex.DecodeString(right)
		if err != nil || err2 != nil {
			t.Fatalf("bad golden line %q", line)
		}
		little, big = append(little, l...), append(big, b...)
	}
	return little, big
}

func TestGoldenBytes(t *testing.T) {
	for _, c := range golden {
		t.Run(c.message.TypeName(), func(t *testing.T) {
			little, big := columns(t, c.body)
			if got := msgs.Marshal(c.message); !bytes.Equal(got, little) {
				t.Errorf("wrote\n%x, want\n%x", got, little)
			}
			for order, data := range map[string][]byte{"little": little, "big": big} {
				got, _ := types.New(c.message.TypeName())
				if err := msgs.Unmarshal(data, got); err != nil {
					t.Errorf("%s endian: %v", order, err)
				} else if !reflect.DeepEqual(got, c.message) {
					t.Errorf("%s endian: read %+v, want %+v", order, got, c.message)
				}
			}
		})
	}
}

func TestSplitIsTheWholeMessageInTwo(t *testing.T) {
	image := golden[1].message.(*sensor_msgs.Image)
	head, tail := splitImage(image)
	if &tail[0] != &image.Data[0] {
		t.Error("the pixels were copied")
	}
	if got := append(head, tail...); !bytes.Equal(got, msgs.Marshal(image)) {
		t.Errorf("head and tail are %x, want %x", got, msgs.Marshal(image))
	}
}
