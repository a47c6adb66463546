package calibcmd

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"hyt/calib/geom"
	"hyt/nodes/handpose"
)

// handPoses knows where the hand was when an image was taken: baseThand.
type handPoses interface {
	// at fails with a sentence without the image's name.
	at(l look) (geom.Pose, error)
}

// poseTable is a file of poses, by image name.
type poseTable map[string]geom.Pose

func (t poseTable) at(l look) (geom.Pose, error) {
	p, ok := t[l.name]
	if !ok {
		return p, errors.New("the poses have no line for it")
	}
	return p, nil
}

// Headers that a file of poses may have.
var (
	byQuaternion = []string{"name", "x", "y", "z", "qx", "qy", "qz", "qw"}
	byAngles     = []string{"name", "x", "y", "z", "roll", "pitch", "yaw"}
)

// readPoses reads a CSV file: a header, then for each image its name and the
// pose of the hand in the base frame, metres, and a quaternion or roll, pitch and
// yaw in radians (URDF's order).
func readPoses(name string) (poseTable, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return parsePoses(f, name)
}

func parsePoses(r io.Reader, name string) (poseTable, error) {
	lines := csv.NewReader(r)
	lines.TrimLeadingSpace, lines.Comment = true, '#'
	header, err := lines.Read()
	if err != nil {
		return nil, fmt.Errorf("%s: no header: %w", name, err)
	}
	if !slices.Equal(header, byQuaternion) && !slices.Equal(header, byAngles) {
		return nil, fmt.Errorf("%s: the first line is %q: write %q or %q", name, strings.Join(header, ","), strings.Join(byQuaternion, ","), strings.Join(byAngles, ","))
	}
	t := poseTable{}
	for {
		fields, err := lines.Read()
		if err == io.EOF {
			break
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		line, _ := lines.FieldPos(0)
		p, err := parsePose(fields[1:])
		if err != nil {
			return nil, fmt.Errorf("%s, line %d: %w", name, line, err)
		}
		if _, twice := t[fields[0]]; twice {
			return nil, fmt.Errorf("%s, line %d: %s has a pose already", name, line, fields[0])
		}
		t[fields[0]] = p
	}
	if len(t) == 0 {
		return nil, fmt.Errorf("%s holds no poses", name)
	}
	return t, nil
}

// maxReach is how far from its base a hand may be, in metres: beyond, someone
// wrote millimetres.
const maxReach = 20

func parsePose(fields []string) (geom.Pose, error) {
	v := make([]float64, len(fields))
	for i, s := range fields {
		var err error
		if v[i], err = strconv.ParseFloat(s, 64); err != nil || math.IsNaN(v[i]) || math.IsInf(v[i], 0) {
			return geom.Pose{}, fmt.Errorf("%q is no number", s)
		}
	}
	p := geom.Pose{T: geom.Vec{v[0], v[1], v[2]}}
	if p.T.Norm() > maxReach {
		return p, fmt.Errorf("the hand is %.0f m from its base: write metres, not millimetres", p.T.Norm())
	}
	if len(v) == 6 {
		if most := max(math.Abs(v[3]), math.Abs(v[4]), math.Abs(v[5])); most > 2*math.Pi+0.01 {
			return p, fmt.Errorf("an angle of %g rad is more than a turn: write radians, not degrees", most)
		}
		p.R = geom.FromRPY(v[3], v[4], v[5])
		return p, nil
	}
	var err error
	p.R, err = geom.Quat{W: v[6], X: v[3], Y: v[4], Z: v[5]}.Mat()
	return p, err
}

// poseTrack is what a bag says of the hand, by time.
type poseTrack []handpose.Point

const (
	// stillFor is how long before and after an image the hand must rest: clocks of
	// cameras and robots differ, and images of a moving board are blurred.
	stillFor = 150 * time.Millisecond
	// A hand rests that moves less than this.
	stillMetres, stillRadians = 5e-4, 1e-3
)

func (t poseTrack) at(l look) (geom.Pose, error) {
	from, _ := slices.BinarySearchFunc(t, l.stamp.Add(-stillFor), handpose.Point.Compare)
	to, _ := slices.BinarySearchFunc(t, l.stamp.Add(stillFor), handpose.Point.Compare)
	near := t[from:to]
	if len(near) < 2 || near[0].Stamp.After(l.stamp) || near[len(near)-1].Stamp.Before(l.stamp) {
		return geom.Pose{}, fmt.Errorf("the hand's pose is not known %v before and after it", stillFor)
	}
	best := near[0]
	for _, p := range near {
		d := near[0].Pose.Inv().Mul(p.Pose)
		if d.T.Norm() > stillMetres || d.R.Angle() > stillRadians {
			return geom.Pose{}, fmt.Errorf("the hand was moving (%.1f mm, %.2f° within %v)", 1e3*d.T.Norm(), d.R.Angle()*180/math.Pi, 2*stillFor)
		}
		if p.Stamp.Sub(l.stamp).Abs() < best.Stamp.Sub(l.stamp).Abs() {
			best = p
		}
	}
	return best.Pose, nil
}
