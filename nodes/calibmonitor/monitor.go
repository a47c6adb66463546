// Package calibmonitor watches whether a camera is still where its calibration
// says: AprilTags that stand still must be seen where they were, by a camera on the
// hand from wherever the hand rests. It looks at an image now and then, on a goroutine
// of its own; whoever receives images pays for a comparison of times, and for a copy
// of those that are looked at.
package calibmonitor

import (
	"context"
	"errors"
	"fmt"
	"image"
	"sync"
	"time"

	"hyt/calib/apriltag"
	"hyt/calib/geom"
	"hyt/calib/mounted"
	"hyt/calib/picture"
	"hyt/config"
	"hyt/msgs/sensor_msgs"
	"hyt/nodes/node"
)

// Options of New.
type Options struct {
	Camera    *mounted.Camera // placed or on the hand, where there are tags
	Hand      Hand            // of a camera on the hand
	Tags      []mounted.Tag   // none: only the size of images is watched
	Period    time.Duration   // between two looks
	Threshold float64         // pixels
	Timeout   time.Duration   // without a sight of any tag
	Now       func() time.Time
	// Find is the search for tags; nil: that of the AprilTag library.
	Find func(*image.Gray) ([]apriltag.Tag, error)
}

// Hand is where the hand was, of which handpose.History knows.
type Hand interface {
	// Await waits until it is known for a time, or for so long.
	Await(ctx context.Context, t time.Time, atMost time.Duration) bool
	At(t time.Time) (geom.Pose, error) // baseThand
}

// Monitor watches one camera. Its methods may be called from any goroutine; those
// of a nil Monitor do nothing.
type Monitor struct {
	options Options
	wake    chan struct{} // in: an image waits; one token at most

	mu      sync.Mutex
	judge   judge
	busy    bool // an image waits or is looked at: image is Run's
	image   sensor_msgs.Image
	packed  []byte // of a compressed image, instead of image
	stamp   time.Time
	lastDue time.Time
	began   bool
	misfit  error         // of the newest image's size
	fault   error         // of the last look
	took    time.Duration // by the last look
}

// Open makes the monitor that the parameters ask for, and checks that it can work;
// nil where they ask for none. base is the frame that tags and camera are placed in.
// hear listens to the hand, where tags are looked for by a camera on it.
func Open(camera *mounted.Camera, hear func() (Hand, error), c config.Monitor, base string, now func() time.Time) (*Monitor, error) {
	tags, err := mounted.LoadTags(c.TagsURL, c.TagSize, base)
	if err != nil {
		return nil, err
	}
	if camera == nil {
		if len(tags) > 0 {
			return nil, errors.New("calib_tags_url needs to know the camera: give camera_info_url and camera_transform_url")
		}
		return nil, nil
	}
	if len(tags) > 0 {
		if err := apriltag.Available(); err != nil {
			return nil, fmt.Errorf("calib_tags_url: %w", err)
		}
	}
	var hand Hand
	if len(tags) > 0 && camera.OnHand {
		if hand, err = hear(); err != nil {
			return nil, err
		}
	}
	return New(Options{
		Camera: camera, Hand: hand, Tags: tags, Period: config.Period(c.TagRate), Threshold: c.TagThreshold,
		Timeout: config.Seconds(c.TagTimeout), Now: now,
	})
}

// New makes a monitor. The error names a tag that the camera cannot see; one on the
// hand may see it sometime.
func New(o Options) (*Monitor, error) {
	if o.Find == nil {
		// Borders are searched at half size, their edges refined at full size.
		o.Find = func(img *image.Gray) ([]apriltag.Tag, error) {
			return apriltag.Find(img, apriltag.Options{Decimate: 2})
		}
	}
	m := &Monitor{options: o, wake: make(chan struct{}, 1), judge: judge{threshold: o.Threshold, timeout: o.Timeout}}
	for _, t := range o.Tags {
		k := mark{id: t.ID}
		if !o.Camera.OnHand {
			var err error
			if k.want, err = o.Camera.SeeTag(t); err != nil {
				return nil, fmt.Errorf("calib_tags_url: %w", err)
			}
		}
		m.judge.marks = append(m.judge.marks, k)
	}
	return m, nil
}

// Image takes a look at an image where one is due. The message is not kept.
func (m *Monitor) Image(msg *sensor_msgs.Image) {
	if m == nil {
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.misfit = m.options.Camera.FitImage(int(msg.Width), int(msg.Height))
	if len(m.options.Tags) == 0 || !m.take() {
		return
	}
	data := append(m.image.Data[:0], msg.Data...)
	m.image, m.packed, m.stamp = *msg, m.packed[:0], msg.Header.Stamp.AsTime()
	m.image.Data = data
	m.wake <- struct{}{}
}

// Compressed is Image for JPEG and PNG.
func (m *Monitor) Compressed(msg *sensor_msgs.CompressedImage) {
	if m == nil {
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.take() {
		m.packed, m.stamp = append(m.packed[:0], msg.Data...), msg.Header.Stamp.AsTime()
		m.wake <- struct{}{}
	}
}

// take says whether a look is due, and begins it. The caller holds mu.
func (m *Monitor) take() bool {
	now := m.options.Now()
	// A clock that jumped back begins anew.
	waited := now.Sub(m.lastDue)
	if m.busy || m.began && waited >= 0 && waited < m.options.Period {
		return false
	}
	m.begin(now)
	m.busy, m.lastDue = true, now
	return true
}

// begin starts the wait for a first sight.
func (m *Monitor) begin(now time.Time) {
	if !m.began {
		m.began, m.judge.lastSight = true, now
	}
}

// Run looks at images until ctx is done.
func (m *Monitor) Run(ctx context.Context) {
	if m == nil {
		return
	}
	for {
		select {
		case <-ctx.Done():
			return
		case <-m.wake:
			m.look(ctx)
		}
	}
}

// look searches the image that waits. It owns it while busy holds.
func (m *Monitor) look(ctx context.Context) {
	camera, err := m.options.Camera, error(nil)
	if camera.OnHand {
		camera, err = m.resting(ctx)
	}
	start := time.Now()
	var tags []apriltag.Tag
	if err == nil {
		tags, err = m.search()
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.busy = false
	if errors.Is(err, errMoving) {
		m.judge.moving, m.fault, m.lastDue = true, nil, time.Time{} // the next image may do
		return
	}
	m.fault, m.took = err, time.Since(start)
	if err != nil || len(m.judge.marks) == 0 {
		return
	}
	if camera.OnHand {
		m.judge.aim(camera, m.options.Tags, m.options.Now())
	}
	m.judge.look(tags, m.options.Now())
}

func (m *Monitor) search() ([]apriltag.Tag, error) {
	var img *image.Gray
	var err error
	if len(m.packed) > 0 {
		img, err = picture.File(m.packed)
	} else {
		img, err = picture.Message(&m.image)
	}
	if err != nil {
		return nil, err
	}
	if err := m.options.Camera.FitImage(img.Rect.Dx(), img.Rect.Dy()); err != nil {
		return nil, err
	}
	if len(m.options.Tags) == 0 {
		return nil, nil
	}
	return m.options.Find(img)
}

// Fill reports.
func (m *Monitor) Fill(s *node.Status) {
	level, sentence := m.summary()
	s.Summary(level, "%s", sentence)
	m.mu.Lock()
	defer m.mu.Unlock()
	s.Add("camera", m.options.Camera.Lens.Name)
	for _, k := range m.judge.marks {
		s.Add(fmt.Sprintf("tag_%d_px", k.id), k.off)
		s.Add(fmt.Sprintf("tag_%d_seen", k.id), k.seen)
		s.Add(fmt.Sprintf("tag_%d_moved", k.id), k.moved)
	}
	s.Add("looks", m.judge.looks)
	s.AddMillis("look_ms", m.took)
}

// summary is how it goes, in a sentence.
func (m *Monitor) summary() (node.Level, string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	now := m.options.Now()
	m.begin(now)
	switch {
	case m.misfit != nil:
		return node.Warn, m.misfit.Error()
	case m.fault != nil:
		return node.Warn, m.fault.Error()
	case len(m.judge.marks) == 0:
		return node.OK, "calibrated; no tags are watched (calib_tags_url)"
	}
	warn, sentence := m.judge.verdict(now)
	if warn {
		return node.Warn, sentence
	}
	return node.OK, sentence
}
