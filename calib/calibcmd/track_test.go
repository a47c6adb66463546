package calibcmd

import (
	"errors"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"hyt/msgs"
	"hyt/msgs/bag"
	"hyt/msgs/geometry_msgs"
	"hyt/nodes/handpose"
)

func TestRecordedPosesInAnotherFrameThanTheBaseAreRefused(t *testing.T) {
	dir, at := filepath.Join(t.TempDir(), "arm"), time.Unix(1000, 0)
	w, err := bag.Create(dir, bag.Options{})
	if err != nil {
		t.Fatal(err)
	}
	p := geometry_msgs.NewPoseStamped()
	p.Header.FrameId = "world"
	if err := errors.Join(w.Topic("/ee_pose", poseType, ""), w.Write("/ee_pose", msgs.Marshal(p), at, at), w.Close()); err != nil {
		t.Fatal(err)
	}
	if track, err := readTrack(dir, handpose.Source{Topic: "/ee_pose", Base: "world"}); err != nil || len(track) != 1 {
		t.Errorf("%d poses, %v", len(track), err)
	}
	if _, err := readTrack(dir, handpose.Source{Topic: "/ee_pose", Base: "base_link"}); err == nil || !strings.Contains(err.Error(), `it is told in frame "world", not in "base_link"`) {
		t.Errorf("in another frame: %v", err)
	}
}
