// Package selftest checks the whole of calibration in simulation, where the truth is
// known: the embedded simulator draws the board as an SDF model before a camera with
// a lens, and from there on all goes as with real images: corners, intrinsics,
// hand-eye, on the hand and beside the robot.
package selftest

import (
	"bytes"
	"fmt"
	"image"
	"math"
	"math/rand/v2"

	"hyt/calib/camera"
	"hyt/calib/detect"
	"hyt/calib/geom"
	"hyt/calib/handeye"
	"hyt/calib/intrinsics"
	"hyt/calib/photo"
	"hyt/calib/picture"
	"hyt/calib/target"
	"hyt/calib/view"
	"hyt/gazebo/lens"
	"hyt/gazebo/sdf"
	"hyt/gazebo/sdf/stage"
	"hyt/gazebo/sim"
)

// Options of Run.
type Options struct {
	Board  target.Board
	Camera camera.Camera // the truth
	Images int
	Seed   uint64
	// Noise of the pictures, grey levels; RobotT and RobotR of the arm, metres and
	// radians on each axis.
	Noise, RobotT, RobotR float64
	// Took (optional) gets each picture.
	Took func(i int, img *image.Gray) error
}

// DefaultCamera is an ordinary lens before 640 x 480 pixels.
func DefaultCamera() camera.Camera {
	return camera.Camera{Name: "selftest", Width: 640, Height: 480, Model: camera.PlumbBob, Fx: 602, Fy: 600, Cx: 324, Cy: 236,
		D: [8]float64{-0.22, 0.07, 0.0008, -0.0005, 0}}
}

// Mount is one way to mount the camera, and how far from the truth it was found.
type Mount struct {
	Mount handeye.Mount
	Found *handeye.Result
	// OffT and OffR are the errors of the camera's place: metres, radians.
	OffT, OffR float64
}

// Result is what was found, beside the truth.
type Result struct {
	Truth  camera.Camera
	Found  *intrinsics.Result
	Seen   int            // images in which the board was found
	Corner float64        // median distance of corners from the truth, pixels
	Off    float64        // error of the camera over its image, RMS, pixels
	Mounts []Mount        // on the hand, beside the robot
	Unseen map[int]string // images without a view, and why
}

// The arm of the test: where the camera and the board are mounted.
var (
	handTeye   = geom.Pose{R: geom.FromRPY(0.1, -0.2, 1.3), T: geom.Vec{0.03, -0.05, 0.08}}
	baseTboard = geom.Pose{R: geom.FromRPY(3.0, 0.1, 0.4), T: geom.Vec{0.5, 0.1, 0.02}}
	baseTeye   = geom.Pose{R: geom.FromRPY(-2.0, 0.1, 0.7), T: geom.Vec{0.2, -0.9, 0.5}}
	handTboard = geom.Pose{R: geom.FromRPY(0.3, 0.2, -0.5), T: geom.Vec{0.02, 0.04, 0.11}}
)

// Run makes the pictures and calibrates from them. An error is one that a user of the
// same pictures would see.
func Run(o Options) (*Result, error) {
	world, err := newWorld(o)
	if err != nil {
		return nil, err
	}
	res := &Result{Truth: o.Camera, Unseen: map[int]string{}}
	var views []view.View
	var places []geom.Pose // cameraTboard of each view
	var off []float64
	for i := range o.Images {
		at, img, err := world.take(o)
		if err != nil {
			return nil, err
		}
		if o.Took != nil {
			if err := o.Took(i, img); err != nil {
				return nil, err
			}
		}
		f, err := detect.Find(img, o.Board, fmt.Sprintf("picture %d", i))
		if err != nil {
			res.Unseen[i] = err.Error()
			continue
		}
		res.Seen++
		views, places = append(views, f.View), append(places, at)
		off = append(off, misses(o.Camera, f.View, at)...)
	}
	res.Corner = middle(off)
	res.Found, err = intrinsics.Calibrate(views, intrinsics.Options{Model: o.Camera.Model, Name: o.Camera.Name})
	if err != nil {
		return res, err
	}
	res.Off = apart(o.Camera, res.Found.Camera)
	for _, m := range []handeye.Mount{handeye.EyeInHand, handeye.EyeToHand} {
		mount, err := world.mount(o, m, res.Found.Camera, views, places)
		if err != nil {
			return res, fmt.Errorf("%s: %w", m, err)
		}
		res.Mounts = append(res.Mounts, mount)
	}
	return res, nil
}

// world is the simulated room: the board at its origin, face up, and the camera.
type world struct {
	rand  *rand.Rand
	eye   *lens.Eye
	place photo.Scene // finds places for the board in the camera's view
	board geom.Pose   // worldTboard
}

func newWorld(o Options) (*world, error) {
	var text bytes.Buffer
	if err := o.Board.WriteSDF(&text); err != nil {
		return nil, err
	}
	file, err := sdf.Parse(text.Bytes())
	if err != nil {
		return nil, err
	}
	room, err := stage.Load("tabletop")
	if err != nil {
		return nil, err
	}
	board := file.Models[0]
	board.Pose = sdf.Pose{Roll: math.Pi} // its z into the ground
	w := &world{
		rand:  rand.New(rand.NewPCG(o.Seed, 31)),
		place: photo.Scene{Camera: o.Camera, Board: o.Board},
		board: geom.Pose{R: geom.FromRPY(math.Pi, 0, 0)},
	}
	// The light of the tabletop, and nothing else of it: its arm is far away.
	arm, alone := *room.Arm.Model, *room.World
	arm.Pose.X += 1000
	alone.Models = []sdf.Model{board}
	room.World, room.Arm.Model = &alone, &arm
	w.eye, err = lens.New(room, o.Camera, geom.Still)
	return w, err
}

// take moves the camera to a place from which it sees the board, and takes a picture.
func (w *world) take(o Options) (cameraTboard geom.Pose, img *image.Gray, err error) {
	const maxTilt = 0.7 // radians
	w.place.Place(w.rand, maxTilt)
	scene := sim.Scene{}
	if err := w.eye.Move(w.board.Mul(w.place.Pose.Inv()), scene); err != nil {
		return geom.Pose{}, nil, err
	}
	f, err := w.eye.Draw(sim.State{})
	if err != nil {
		return geom.Pose{}, nil, err
	}
	img = picture.RGB(f.RGB, f.Width, f.Height)
	for i, v := range img.Pix {
		img.Pix[i] = uint8(min(255, max(0, math.Round(float64(v)+o.Noise*w.rand.NormFloat64()))))
	}
	return w.place.Pose, img, nil
}

// mount has the arm stop where the pictures were taken, and finds the camera on it.
func (w *world) mount(o Options, m handeye.Mount, c camera.Camera, views []view.View, places []geom.Pose) (Mount, error) {
	truth := handTeye
	if m == handeye.EyeToHand {
		truth = baseTeye
	}
	var samples []handeye.Sample
	for i, p := range places {
		hand := baseTboard.Mul(p.Inv()).Mul(handTeye.Inv())
		if m == handeye.EyeToHand {
			hand = baseTeye.Mul(p).Mul(handTboard.Inv())
		}
		noise := func(sigma float64) float64 { return sigma * w.rand.NormFloat64() }
		hand = hand.Moved([]float64{noise(o.RobotR), noise(o.RobotR), noise(o.RobotR), noise(o.RobotT), noise(o.RobotT), noise(o.RobotT)})
		samples = append(samples, handeye.Sample{Hand: hand, View: views[i]})
	}
	found, err := handeye.Solve(samples, handeye.Options{Mount: m, Camera: c})
	if err != nil {
		return Mount{}, err
	}
	off := truth.Inv().Mul(found.Camera)
	return Mount{Mount: m, Found: found, OffT: off.T.Norm(), OffR: off.R.Angle()}, nil
}
