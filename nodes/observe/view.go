package observe

import (
	"bytes"
	"image"
	"sync"
	"time"

	"hyt/msgs/imagemsg"
	"hyt/msgs/sensor_msgs"
)

// View keeps the newest images of a camera as a person wants to see them: the part that
// the model sees, rectified if the model's are, in the camera's own proportions and
// resolution. It does so only while somebody looks.
type View struct {
	wanted func() bool

	mu      sync.Mutex
	decoder *imagemsg.Decoder // for size
	of      image.Point       // the camera's image that decoder is for
	size    image.Point
	info    *sensor_msgs.CameraInfo // nil: not rectified
	kept    [viewDepth]Picture
	n       int
}

// Picture is an image as it was seen at a time.
type Picture struct {
	Stamp         time.Time
	Width, Height int
	RGB           []byte // never modified
}

const (
	viewDepth   = 16  // pictures: half a second at 30 Hz
	viewLeast   = 320 // pixels across: smaller images are enlarged, so that words fit
	viewLargest = 640
)

// Show makes the view of the i-th camera, before the camera is watched. wanted says
// whether somebody looks; it is asked with each image.
func (o *Observer) Show(i int, wanted func() bool) *View {
	v := &View{wanted: wanted}
	o.cameras[i].view = v
	return v
}

// At is the picture of that time, if it is still there. The caller may modify a copy.
func (v *View) At(stamp time.Time) (Picture, bool) {
	v.mu.Lock()
	defer v.mu.Unlock()
	for _, p := range v.kept {
		if p.RGB != nil && p.Stamp.Equal(stamp) {
			return p, true
		}
	}
	return Picture{}, false
}

// see takes an image. size is that of the camera, decode writes it by the decoder.
func (v *View) see(stamp time.Time, size func() image.Point, crop [4]float64, decode func(*imagemsg.Decoder, []byte) error) {
	if v == nil {
		return
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	if !v.wanted() {
		v.kept, v.n = [viewDepth]Picture{}, 0
		return
	}
	if of := size(); v.decoder == nil || v.of != of {
		if err := v.fit(of, crop); err != nil {
			return // what is wrong with it, the model's own decoder has said
		}
	}
	p := Picture{stamp, v.size.X, v.size.Y, make([]byte, 3*v.size.X*v.size.Y)}
	if decode(v.decoder, p.RGB) == nil {
		v.kept[v.n%viewDepth] = p
		v.n++
	}
}

// fit makes the decoder for camera images of a size; mu is held.
func (v *View) fit(of image.Point, crop [4]float64) error {
	if crop == [4]float64{} {
		crop = [4]float64{0, 0, 1, 1}
	}
	width, height := float64(of.X)*(crop[2]-crop[0]), float64(of.Y)*(crop[3]-crop[1])
	across := min(viewLargest, max(viewLeast, width))
	v.size = image.Pt(int(across), max(1, int(across*height/max(1, width))))
	d, err := imagemsg.NewDecoder(v.size.X, v.size.Y, crop)
	if err == nil && v.info != nil {
		err = d.Rectify(v.info)
	}
	v.decoder, v.of = d, of
	return err
}

// rectify takes what the model's own decoder takes.
func (v *View) rectify(info *sensor_msgs.CameraInfo) {
	if v == nil {
		return
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	v.info = info
	if v.decoder != nil {
		_ = v.decoder.Rectify(info) // the model's own decoder has taken it
	}
}

func sizeOf(m *sensor_msgs.Image) image.Point { return image.Pt(int(m.Width), int(m.Height)) }

// compressedSize is that of a JPEG or PNG, whose decoders imagemsg brings along.
func compressedSize(m *sensor_msgs.CompressedImage) image.Point {
	c, _, err := image.DecodeConfig(bytes.NewReader(m.Data))
	if err != nil {
		return image.Point{}
	}
	return image.Pt(c.Width, c.Height)
}
