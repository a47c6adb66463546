package calibcmd

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"image"
	"io"
	"math"
	"os"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"hyt/calib/apriltag"
	"hyt/calib/mounted"
	"hyt/calib/planar"
	"hyt/calib/tf"
	"hyt/calib/view"
	"hyt/msgs/geometry_msgs"
	"hyt/nodes/handpose"
	"hyt/nodes/node"
)

// tagsJSON is what `hyt calib tags --json` prints. Keys are only ever added.
type tagsJSON struct {
	Images int       `json:"images"`
	Tags   []tagJSON `json:"tags"`
	File   string    `json:"file"`
}

type tagJSON struct {
	ID     int           `json:"id"`
	Images int           `json:"images"` // that show it
	Spread float64       `json:"spread_px"`
	RMS    float64       `json:"rms_px"` // of the corners against a square of that size
	Place  transformJSON `json:"place"`
}

type tagsFlags struct {
	source
	handFlags
	files  mounted.Files
	size   float64 // mm
	images int
	out    string
	asJSON bool
}

func tagsCommand() *cobra.Command {
	var f tagsFlags
	cmd := &cobra.Command{
		Use:   "tags SOURCE...",
		Short: "Measure where AprilTags are that shall show whether a camera has moved",
		Long: "Finds tags (tag36h11) in images of a camera that stands still and was just calibrated, and writes where they are:\n" +
			"the file for the policy's calib_tags_url. SOURCE is as for intrinsics; without one, images come live from --topic.\n" +
			"For a camera on the hand, which rests at one stop, the hand's pose is taken as for handeye.",
		Example: "  hyt calib tags --topic /camera/image_raw --camera overhead.yaml --transform mount.yaml --size 40 --out tags.yaml",
		RunE:    f.source.then(f.run),
	}
	flags := cmd.Flags()
	f.source.add(flags, 500*time.Millisecond)
	f.handFlags.add(flags)
	flags.StringVar(&f.files.InfoURL, "camera", "camera.yaml", "camera info, as hyt calib intrinsics writes it")
	flags.StringVar(&f.files.TransformURL, "transform", "mount.yaml", "the camera's place, as hyt calib handeye writes it")
	flags.StringVar(&f.files.Frame, "camera-frame", "camera_optical_frame", "the camera's optical frame in it")
	flags.StringVar(&f.files.Base, "base-frame", "base_link", "frame that tags are placed in: the policy's base_frame")
	flags.Float64Var(&f.size, "size", 40, "side of the tags over their black border, in mm: measure the print")
	flags.IntVar(&f.images, "images", 10, "live: images to look at")
	flags.StringVar(&f.out, "out", "tags.yaml", "file to write")
	flags.BoolVar(&f.asJSON, "json", false, "print JSON for scripts")
	return cmd
}

func (f *tagsFlags) run(ctx context.Context, out, progress io.Writer) error {
	if !(f.size >= 1 && f.size <= 2000) {
		return usagef("a size of %g mm is not in 1 to 2000 mm", f.size)
	}
	f.files.Hand, f.arm.Base = f.arm.Hand, f.files.Base
	camera, err := mounted.Open(f.files)
	if err != nil {
		return err
	}
	if camera == nil || !camera.Placed && !camera.OnHand {
		return usagef("name the camera with --camera and its place with --transform")
	}
	camera, sights, n, err := f.sights(ctx, camera, progress)
	if err != nil {
		return err
	}
	if len(sights) == 0 {
		return fmt.Errorf("no tag of the family tag36h11 in %d images", n)
	}
	result := tagsJSON{Images: n, File: f.out}
	var places []geometry_msgs.TransformStamped
	for id, seen := range sights {
		t, place, err := f.locate(camera, id, seen)
		if err != nil {
			return fmt.Errorf("tag %d: %w", id, err)
		}
		t.Place = toJSON(place)
		result.Tags, places = append(result.Tags, t), append(places, place)
	}
	slices.SortFunc(result.Tags, func(a, b tagJSON) int { return a.ID - b.ID })
	slices.SortFunc(places, func(a, b geometry_msgs.TransformStamped) int { return cmp.Compare(a.ChildFrameId, b.ChildFrameId) })
	if err := writeFile(f.out, func(w *os.File) error { _, err := w.Write(tf.Format(places)); return err }); err != nil {
		return err
	}
	if f.asJSON {
		return printJSON(out, result)
	}
	for _, t := range result.Tags {
		p := t.Place.Translation
		fmt.Fprintf(out, "tag %d: %.4f %.4f %.4f m in %s, in %d of %d images, spread %.2f px, %.2f px RMS\n", t.ID, p[0], p[1], p[2], f.files.Base, t.Images, n, t.Spread, t.RMS)
	}
	fmt.Fprintf(out, "wrote %s: parameters calib_tags_url and calib_tag_size: %g\n", f.out, f.size/1e3)
	return nil
}

// sights are the corners of each tag in all images that show it once, and the camera
// where it was.
func (f *tagsFlags) sights(ctx context.Context, camera *mounted.Camera, progress io.Writer) (placed *mounted.Camera, all map[int][][4]view.Point2, n int, err error) {
	all = map[int][][4]view.Point2{}
	var hand handStop
	if camera.OnHand && !f.live() {
		if hand.poses, err = f.recorded(f.source); err != nil {
			return nil, nil, 0, err
		}
	}
	opened := func(listener *node.Node) error {
		if !camera.OnHand {
			return nil
		}
		heard, err := handpose.Listen(listener, f.arm)
		hand.poses = liveHand{ctx, heard}
		return err
	}
	err = f.each(ctx, f.images, progress, opened, func(from frame, img *image.Gray) error {
		if camera.OnHand {
			if err := hand.look(from); err != nil {
				return err
			}
		}
		if err := camera.FitImage(img.Rect.Dx(), img.Rect.Dy()); err != nil {
			return err
		}
		tags, err := apriltag.Find(img, apriltag.Options{})
		if err != nil {
			return err
		}
		n++
		once, twice := apriltag.Unique(tags)
		if len(twice) > 0 {
			return fmt.Errorf("tags %v are seen twice: cover the copies", twice)
		}
		for _, t := range once {
			all[t.ID] = append(all[t.ID], t.Corners)
		}
		return nil
	})
	return camera.At(hand.pose), all, n, err
}

// locate is where a tag is, from the mean of its corners.
func (f *tagsFlags) locate(c *mounted.Camera, id int, seen [][4]view.Point2) (t tagJSON, place geometry_msgs.TransformStamped, err error) {
	h := f.size / 2e3
	v := view.View{Name: mounted.TagFrame(id), Size: [2]int{c.Lens.Width, c.Lens.Height},
		Points: []view.Point3{{X: -h, Y: -h}, {X: h, Y: -h}, {X: h, Y: h}, {X: -h, Y: h}}, Pixels: make([]view.Point2, 4)}
	for _, s := range seen {
		for i, p := range s {
			v.Pixels[i].X += p.X / float64(len(seen))
			v.Pixels[i].Y += p.Y / float64(len(seen))
		}
	}
	for _, s := range seen {
		for i, p := range s {
			t.Spread = max(t.Spread, math.Hypot(p.X-v.Pixels[i].X, p.Y-v.Pixels[i].Y))
		}
	}
	const most = 2.0 // pixels
	if t.Spread > most {
		return t, place, fmt.Errorf("it moves by %.1f px between images: keep it and the camera still", t.Spread)
	}
	found, err := planar.Locate(c.Lens, v)
	if errors.Is(err, planar.ErrBehind) {
		return t, place, errors.New("it is mirrored: print it anew, or turn the camera's mirror image off")
	}
	t.ID, t.Images, t.RMS = id, len(seen), found.RMS
	place.Header.FrameId, place.ChildFrameId = c.Base, mounted.TagFrame(id)
	place.Transform = c.Pose.Mul(found.Pose).Message()
	return t, place, err
}
