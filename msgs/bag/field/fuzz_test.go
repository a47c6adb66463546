package field

import (
	"encoding/binary"
	"testing"

	"hyt/msgs/bag"
)

func FuzzNumber(f *testing.F) {
	f.Add(gripper(binary.LittleEndian))
	f.Add(gripper(binary.BigEndian))
	s := schema(f, bag.Definition{Encoding: "ros2msg", Text: gripperMsg}, "acme_msgs/msg/Gripper")
	var paths []*Path
	for _, path := range []string{"code", "angles[joints=elbow]", "fingers[1].position.y"} {
		p, err := s.Number(path)
		if err != nil {
			f.Fatal(err)
		}
		paths = append(paths, p)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		for _, p := range paths {
			if _, ok, err := p.Number(data); ok && err != nil {
				t.Errorf("%s: a value and an error: %v", p, err)
			}
		}
	})
}

func FuzzParse(f *testing.F) {
	f.Add(gripperMsg, false)
	f.Add(gripperIDL, true)
	f.Fuzz(func(t *testing.T, text string, idl bool) {
		d := bag.Definition{Encoding: "ros2msg", Text: text}
		if idl {
			d.Encoding = "ros2idl"
		}
		s, err := Parse("acme_msgs/msg/Gripper", d)
		if err != nil {
			return
		}
		if p, err := s.Number("code"); err == nil {
			_, _, _ = p.Number(gripper(binary.LittleEndian))
		}
	})
}
