//go:build cgo && !noapriltag

package calibcmd

import (
	"encoding/json"
	"image"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"hyt/calib/geom"
	"hyt/calib/handeye"
	"hyt/calib/target"
	"hyt/calib/tf"
	"time"
)

// onTable is a tag before a camera that stands still.
var (
	oneTag   = target.Board{Kind: target.AprilTags, Rows: 1, Cols: 1, Size: 0.08, Gap: 0.25}
	camTtag  = geom.Pose{R: geom.FromRPY(0.5, -0.3, 0.2), T: geom.Vec{0.03, 0.02, 0.4}}
	baseTeye = geom.Pose{R: geom.FromRPY(-2, 0.1, 0.7), T: geom.Vec{0.2, -0.9, 0.5}}
)

// tagPictures is a folder with three pictures of the tag.
func tagPictures(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for i := range 3 {
		save(t, filepath.Join(dir, shotName(i)), tagPicture(uint64(i)))
	}
	return dir
}

func eyeFile(t *testing.T) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "mount.yaml")
	f := handeye.Frames{Parent: "base_link", Camera: "camera_link", Optical: "camera_optical_frame"}
	if err := os.WriteFile(name, tf.Format(f.Transforms(baseTeye, time.Unix(0, 0))), 0o644); err != nil {
		t.Fatal(err)
	}
	return name
}

func TestTagsAreMeasuredForTheMonitor(t *testing.T) {
	out := filepath.Join(t.TempDir(), "tags.yaml")
	text, err := hyt("tags", tagPictures(t), "--camera", lensFile(t), "--transform", eyeFile(t), "--size", "80", "--out", out, "--json")
	if err != nil {
		t.Fatal(err)
	}
	var got tagsJSON
	if err := json.Unmarshal([]byte(text), &got); err != nil {
		t.Fatal(err)
	}
	if len(got.Tags) != 1 || got.Tags[0].ID != 0 || got.Tags[0].Images != 3 || got.Tags[0].RMS > 0.3 {
		t.Errorf("%+v", got)
	}
	theTag(t, out)
}

func TestTagsNameWhatIsWrong(t *testing.T) {
	dir, empty := tagPictures(t), t.TempDir()
	save(t, filepath.Join(empty, "wall.png"), image.NewGray(lensRect()))
	small := t.TempDir()
	save(t, filepath.Join(small, "small.png"), image.NewGray(image.Rect(0, 0, 160, 120)))
	camera, mount := lensFile(t), eyeFile(t)
	for _, c := range []struct {
		args []string
		want string
	}{
		{nil, "or a live topic with --topic"},
		{[]string{empty}, "no tag of the family tag36h11 in 1 images"},
		{[]string{small}, "is for 320x240"},
		{[]string{dir, "--size", "0"}, "not in 1 to 2000 mm"},
		{[]string{dir, "--base-frame", "world"}, `connects frame "world"`},
		{[]string{dir, "--transform", "none"}, "its place with --transform"},
	} {
		args := append([]string{"tags", "--camera", camera, "--transform", mount, "--out", filepath.Join(empty, "t.yaml")}, c.args...)
		if _, err := hyt(args...); err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%v: %v; want %q in one line", c.args, err, c.want)
		}
	}
}
