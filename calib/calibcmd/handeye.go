package calibcmd

import (
	"context"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"hyt/calib/camera"
	"hyt/calib/handeye"
	"hyt/calib/target"
	"hyt/calib/tf"
	"hyt/msgs/geometry_msgs"
)

// handeyeJSON is what `hyt calib handeye --json` prints. Keys are only ever added.
type handeyeJSON struct {
	Mount      string          `json:"mount"`
	Transforms []transformJSON `json:"transforms"` // parent to body, body to optical frame
	SigmaMM    float64         `json:"sigma_mm"`
	SigmaDeg   float64         `json:"sigma_deg"`
	RMS        float64         `json:"rms_px"` // per axis
	Robot      noiseJSON       `json:"robot_noise"`
	// LeaveOneOut is how far the mount found without a sample puts the board from
	// where that sample shows it.
	LeaveOneOut   offJSON      `json:"leave_one_out"`
	BoardSize     float64      `json:"board_size"` // as measured by the robot, 1 = as told
	BoardSizeSD   float64      `json:"board_size_sigma"`
	Samples       []sampleJSON `json:"samples"`
	Warnings      []string     `json:"warnings"`
	Launch        string       `json:"launch"`
	URDF          string       `json:"urdf"`
	Files         []string     `json:"files"`
	ClosedForm    string       `json:"closed_form"`
	SolverSeconds float64      `json:"solver_seconds"`
}

type transformJSON struct {
	Parent      string     `json:"frame_id"`
	Child       string     `json:"child_frame_id"`
	Translation [3]float64 `json:"translation"` // metres
	Rotation    [4]float64 `json:"rotation"`    // x y z w
}

type noiseJSON struct {
	MM  float64 `json:"mm"`
	Deg float64 `json:"deg"`
}

type offJSON struct {
	MedianMM  float64 `json:"median_mm"`
	MaxMM     float64 `json:"max_mm"`
	MedianDeg float64 `json:"median_deg"`
	MaxDeg    float64 `json:"max_deg"`
}

type sampleJSON struct {
	Name   string  `json:"name"`
	Used   bool    `json:"used"`
	Reason string  `json:"reason,omitempty"`
	RMS    float64 `json:"rms_px,omitempty"`
}

type handeyeFlags struct {
	boardFlags
	source
	handFlags
	camera, mount string
	frames        handeye.Frames
	stops         int
	out           []string
	asJSON        bool
}

func handeyeCommand() *cobra.Command {
	var f handeyeFlags
	cmd := &cobra.Command{
		Use:   "handeye SOURCE...",
		Short: "Find where a camera is mounted on or beside an arm",
		Long: "Finds the camera's place on the hand (eye_in_hand: the board lies still) or beside the robot (eye_to_hand:\n" +
			"the hand holds the board) from images of the board and the hand's poses. Stop the arm at 10 to 20 places, turned by\n" +
			"20° to 60° about at least two axes. With images, --poses is a CSV file with a line for each:\n" +
			"  name,x,y,z,qx,qy,qz,qw      or  name,x,y,z,roll,pitch,yaw     (base to hand; metres, radians)\n" +
			"In a bag, images count that were taken while the hand on --pose-topic rested. Without a SOURCE images come live\n" +
			"from --topic: move the arm from stop to stop; it is said when a stop was taken and what is missing; Ctrl-C ends.",
		Example: "  hyt calib handeye images/ --camera wrist.yaml --poses poses.csv --out mount.yaml,mount.launch\n" +
			"  hyt calib handeye bags/stops --camera wrist.yaml --pose-topic /ee_pose --mount eye_to_hand\n" +
			"  hyt calib handeye --topic /camera/image_raw --pose-topic /tf --hand-frame tool0 --camera wrist.yaml --out mount.yaml",
		RunE: f.source.then(f.run),
	}
	flags := cmd.Flags()
	f.boardFlags.add(flags)
	f.source.add(flags, 250*time.Millisecond)
	flags.StringVar(&f.camera, "camera", "camera.yaml", "camera info, as hyt calib intrinsics writes it")
	f.handFlags.add(flags)
	flags.StringVar(&f.arm.Base, "base-frame", "base_link", "the robot's base: in /tf, and the frame of a topic's poses")
	flags.IntVar(&f.stops, "stops", 12, "live: stops of the arm at least, before it ends by itself")
	flags.StringVar(&f.mount, "mount", "eye_in_hand", "eye_in_hand or eye_to_hand")
	flags.StringVar(&f.frames.Parent, "parent", "", "frame the camera is mounted on (tool0, or base_link for eye_to_hand)")
	flags.StringVar(&f.frames.Camera, "camera-frame", "camera_link", "the camera's body frame: x forward, z up")
	flags.StringVar(&f.frames.Optical, "optical-frame", "camera_optical_frame", "the camera's optical frame: z forward, y down")
	flags.StringSliceVar(&f.out, "out", nil, "files to write: .yaml (tf2_msgs/TFMessage, for camera_transform_url), .launch (publishes it), .urdf (joints)")
	flags.BoolVar(&f.asJSON, "json", false, "print JSON for scripts")
	return cmd
}

func (f *handeyeFlags) run(ctx context.Context, out, progress io.Writer) error {
	b, err := f.board()
	if err != nil {
		return err
	}
	if !b.Oriented() {
		return usagef("a %s looks the same after half a turn, so where it is cannot be told: print one with one of --rows and --cols odd and the other even", b)
	}
	for _, name := range f.out {
		if _, ok := mountFormats[filepath.Ext(name)]; !ok {
			return usagef("%s is neither .yaml nor .launch nor .urdf", name)
		}
	}
	mount, err := parseMount(f.mount)
	if err != nil {
		return err
	}
	if f.frames.Parent == "" {
		f.frames.Parent = handeye.DefaultFrames(mount).Parent
	}
	if err := f.frames.Check(); err != nil {
		return usageError{err}
	}
	lens, err := camera.Load(f.camera)
	if err != nil {
		return fmt.Errorf("camera info: %w; hyt calib intrinsics makes it", err)
	}
	options := handeye.Options{Mount: mount, Camera: lens}
	looks, poses, err := f.look(ctx, b, options, progress)
	if err != nil {
		return err
	}
	samples := pair(looks, poses)
	if f.film() { // the arm rests longer than one image takes
		thin(looks, 0.005)
		samples = pair(looks, poses)
	}
	fmt.Fprintf(progress, "%d images, %d with a clear %s and a pose\n", len(looks), len(samples), b.Kind)
	start := time.Now()
	res, err := handeye.Solve(samples, options)
	if err != nil {
		return explain(err, looks)
	}
	result, err := f.result(res, looks)
	if err != nil {
		return err
	}
	result.SolverSeconds = time.Since(start).Seconds()
	for _, name := range f.out {
		text := mountFormats[filepath.Ext(name)](res, f.frames)
		if err := writeFile(name, func(w *os.File) error { _, err := w.WriteString(text); return err }); err != nil {
			return err
		}
		result.Files = append(result.Files, name)
	}
	if f.asJSON {
		return printJSON(out, result)
	}
	return result.print(out)
}

// mountFormats are the files that a mount can be written as, by ending.
var mountFormats = map[string]func(*handeye.Result, handeye.Frames) string{
	".yaml": func(r *handeye.Result, f handeye.Frames) string {
		return string(tf.Format(r.Transforms(f, time.Unix(0, 0))))
	},
	".launch": func(r *handeye.Result, f handeye.Frames) string {
		return "<launch>\n" + r.Launch(f) + "</launch>\n"
	},
	".urdf": (*handeye.Result).URDF,
}

func parseMount(name string) (handeye.Mount, error) {
	switch name {
	case "eye_in_hand":
		return handeye.EyeInHand, nil
	case "eye_to_hand":
		return handeye.EyeToHand, nil
	}
	return 0, usagef("mount %q is not known: take eye_in_hand (camera on the hand) or eye_to_hand (board on the hand)", name)
}

// look sees the board, and knows where the hand was.
func (f *handeyeFlags) look(ctx context.Context, b target.Board, o handeye.Options, progress io.Writer) (looks []look, poses handPoses, err error) {
	if f.live() {
		return f.watchStops(ctx, b, o, progress)
	}
	if poses, err = f.recorded(f.source); err != nil {
		return nil, nil, err
	}
	looks, err = lookAt(ctx, f.source, b)
	return looks, poses, err
}

// pair makes samples of the looks that have a view and a pose. Those without a
// pose get it as their reason.
func pair(looks []look, poses handPoses) (samples []handeye.Sample) {
	for i := range looks {
		l := &looks[i]
		if l.reason != "" {
			continue
		}
		pose, err := poses.at(*l)
		if err != nil {
			l.reason = err.Error()
			continue
		}
		samples = append(samples, handeye.Sample{Hand: pose, View: l.found.View})
	}
	return samples
}

// result gathers what there is to say.
func (f *handeyeFlags) result(res *handeye.Result, looks []look) (handeyeJSON, error) {
	const deg = 180 / math.Pi
	ts, rs, err := res.LeaveOneOut()
	if err != nil {
		return handeyeJSON{}, err
	}
	slices.Sort(ts)
	slices.Sort(rs)
	j := handeyeJSON{
		Mount: f.mount, SigmaMM: 1e3 * res.SigmaT, SigmaDeg: deg * res.SigmaR, RMS: res.RMS, Robot: noiseJSON{1e3 * res.RobotT, deg * res.RobotR},
		LeaveOneOut: offJSON{1e3 * ts[len(ts)/2], 1e3 * ts[len(ts)-1], deg * rs[len(rs)/2], deg * rs[len(rs)-1]},
		BoardSize:   res.BoardSize, BoardSizeSD: res.BoardSizeSigma, Warnings: append([]string{}, res.Warnings...),
		Launch: res.Launch(f.frames), URDF: res.URDF(f.frames), Files: []string{}, ClosedForm: res.Start,
	}
	for _, t := range res.Transforms(f.frames, time.Unix(0, 0)) {
		j.Transforms = append(j.Transforms, toJSON(t))
	}
	next := 0 // of res.Samples, which are those of the looks that gave one
	for _, l := range looks {
		s := sampleJSON{Name: l.name, Reason: l.reason}
		if l.reason == "" {
			fit := res.Samples[next]
			next++
			s = sampleJSON{Name: l.name, Used: fit.Used, Reason: fit.Reason, RMS: fit.RMS}
		}
		j.Samples = append(j.Samples, s)
	}
	return j, nil
}

func toJSON(t geometry_msgs.TransformStamped) transformJSON {
	v, q := t.Transform.Translation, t.Transform.Rotation
	return transformJSON{t.Header.FrameId, t.ChildFrameId, [3]float64{v.X, v.Y, v.Z}, [4]float64{q.X, q.Y, q.Z, q.W}}
}

// print writes the result for people.
func (j *handeyeJSON) print(w io.Writer) error {
	used := 0
	for _, s := range j.Samples {
		if s.Used {
			used++
		}
	}
	for _, t := range j.Transforms {
		fmt.Fprintf(w, "%s to %s: xyz %.5f %.5f %.5f m, quaternion %.6f %.6f %.6f %.6f\n", t.Parent, t.Child,
			t.Translation[0], t.Translation[1], t.Translation[2], t.Rotation[0], t.Rotation[1], t.Rotation[2], t.Rotation[3])
	}
	fmt.Fprintf(w, "sure to        %.2f mm, %.3f° (one standard deviation)\n", j.SigmaMM, j.SigmaDeg)
	fmt.Fprintf(w, "leave-one-out  median %.2f mm, %.3f°; at most %.2f mm, %.3f°\n", j.LeaveOneOut.MedianMM, j.LeaveOneOut.MedianDeg, j.LeaveOneOut.MaxMM, j.LeaveOneOut.MaxDeg)
	fmt.Fprintf(w, "error          %.3f px RMS per axis, %d of %d images used; robot %.2f mm, %.3f°\n", j.RMS, used, len(j.Samples), j.Robot.MM, j.Robot.Deg)
	for _, s := range j.Samples {
		if !s.Used {
			fmt.Fprintf(w, "without  %s: %s\n", s.Name, s.Reason)
		}
	}
	for _, s := range j.Warnings {
		fmt.Fprintf(w, "warning  %s\n", s)
	}
	fmt.Fprintf(w, "\nlaunch:\n%s\nURDF:\n%s", j.Launch, j.URDF)
	for _, name := range j.Files {
		fmt.Fprintf(w, "\nwrote %s\n", name)
	}
	return nil
}
