// Package tf reads and writes files of static transforms, and connects frames
// through them. A file is what `ros2 topic echo /tf_static` prints and `ros2 topic
// pub` takes: tf2_msgs/msg/TFMessage as YAML.
package tf

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"

	"hyt/calib/geom"
	"hyt/msgs/geometry_msgs"
)

// maxReach is how far apart two frames of a robot may be, in metres: beyond,
// someone wrote millimetres.
const maxReach = 100

// Format is the file of the transforms.
func Format(ts []geometry_msgs.TransformStamped) []byte {
	var b bytes.Buffer
	b.WriteString("# tf2_msgs/msg/TFMessage for /tf_static: metres, quaternions.\ntransforms:\n")
	for _, t := range ts {
		v, q := t.Transform.Translation, t.Transform.Rotation
		fmt.Fprintf(&b, "- header:\n    frame_id: %s\n  child_frame_id: %s\n  transform:\n", t.Header.FrameId, t.ChildFrameId)
		fmt.Fprintf(&b, "    translation: {x: %.9g, y: %.9g, z: %.9g}\n    rotation: {x: %.12g, y: %.12g, z: %.12g, w: %.12g}\n", v.X, v.Y, v.Z, q.X, q.Y, q.Z, q.W)
	}
	return b.Bytes()
}

// entry is a transform as a file has it. Instead of transform it may have matrix:
// 16 numbers row by row, as other calibration tools print.
type entry struct {
	Header struct {
		FrameID string `yaml:"frame_id"`
	}
	Child     string `yaml:"child_frame_id"`
	Transform *struct {
		Translation struct{ X, Y, Z *float64 }
		Rotation    struct{ X, Y, Z, W *float64 }
	}
	Matrix []float64
}

// Parse reads a file of transforms, one or several YAML documents. Errors name the
// frames: a left-handed or scaled rotation, a missing number, a name left out.
func Parse(data []byte) (Tree, error) {
	tree := Tree{links: map[string]link{}}
	docs := yaml.NewDecoder(bytes.NewReader(data))
	for {
		var doc struct{ Transforms []entry }
		err := docs.Decode(&doc)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return Tree{}, fmt.Errorf("transforms: %s", strings.ReplaceAll(err.Error(), "\n", ""))
		}
		for _, e := range doc.Transforms {
			p, err := e.pose()
			if err != nil {
				return Tree{}, fmt.Errorf("transform from %q to %q: %w", e.Header.FrameID, e.Child, err)
			}
			if err := tree.add(e.Header.FrameID, e.Child, p); err != nil {
				return Tree{}, err
			}
		}
	}
	if len(tree.links) == 0 {
		return Tree{}, errors.New("there are no transforms in it: want the YAML of a tf2_msgs/msg/TFMessage, as hyt calib handeye --out mount.yaml writes it")
	}
	return tree, nil
}

func (e *entry) pose() (p geom.Pose, err error) {
	switch {
	case e.Header.FrameID == "" || e.Child == "":
		return p, errors.New("header.frame_id and child_frame_id must both be there")
	case e.Transform == nil && e.Matrix == nil:
		return p, errors.New("neither transform nor matrix is there")
	case e.Transform != nil && e.Matrix != nil:
		return p, errors.New("transform and matrix are both there: which one counts?")
	case e.Matrix != nil:
		p, err = fromMatrix(e.Matrix)
	default:
		t, r := e.Transform.Translation, e.Transform.Rotation
		if slices.Contains([]*float64{t.X, t.Y, t.Z, r.X, r.Y, r.Z, r.W}, nil) {
			return p, errors.New("translation wants x y z, and rotation x y z w")
		}
		p, err = geom.FromMessage(geometry_msgs.Transform{
			Translation: geometry_msgs.Vector3{X: *t.X, Y: *t.Y, Z: *t.Z},
			Rotation:    geometry_msgs.Quaternion{X: *r.X, Y: *r.Y, Z: *r.Z, W: *r.W},
		})
	}
	if err == nil {
		err = p.Check()
	}
	if err == nil && p.T.Norm() > maxReach {
		err = fmt.Errorf("its frames are %.0f m apart: write metres, not millimetres", p.T.Norm())
	}
	return p, err
}

func fromMatrix(m []float64) (p geom.Pose, err error) {
	if len(m) != 16 {
		return p, fmt.Errorf("matrix has %d numbers, want 16, row by row", len(m))
	}
	if last := [4]float64(m[12:]); last != [4]float64{0, 0, 0, 1} {
		return p, fmt.Errorf("the last row of matrix is %v, want 0 0 0 1: is it written column by column?", last)
	}
	for i := range 3 {
		copy(p.R[i][:], m[4*i:])
		p.T[i] = m[4*i+3]
	}
	// Tools print six digits: what they cut off is no flaw.
	if p.R.CheckRotation() == nil {
		p.R = geom.Nearest(p.R)
	}
	return p, nil
}

// Load reads the file at path.
func Load(path string) (Tree, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return Tree{}, err
	}
	t, err := Parse(data)
	if err != nil {
		return Tree{}, fmt.Errorf("%s: %w", path, err)
	}
	return t, nil
}
