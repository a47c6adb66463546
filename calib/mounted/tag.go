package mounted

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"hyt/calib/geom"
	"hyt/calib/tf"
	"hyt/calib/view"
)

// tagPrefix begins the frame of a tag, as apriltag_ros names them: "tag36h11:3".
const tagPrefix = "tag36h11:"

// TagFrame is the name of a tag's frame. The frame lies in the tag's middle: x to
// the right and y down as it is printed, z into the wall behind it.
func TagFrame(id int) string { return tagPrefix + strconv.Itoa(id) }

// Tag is an AprilTag that stands still.
type Tag struct {
	ID      int
	Corners [4]geom.Vec // in the base frame, metres: upper left, upper right, lower right, lower left
}

// NewTag is a tag of the given side (over its black border, metres) at baseTtag.
func NewTag(id int, side float64, p geom.Pose) Tag {
	h := side / 2
	t := Tag{ID: id}
	for i, c := range [4]geom.Vec{{-h, -h, 0}, {h, -h, 0}, {h, h, 0}, {-h, h, 0}} {
		t.Corners[i] = p.Apply(c)
	}
	return t
}

// LoadTags reads the tags of a file of transforms, by their ids; nil without an
// error where no file is given.
func LoadTags(from string, side float64, base string) ([]Tag, error) {
	name, err := path("calib_tags_url", from)
	if err != nil || name == "" {
		return nil, err
	}
	tree, err := tf.Load(name)
	if err != nil {
		return nil, fmt.Errorf("calib_tags_url: %w; hyt calib tags makes it", err)
	}
	var tags []Tag
	for _, m := range tree.Messages() {
		number, ok := strings.CutPrefix(m.ChildFrameId, tagPrefix)
		if !ok {
			continue
		}
		id, err := strconv.Atoi(number)
		if err != nil || id < 0 {
			return nil, fmt.Errorf("calib_tags_url: %s: frame %q is no tag: want %sID", name, m.ChildFrameId, tagPrefix)
		}
		p, err := tree.Lookup(base, m.ChildFrameId)
		if err != nil {
			return nil, fmt.Errorf("calib_tags_url: %s: %w (parameter base_frame)", name, err)
		}
		tags = append(tags, NewTag(id, side, p))
	}
	if len(tags) == 0 {
		return nil, fmt.Errorf("calib_tags_url: %s has no frame called %sID; there is %s", name, tagPrefix, tree)
	}
	slices.SortFunc(tags, func(a, b Tag) int { return a.ID - b.ID })
	return tags, nil
}

// SeeTag is where the camera should see a tag's corners. The error says why it
// cannot: out of the image, or from behind.
func (c *Camera) SeeTag(t Tag) (px [4]view.Point2, err error) {
	if err := c.placed(); err != nil {
		return px, err
	}
	for i, p := range t.Corners {
		var ok bool
		if px[i], ok = c.See(p); !ok {
			return px, fmt.Errorf("the camera cannot see tag %d: by calibration it is out of the image", t.ID)
		}
	}
	if area(px) <= 0 {
		return px, fmt.Errorf("by calibration the camera sees tag %d from behind: its z must point into what it is glued to, and its frame be right-handed", t.ID)
	}
	return px, nil
}

// area is positive for corners that go round clockwise in an image.
func area(p [4]view.Point2) (sum float64) {
	for i, a := range p {
		b := p[(i+1)%4]
		sum += a.X*b.Y - b.X*a.Y
	}
	return sum / 2
}
