package bag

import (
	"encoding/binary"
	"math/rand/v2"
	"testing"
	"time"

	"hyt/msgs"
	"hyt/msgs/builtin_interfaces"
	"hyt/msgs/sensor_msgs"
)

// All chunks overlap in time, and do not fit into memory at once.
func TestOverlappingChunksAreReadAgainRatherThanHeld(t *testing.T) {
	for name, budget := range map[string]int{"tight": 4000, "less than one chunk": 1} {
		t.Run(name, func(t *testing.T) {
			w, dir := create(t, Options{FlushEvery: -1, ChunkSize: 1500})
			check(t, w.Topic("/image", "sensor_msgs/msg/Image", ""))
			for _, i := range rand.New(rand.NewPCG(3, 4)).Perm(300) {
				check(t, w.Write("/image", payload("/image", i), at(i), at(i)))
			}
			check(t, w.Close())
			r := open(t, dir)
			r.budget = budget
			m := merge{waiting: r.chunks, wanted: only(nil), budget: r.budget}
			defer m.unpack.close()
			for i := 0; m.more(); i++ {
				msg, err := m.next()
				check(t, err)
				if !msg.LogTime.Equal(at(i)) {
					t.Fatalf("message %d is of %v", i, msg.LogTime)
				}
				if held := m.size; held > budget+2*2000 {
					t.Fatalf("%d bytes held with a budget of %d", held, budget)
				}
			}
			if m.size != 0 {
				t.Errorf("%d bytes are still counted", m.size)
			}
		})
	}
}

func TestRecordedKeepsTheOrderOfRecording(t *testing.T) {
	w, dir := create(t, Options{FlushEvery: -1, ChunkSize: 500})
	check(t, w.Topic("/image", "sensor_msgs/msg/Image", ""))
	order := rand.New(rand.NewPCG(5, 6)).Perm(100)
	for _, i := range order {
		check(t, w.Write("/image", payload("/image", i), at(i), at(i)))
	}
	check(t, w.Close())
	n := 0
	for m, err := range open(t, dir).Recorded() {
		check(t, err)
		if !m.LogTime.Equal(at(order[n])) {
			t.Fatalf("message %d is of %v", n, m.LogTime)
		}
		n++
	}
	if n != 100 {
		t.Errorf("%d messages of 100", n)
	}
}

// swapped is an image in big endian, as it comes from another machine.
func swapped(stamp time.Time) []byte {
	data := []byte{0, 0, 0, 0} // encapsulation: CDR, big endian
	for _, n := range []uint32{
		uint32(stamp.Unix()), uint32(stamp.Nanosecond()), 1, 0, // stamp; an empty frame, ended and padded
		1, 2, 6, 'm'<<24 | 'o'<<16 | 'n'<<8 | 'o', '8' << 24, // height, width, encoding
		2, 2, 7<<24 | 8<<16, // step, two pixels
	} {
		data = binary.BigEndian.AppendUint32(data, n)
	}
	return data
}

func TestStampsAreReadInBothByteOrders(t *testing.T) {
	stamp := time.Unix(1_700_000_000, 123_456_789)
	image := &sensor_msgs.Image{}
	image.Header.Stamp = builtin_interfaces.Time{Sec: int32(stamp.Unix()), Nanosec: uint32(stamp.Nanosecond())}
	little := msgs.Marshal(image)
	r := open(t, record(t, 1, noTimer))
	for name, data := range map[string][]byte{"little": little, "big": swapped(stamp)} {
		got, ok := r.HeaderStamp(Message{Type: "sensor_msgs/msg/Image", Data: data})
		if !ok || !got.Equal(stamp) {
			t.Errorf("%s endian: stamp %v, %v", name, got, ok)
		}
	}
	for name, m := range map[string]Message{
		"no header":        {Type: "std_msgs/msg/String", Data: little},
		"an unknown type":  {Type: "odd_msgs/msg/Odd", Data: little},
		"too short":        {Type: "sensor_msgs/msg/Image", Data: little[:11]},
		"another encoding": {Type: "sensor_msgs/msg/Image", Data: append([]byte{0, 7}, little[2:]...)},
	} {
		if _, ok := r.HeaderStamp(m); ok {
			t.Errorf("%s: has a stamp", name)
		}
	}
	var v sensor_msgs.Image
	if err := msgs.Unmarshal(swapped(stamp), &v); err != nil || v.Width != 2 || v.Encoding != "mono8" || !v.Header.Stamp.AsTime().Equal(stamp) {
		t.Errorf("decoded %+v, %v", v, err)
	}
}

// Types that hyt does not know are described by the bag.
func TestDefinitionsComeFromTheBag(t *testing.T) {
	const text = "# a gauge\nint32 MAX=5\nstd_msgs/Header header\nfloat64 value\n"
	o := noTimer
	o.Definition = func(typeName string) (Definition, bool) {
		return Definition{"ros2msg", text}, typeName == "gauge_msgs/msg/Gauge"
	}
	w, dir := create(t, o)
	check(t, w.Topic("/gauge", "gauge_msgs/msg/Gauge", ""))
	check(t, w.Topic("/image", "sensor_msgs/msg/Image", ""))
	data := []byte{0, 1, 0, 0, 7, 0, 0, 0, 9, 0, 0, 0, 1, 0, 0, 0, 0}
	check(t, w.Write("/gauge", data, at(0), at(0)))
	check(t, w.Close())
	r := open(t, dir)
	if d, ok := r.Definition("gauge_msgs/msg/Gauge"); !ok || d != (Definition{"ros2msg", text}) {
		t.Errorf("definition %v, %v", d, ok)
	}
	if stamp, ok := r.HeaderStamp(all(t, r)[0]); !ok || !stamp.Equal(time.Unix(7, 9)) {
		t.Errorf("stamp %v, %v", stamp, ok)
	}
	if d, _ := r.Definition("sensor_msgs/msg/Image"); d.Encoding != "ros2msg" || d.Text == "" {
		t.Errorf("definition %v", d)
	}
}
