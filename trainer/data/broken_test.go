package data

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/klauspost/compress/zstd"

	"hyt/msgs"
	"hyt/msgs/bag"
	"hyt/msgs/sensor_msgs"
	"hyt/msgs/std_msgs"
	"hyt/trainer/contract"
	"hyt/trainer/data/datatest"
)

// small makes bags of many chunks: two or three images fit into one.
var small = bag.Options{FlushEvery: -1, ChunkSize: 30_000}

// episodes are how many demonstrations of how many frames a bag of the tables has.
const episodes, frames = 3, 8

// healthy records them. tweak, where it is not nil, may record something before a frame.
func healthy(t testing.TB, o bag.Options, tweak func(p *datatest.Tape, episode, frame int)) string {
	p := datatest.NewWith(t, "demo", o)
	for e := range episodes {
		p.Instruction(fmt.Sprint("touch thing ", e))
		p.Start(float64(10*e), fmt.Sprint("demo-", e))
		for k := range frames {
			if tweak != nil {
				tweak(p, e, k)
			}
			s := float64(10*e) + float64(k)/10
			p.Image(s, byte(40*e+k))
			p.Pose(s, float64(e)+float64(k)/100, 0)
			p.Joints(s, float64(k)/frames)
			p.Action(s, 0.1+float64(k)/50, float64(e))
			p.Gripper(float64(k) / frames)
		}
		p.End(float64(10*e)+frames/10., fmt.Sprint("demo-", e), true)
	}
	return p.Close()
}

// truth is what a healthy bag teaches, by the time of the image.
func truth(t testing.TB) map[int64]Sample {
	samples, _ := contents(t, healthy(t, small, nil))
	if len(samples) != episodes*frames {
		t.Fatalf("%d samples of a healthy bag", len(samples))
	}
	byTime := map[int64]Sample{}
	for _, s := range samples {
		byTime[s.Time] = s
	}
	return byTime
}

// judge loads a broken bag. Each sample of it must be one of the healthy bag's; said
// is all that Open says.
func judge(t testing.TB, dir string, truth map[int64]Sample) (samples int, said string) {
	t.Helper()
	set, report, err := openAll([]string{dir}, contract.Default())
	if err != nil {
		return 0, err.Error()
	}
	defer set.Close()
	for i := range set.Len() {
		got := set.At(i)
		got.Image, got.Images = slices.Clone(got.Image[:1]), nil
		want, ok := truth[got.Time]
		want.Episode = got.Episode
		if diff := gocmp.Diff(want, got); !ok || diff != "" {
			t.Errorf("a sample at %d ns that was never recorded so: %s", got.Time, diff)
		}
	}
	return set.Len(), report.String()
}

// file changes the bytes of a bag's data file.
func file(t testing.TB, dir string, change func(data []byte) []byte) string {
	t.Helper()
	name := filepath.Join(dir, "demo_0.mcap")
	data, err := os.ReadFile(name)
	check(t, err)
	check(t, os.WriteFile(name, change(data), 0o644))
	return dir
}

func TestBrokenFilesNeverTeachWhatWasNotRecorded(t *testing.T) {
	truth := truth(t)
	share := func(of float64) func([]byte) []byte {
		return func(data []byte) []byte { return data[:int(of*float64(len(data)))] }
	}
	chunk := func(data []byte, n int) int { // where the n-th chunk's record starts
		at := 8
		for ; ; n-- {
			for data[at] != 6 {
				at += 9 + int(binary.LittleEndian.Uint64(data[at+1:]))
			}
			if n == 0 {
				return at
			}
			at += 9 + int(binary.LittleEndian.Uint64(data[at+1:]))
		}
	}
	for name, c := range map[string]struct {
		change func(data []byte) []byte
		least  int    // samples that are left
		said   string // in the report or the error
	}{
		"whole":                          {func(d []byte) []byte { return d }, 24, "24 samples"},
		"empty file":                     {share(0), 0, "is empty: its recorder was killed"},
		"magic only":                     {func(d []byte) []byte { return d[:8] }, 0, "no messages on /image"},
		"cut in the header":              {func(d []byte) []byte { return d[:20] }, 0, "no messages on /image"},
		"cut in the first chunk":         {share(0.05), 0, "no messages on /ee_pose (for proprio); it has /episode, /image, /instruction"},
		"cut in the middle":              {share(0.5), 8, "demo_0.mcap has no usable index"},
		"cut in the last chunk":          {share(0.9), 16, "demo_0.mcap has no usable index"},
		"cut in the summary":             {func(d []byte) []byte { return d[:len(d)-200] }, 24, "no usable index"},
		"cut in the footer":              {func(d []byte) []byte { return d[:len(d)-10] }, 24, "no usable index"},
		"cut in the closing magic":       {func(d []byte) []byte { return d[:len(d)-1] }, 24, "no usable index"},
		"garbage":                        {func(d []byte) []byte { return bytes.Repeat([]byte("rosbag"), 500) }, 0, "neither MCAP nor sqlite3"},
		"zeros only":                     {func(d []byte) []byte { return make([]byte, len(d)) }, 0, "neither MCAP nor sqlite3"},
		"one byte of an image flipped":   {func(d []byte) []byte { d[chunk(d, 3)+9000] ^= 1; return d }, 8, "checksum does not match"},
		"a flipped byte and no index":    {func(d []byte) []byte { d[chunk(d, 3)+9000] ^= 1; return d[:len(d)-8] }, 8, "checksum does not match"},
		"a chunk of zeros":               {func(d []byte) []byte { at := chunk(d, 4); clear(d[at+60 : at+20000]); return d }, 8, "damaged"},
		"a chunk's head of zeros":        {func(d []byte) []byte { at := chunk(d, 4); clear(d[at : at+60]); return d }, 8, "damaged"},
		"a head of zeros and no index":   {func(d []byte) []byte { at := chunk(d, 4); clear(d[at : at+60]); return d[:len(d)-8] }, 8, "damaged"},
		"a chunk that says it is longer": {func(d []byte) []byte { d[chunk(d, 2)+3] ^= 0xff; return d[:len(d)-8] }, 8, "damaged"},
		"a chunk of 2^60 bytes":          {func(d []byte) []byte { d[chunk(d, 2)+8] ^= 0x10; return d[:len(d)-8] }, 8, "damaged"},
		"a chunk that is missing": {func(d []byte) []byte {
			return append(d[:chunk(d, 2):chunk(d, 2)], d[chunk(d, 3):len(d)-8]...)
		}, 8, ""},
		"bytes put in":               {func(d []byte) []byte { return slices.Insert(d, chunk(d, 5), make([]byte, 1000)...) }, 8, "damaged"},
		"the summary points nowhere": {func(d []byte) []byte { d[len(d)-25] ^= 0xff; return d }, 24, "no usable index"},
		"the footer points beyond":   {func(d []byte) []byte { binary.LittleEndian.PutUint64(d[len(d)-28:], 1<<62); return d }, 24, "no usable index"},
		"the index is flipped":       {func(d []byte) []byte { d[len(d)-300] ^= 0x20; return d }, 24, "no usable index"},
		"a file after the file":      {func(d []byte) []byte { return append(d[:len(d):len(d)], d...) }, 24, ""},
	} {
		t.Run(name, func(t *testing.T) {
			n, said := judge(t, file(t, healthy(t, small, nil), c.change), truth)
			if n < c.least || !strings.Contains(said, c.said) {
				t.Errorf("%d samples, want at least %d and a word of %q:\n%s", n, c.least, c.said, said)
			}
		})
	}
}

// Any cut, and any flipped bit, of a bag with checksums.
func TestAnyCutAndAnyFlippedBitTeachesOnlyWhatWasRecorded(t *testing.T) {
	truth := truth(t)
	dir := healthy(t, small, nil)
	whole, err := os.ReadFile(filepath.Join(dir, "demo_0.mcap"))
	check(t, err)
	r := rand.New(rand.NewPCG(1, 2))
	const tries = 8
	for i := range tries {
		at := r.IntN(len(whole))
		file(t, dir, func([]byte) []byte { return whole[:at] })
		judge(t, dir, truth)
		flipped := bytes.Clone(whole)
		flipped[at] ^= 1 << r.IntN(8)
		if i%2 == 0 { // and no index to say what should be there
			flipped = flipped[:len(flipped)-8]
		}
		file(t, dir, func([]byte) []byte { return flipped })
		judge(t, dir, truth)
		if t.Failed() {
			t.Fatalf("byte %d of %d", at, len(whole))
		}
	}
}

func TestBrokenFoldersNeverTeachWhatWasNotRecorded(t *testing.T) {
	truth := truth(t)
	write := func(name, text string) func(t *testing.T, dir string) {
		return func(t *testing.T, dir string) { check(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644)) }
	}
	pack := func(keep float64) func(t *testing.T, dir string) {
		return func(t *testing.T, dir string) {
			name := filepath.Join(dir, "demo_0.mcap")
			data, err := os.ReadFile(name)
			check(t, err)
			e, err := zstd.NewWriter(nil)
			check(t, err)
			packed := e.EncodeAll(data, nil)
			check(t, os.WriteFile(name+".zstd", packed[:int(keep*float64(len(packed)))], 0o644))
			check(t, os.Remove(name))
			check(t, os.Remove(filepath.Join(dir, "metadata.yaml")))
		}
	}
	for name, c := range map[string]struct {
		change func(t *testing.T, dir string)
		least  int
		said   string
	}{
		"no metadata":               {func(t *testing.T, dir string) { check(t, os.Remove(filepath.Join(dir, "metadata.yaml"))) }, 24, "metadata.yaml is missing"},
		"metadata that is no YAML":  {write("metadata.yaml", "rosbag2: ["), 24, "metadata.yaml is not valid YAML"},
		"metadata of another thing": {write("metadata.yaml", "a: 1\n"), 24, "lacks the key rosbag2_bagfile_information"},
		"a file outside of the bag": {write("metadata.yaml", "rosbag2_bagfile_information:\n  storage_identifier: mcap\n  relative_file_paths: [../../secret.mcap]\n"), 24, "outside of the bag"},
		"a file that is missing":    {write("metadata.yaml", "rosbag2_bagfile_information:\n  storage_identifier: mcap\n  relative_file_paths: [demo_0.mcap, demo_1.mcap]\n"), 24, "demo_1.mcap, named by metadata.yaml, is missing"},
		"storage that is unknown":   {write("metadata.yaml", "rosbag2_bagfile_information:\n  storage_identifier: rocksdb\n"), 0, `has storage "rocksdb"`},
		"no data at all":            {func(t *testing.T, dir string) { check(t, os.Remove(filepath.Join(dir, "demo_0.mcap"))) }, 0, "holds no .mcap"},
		"packed files, no metadata": {pack(1), 24, "metadata.yaml is missing"},
		"packed and cut":            {pack(0.6), 0, "cannot be unpacked to its end"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := healthy(t, small, nil)
			c.change(t, dir)
			n, said := judge(t, dir, truth)
			if n < c.least || !strings.Contains(said, c.said) {
				t.Errorf("%d samples, want at least %d and %q:\n%s", n, c.least, c.said, said)
			}
		})
	}
}

// Each case records something odd before the third frame of the second demonstration.
func TestOddMessagesNeverTeachWhatWasNotRecorded(t *testing.T) {
	truth := truth(t)
	cut := func(m msgs.Message, n int) []byte { data := msgs.Marshal(m); return data[:min(n, len(data))] }
	const imageType, poseType = "sensor_msgs/msg/Image", "geometry_msgs/msg/PoseStamped"
	for name, c := range map[string]struct {
		odd   func(p *datatest.Tape)
		least int
		said  string
	}{
		"an image without bytes":     {func(p *datatest.Tape) { p.Raw("/image", imageType, nil) }, 24, "/image: "},
		"an image cut in its header": {func(p *datatest.Tape) { p.Raw("/image", imageType, cut(&sensor_msgs.Image{}, 12)) }, 24, "/image: "},
		"an image of 4 GB": {func(p *datatest.Tape) {
			p.Write("/image", &sensor_msgs.Image{Header: datatest.Header(10.15, ""), Width: 1 << 15, Height: 1 << 15, Step: 3 << 15, Encoding: "rgb8", Data: []byte{1}})
		}, 24, "image data is truncated"},
		"an image of no size": {func(p *datatest.Tape) {
			p.Write("/image", &sensor_msgs.Image{Header: datatest.Header(10.15, ""), Encoding: "rgb8"})
		}, 24, "0x0 pixels"},
		"an image with a short step": {func(p *datatest.Tape) {
			p.Write("/image", &sensor_msgs.Image{Header: datatest.Header(10.15, ""), Width: 64, Height: 64, Step: 3, Encoding: "rgb8", Data: make([]byte, 1<<14)})
		}, 24, "a step of 3 bytes"},
		"an encoding that is unknown": {func(p *datatest.Tape) {
			p.Write("/image", &sensor_msgs.Image{Header: datatest.Header(10.15, ""), Width: 64, Height: 64, Step: 192, Encoding: "bayer", Data: make([]byte, 1<<14)})
		}, 24, `encoding "bayer"`},
		"a pose that is a text":           {func(p *datatest.Tape) { p.Raw("/ee_pose", poseType, cut(&std_msgs.String{Data: "here"}, 99)) }, 24, "/ee_pose: "},
		"a pose in another encapsulation": {func(p *datatest.Tape) { p.Raw("/ee_pose", poseType, []byte{0, 7, 0, 0, 1, 2, 3, 4}) }, 24, "/ee_pose: "},
		"a frame name of 4 billion letters": {func(p *datatest.Tape) {
			p.Raw("/ee_pose", poseType, []byte{0, 1, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 255, 255, 255, 255})
		}, 24, "/ee_pose: "},
		"a pose that is no number":     {func(p *datatest.Tape) { p.Pose(10.15, math.NaN(), 0) }, 24, "/ee_pose: x is not a finite number"},
		"a command that is infinite":   {func(p *datatest.Tape) { p.Action(10.15, math.Inf(1), 0) }, 24, "/action: x is not a finite number"},
		"a stamp before 1970":          {func(p *datatest.Tape) { p.Pose(-5, 9, 0) }, 24, "/ee_pose: absurd stamp"},
		"a stamp in 30 years":          {func(p *datatest.Tape) { p.Pose(1e9, 9, 0) }, 24, "/ee_pose: absurd stamp"},
		"an image's stamp in 30 years": {func(p *datatest.Tape) { p.Image(1e9, 9) }, 24, "/image: absurd stamp"},
		"nanoseconds beyond a second":  {func(p *datatest.Tape) { p.Pose(-0.001, 9, 0) }, 24, "/ee_pose: absurd stamp"},
		"an image twice":               {func(p *datatest.Tape) { p.Image(10.1, 40+1) }, 24, "/image: stamp does not advance"},
		"a start within":               {func(p *datatest.Tape) { p.Start(10.15, "other") }, 16, "not ended"},
		"an end within":                {func(p *datatest.Tape) { p.End(10.15, "demo-1", false) }, 16, "failed"},
		"another's end within":         {func(p *datatest.Tape) { p.End(10.15, "demo-9", true) }, 16, "END marker without its START"},
		"a command of another frame":   {func(p *datatest.Tape) { p.Write("/action", tool(10.15)) }, 0, `is in frame "tool0"`},
		"joints of somebody else": {func(p *datatest.Tape) {
			p.Write("/joint_states", &sensor_msgs.JointState{Header: datatest.Header(10.15, ""), Name: []string{"wheel"}, Position: []float64{9}})
		}, 24, ""},
		"fewer positions than names": {func(p *datatest.Tape) {
			p.Write("/joint_states", &sensor_msgs.JointState{Header: datatest.Header(10.15, ""), Name: []string{"left_finger_joint", "right_finger_joint"}})
		}, 24, ""},
		"a topic of nobody's": {func(p *datatest.Tape) { p.Raw("/odd", "odd_msgs/msg/Odd", []byte("?")) }, 24, ""},
	} {
		t.Run(name, func(t *testing.T) {
			dir := healthy(t, small, func(p *datatest.Tape, episode, frame int) {
				if episode == 1 && frame == 2 {
					c.odd(p)
				}
			})
			n, said := judge(t, dir, truth)
			if n < c.least || !strings.Contains(said, c.said) {
				t.Errorf("%d samples, want at least %d and %q:\n%s", n, c.least, c.said, said)
			}
		})
	}
}

// FuzzLoad loads whatever bytes: it ends, and without a panic.
func FuzzLoad(f *testing.F) {
	dir := healthy(f, small, nil)
	whole, err := os.ReadFile(filepath.Join(dir, "demo_0.mcap"))
	check(f, err)
	f.Add(whole[:len(whole)/4])
	f.Add([]byte("SQLite format 3\x00"))
	name := filepath.Join(f.TempDir(), "any.mcap")
	f.Fuzz(func(t *testing.T, data []byte) {
		check(t, os.WriteFile(name, data, 0o644))
		if set, _, err := openAll([]string{name}, contract.Default()); err == nil {
			for i := range set.Len() {
				set.At(i)
			}
			check(t, set.Close())
		}
	})
}
