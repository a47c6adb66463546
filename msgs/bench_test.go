package msgs_test

import (
	"testing"

	"hyt/msgs"
	"hyt/msgs/cdr"
	"hyt/msgs/sensor_msgs"
)

func vgaImage() *sensor_msgs.Image {
	m := &sensor_msgs.Image{Height: 480, Width: 640, Encoding: "rgb8", Step: 3 * 640, Data: make([]byte, 3*640*480)}
	m.Header.FrameId = "camera_optical_frame"
	return m
}

func splitImage(m msgs.Splitter) (head, tail []byte) {
	w := cdr.NewWriter(nil)
	tail = m.SplitCDR(w)
	return w.Bytes(), tail
}

func TestDecodedImageAliasesItsInput(t *testing.T) {
	data := msgs.Marshal(vgaImage())
	var m sensor_msgs.Image
	if err := msgs.Unmarshal(data, &m); err != nil {
		t.Fatal(err)
	}
	if len(m.Data) != 3*640*480 || &m.Data[len(m.Data)-1] != &data[len(data)-1] {
		t.Error("the pixels were copied")
	}
}

// The bytes allocated an image are a few hundred: the pixels, 921600, are not
// copied.
func BenchmarkDecodeImage640x480(b *testing.B) {
	data := msgs.Marshal(vgaImage())
	b.ReportAllocs()
	var m sensor_msgs.Image
	for b.Loop() {
		if err := msgs.Unmarshal(data, &m); err != nil {
			b.Fatal(err)
		}
	}
}

// Written in two parts, with the head's memory used again.
func BenchmarkEncodeImageSplit(b *testing.B) {
	m := vgaImage()
	var head []byte
	b.ReportAllocs()
	for b.Loop() {
		w := cdr.NewWriter(head[:0])
		m.SplitCDR(w)
		head = w.Bytes()
	}
}

func BenchmarkRoundTripJointState(b *testing.B) {
	m := &sensor_msgs.JointState{Name: []string{"a", "b", "c", "d", "e", "f"}, Position: make([]float64, 6), Velocity: make([]float64, 6)}
	b.ReportAllocs()
	for b.Loop() {
		var got sensor_msgs.JointState
		if err := msgs.Unmarshal(msgs.Marshal(m), &got); err != nil {
			b.Fatal(err)
		}
	}
}
