package calibcmd

import (
	"bytes"
	"fmt"
	"image"
	"image/jpeg"
	"image/png"
	"math/rand/v2"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"hyt/calib/camera"
	"hyt/calib/geom"
	"hyt/calib/photo"
	"hyt/calib/target"
	"hyt/msgs"
	"hyt/msgs/bag"
	"hyt/msgs/builtin_interfaces"
	"hyt/msgs/geometry_msgs"
	"hyt/msgs/sensor_msgs"
	"hyt/msgs/tf2_msgs"
)

var (
	chess = target.Board{Kind: target.Chessboard, Rows: 6, Cols: 7, Size: 0.03}
	lens  = camera.Camera{Width: 320, Height: 240, Model: camera.PlumbBob, Fx: 280, Fy: 281, Cx: 162, Cy: 118,
		D: [8]float64{-0.2, 0.06, 0.0008, -0.0004, 0}}
)

// shot is a picture and where the board was.
type shot struct {
	*image.Gray
	board geom.Pose // cameraTboard
}

// film is ten pictures of the board, taken once for all tests.
var film = sync.OnceValue(func() (shots []shot) {
	r := rand.New(rand.NewPCG(20, 26))
	for range 10 {
		s := photo.Scene{Camera: lens, Board: chess, Black: 40, White: 200, Light: 0.3, Blur: 0.7, Noise: 2, Clutter: 30}
		s.Place(r, 0.7)
		shots = append(shots, shot{s.Take(r), s.Pose})
	}
	return shots
})

// The camera sits on the hand, and the board lies before the robot.
var (
	handTcamera = geom.Pose{R: geom.FromRPY(0.1, -0.2, 1.3), T: geom.Vec{0.03, -0.05, 0.08}}
	baseTboard  = geom.Pose{R: geom.FromRPY(3.0, 0.1, 0.4), T: geom.Vec{0.5, 0.1, 0.02}}
)

// hand is baseThand when the picture was taken.
func (s shot) hand() geom.Pose { return baseTboard.Mul(s.board.Inv()).Mul(handTcamera.Inv()) }

// folder is the film as PNG files, and one picture without a board.
func folder(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for i, shot := range film() {
		save(t, filepath.Join(dir, shotName(i)), shot.Gray)
	}
	save(t, filepath.Join(dir, "wall.png"), image.NewGray(lensRect()))
	return dir
}

func shotName(i int) string { return fmt.Sprintf("view%02d.png", i) }

func lensRect() image.Rectangle { return image.Rect(0, 0, lens.Width, lens.Height) }

func save(t testing.TB, name string, img image.Image) {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, b.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
}

// recording is the film as a bag with two topics: raw images as they come, each
// twice, 0.6 s apart, and compressed ones. The hand's poses come every 50 ms; while
// the fourth picture was taken it moved.
func recording(t *testing.T) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "board")
	w, err := bag.Create(dir, bag.Options{FlushEvery: -1})
	if err != nil {
		t.Fatal(err)
	}
	put := func(topic string, m msgs.Message, at time.Time) {
		if err := w.Write(topic, msgs.Marshal(m), at, at); err != nil {
			t.Fatal(err)
		}
	}
	for topic, typeName := range map[string]string{"/raw": imageType, "/packed/compressed": compressedType, "/ee_pose": poseType, "/tf": tfType, "/tf_static": tfType} {
		if err := w.Topic(topic, typeName, ""); err != nil {
			t.Fatal(err)
		}
	}
	at := time.Unix(1_700_000_000, 0)
	put("/tf_static", armStands(at), at)
	for i, img := range film() {
		for range 2 {
			for k := range 12 { // 250 ms before the image to 300 ms after it
				stamp := at.Add(time.Duration(350+50*k) * time.Millisecond)
				hand := img.hand()
				if i == 3 {
					hand.T[2] += 0.01 * float64(k)
				}
				p := geometry_msgs.NewPoseStamped()
				p.Header.Stamp = builtin_interfaces.FromTime(stamp)
				tf := hand.Message()
				p.Pose.Position = geometry_msgs.Point(tf.Translation)
				p.Pose.Orientation = tf.Rotation
				put("/ee_pose", p, stamp)
				put("/tf", armMoves(hand, stamp), stamp)
			}
			at = at.Add(600 * time.Millisecond)
			m := &sensor_msgs.Image{Width: uint32(lens.Width), Height: uint32(lens.Height), Step: uint32(img.Stride), Encoding: "mono8", Data: img.Pix}
			m.Header.Stamp = builtin_interfaces.FromTime(at)
			put("/raw", m, at)
			var b bytes.Buffer
			if err := jpeg.Encode(&b, img.Gray, &jpeg.Options{Quality: 95}); err != nil {
				t.Fatal(err)
			}
			c := &sensor_msgs.CompressedImage{Format: "jpeg", Data: b.Bytes()}
			c.Header.Stamp = m.Header.Stamp
			put("/packed/compressed", c, at)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return dir
}

// elbowThand never moves.
var elbowThand = geom.Pose{R: geom.FromRPY(0.3, 0, 0), T: geom.Vec{0, 0.1, 0.2}}

// armStands and armMoves are what a robot_state_publisher says of an arm whose hand
// is at baseThand.
func armStands(at time.Time) *tf2_msgs.TFMessage {
	return transformOf("elbow", "tool0", elbowThand, at)
}

func armMoves(hand geom.Pose, at time.Time) *tf2_msgs.TFMessage {
	return transformOf("base_link", "elbow", hand.Mul(elbowThand.Inv()), at)
}

func transformOf(parent, child string, p geom.Pose, at time.Time) *tf2_msgs.TFMessage {
	m := &tf2_msgs.TFMessage{Transforms: make([]geometry_msgs.TransformStamped, 1)}
	t := &m.Transforms[0]
	t.Header.FrameId, t.Header.Stamp, t.ChildFrameId, t.Transform = parent, builtin_interfaces.FromTime(at), child, p.Message()
	return m
}

// hyt runs `hyt calib` and returns its output.
func hyt(args ...string) (string, error) {
	var out, progress bytes.Buffer
	cmd := Command()
	cmd.SetOut(&out)
	cmd.SetErr(&progress)
	cmd.SilenceUsage, cmd.SilenceErrors = true, true
	cmd.SetArgs(args)
	err := cmd.Execute()
	return out.String(), err
}

// onBoard are the flags that describe chess.
func onBoard(args ...string) []string {
	return append(args, "--rows", "6", "--cols", "7", "--size", "30")
}
