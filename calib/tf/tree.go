package tf

import (
	"fmt"
	"slices"
	"strings"

	"hyt/calib/geom"
	"hyt/msgs/geometry_msgs"
	"hyt/msgs/std_msgs"
	"hyt/msgs/tf2_msgs"
)

// Tree is a set of frames, each but the roots with a parent. It is read only.
type Tree struct {
	links map[string]link // by child
	order []string        // children as they came
}

type link struct {
	parent string
	pose   geom.Pose // parentTchild
}

// add refuses a second parent and a circle.
func (t *Tree) add(parent, child string, p geom.Pose) error {
	parent, child = strings.TrimPrefix(parent, "/"), strings.TrimPrefix(child, "/")
	if l, ok := t.links[child]; ok {
		if l.parent == parent {
			return fmt.Errorf("the transform from %q to %q is there twice", parent, child)
		}
		return fmt.Errorf("frame %q has two parents, %q and %q", child, l.parent, parent)
	}
	for at := parent; ; {
		if at == child {
			return fmt.Errorf("the transform from %q to %q closes a circle", parent, child)
		}
		l, ok := t.links[at]
		if !ok {
			break
		}
		at = l.parent
	}
	t.links[child] = link{parent, p}
	t.order = append(t.order, child)
	return nil
}

// root is the frame above all others of one frame's tree, and rootTframe.
func (t Tree) root(frame string) (string, geom.Pose) {
	p := geom.Still
	for {
		l, ok := t.links[frame]
		if !ok {
			return frame, p
		}
		frame, p = l.parent, l.pose.Mul(p)
	}
}

// Lookup returns fromTto: where frame to is in frame from. The error lists what
// the tree holds when it does not connect the two.
func (t Tree) Lookup(from, to string) (geom.Pose, error) {
	a, fromPose := t.root(from)
	b, toPose := t.root(to)
	if a != b {
		return geom.Pose{}, fmt.Errorf("no transform connects frame %q with %q; there is %s", from, to, t)
	}
	return fromPose.Inv().Mul(toPose), nil
}

// Has tells whether a frame is known.
func (t Tree) Has(frame string) bool {
	_, child := t.links[frame]
	return child || slices.ContainsFunc(t.order, func(c string) bool { return t.links[c].parent == frame })
}

// String lists the links: "base_link to camera_link, camera_link to …".
func (t Tree) String() string {
	var each []string
	for _, child := range t.order {
		each = append(each, t.links[child].parent+" to "+child)
	}
	return strings.Join(each, ", ")
}

// Messages are the transforms as they came, without a stamp: static ones.
func (t Tree) Messages() (ts []geometry_msgs.TransformStamped) {
	for _, child := range t.order {
		l := t.links[child]
		ts = append(ts, geometry_msgs.TransformStamped{
			Header: std_msgs.Header{FrameId: l.parent}, ChildFrameId: child, Transform: l.pose.Message(),
		})
	}
	return ts
}

// NewTree has no frames; Update fills it.
func NewTree() Tree { return Tree{links: map[string]link{}} }

// Update takes the transforms of a message, newer ones in the place of older. told
// says whether it moved anything between the frames from and to.
func (t *Tree) Update(m *tf2_msgs.TFMessage, from, to string) (told bool, err error) {
	for _, s := range m.Transforms {
		p, err := geom.FromMessage(s.Transform)
		if err != nil {
			return false, fmt.Errorf("transform from %q to %q: %w", s.Header.FrameId, s.ChildFrameId, err)
		}
		parent, child := strings.TrimPrefix(s.Header.FrameId, "/"), strings.TrimPrefix(s.ChildFrameId, "/")
		if l, ok := t.links[child]; ok && l.parent == parent {
			t.links[child] = link{parent, p}
		} else if err := t.add(parent, child, p); err != nil {
			return false, err
		}
		told = told || t.above(from, child) || t.above(to, child)
	}
	return told, nil
}

// above tells whether the way from a frame to its root passes another.
func (t *Tree) above(frame, other string) bool {
	for {
		if frame == other {
			return true
		}
		l, ok := t.links[frame]
		if !ok {
			return false
		}
		frame = l.parent
	}
}
