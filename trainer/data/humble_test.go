package data

import (
	"os"
	"path/filepath"
	"testing"
)

// humble takes what the real bags have: pictures of 4x4, poses, instructions.
const humble = `
rate: 10
chunk: 2
frame: ""
topics:
  - {topic: /image, role: image, name: image, width: 4, height: 4}
  - topic: /ee_pose
    role: proprio
    tolerance: 50ms
    features: [{name: x, field: pose.position.x, unit: m}]
  - {topic: /ee_pose, role: action, kind: difference, features: [{name: x, field: pose.position.x, unit: m}]}
  - {topic: /instruction, role: instruction}
`

// Byte j of picture i is i+j, and x is i: see msgs/bag/testdata.
func TestRealBagsOfEveryStorageAndCompressionBecomeSamples(t *testing.T) {
	root := "../../msgs/bag/testdata/humble"
	bags, err := os.ReadDir(root)
	check(t, err)
	if len(bags) != 10 {
		t.Fatalf("%d bags in %s", len(bags), root)
	}
	c := by(t, humble, "")
	for _, b := range bags {
		t.Run(b.Name(), func(t *testing.T) {
			set, report := load(t, c, filepath.Join(root, b.Name()))
			if set.Len() < 5 || len(report.Bags[0].Problems) > 0 {
				t.Fatalf("%d samples: %s", set.Len(), report.String())
			}
			for i := range set.Len() {
				s := set.At(i)
				if x := s.Proprio[0]; s.Image[0] != byte(x) || s.Image[5] != byte(x)+5 {
					t.Errorf("picture %d is matched with pose %v", s.Image[0], x)
				}
				if len(s.Instruction) < len("touch the red cube 0") {
					t.Errorf("instruction %q", s.Instruction)
				}
			}
		})
	}
}
