package calibcmd

import (
	"context"
	"errors"
	"fmt"
	"image"
	"io"
	"strings"
	"time"

	"hyt/calib/camera"
	"hyt/calib/detect"
	"hyt/calib/guide"
	"hyt/calib/target"
	"hyt/calib/view"
	"hyt/msgs/builtin_interfaces"
	"hyt/msgs/bus"
	"hyt/msgs/sensor_msgs"
	"hyt/nodes/node"
)

// hintPeriod is the least time between two hints to the person with the board.
const hintPeriod = time.Second

// session is a person with a board before a camera.
type session struct {
	tap      *tap
	board    target.Board
	guide    *guide.Guide
	drawings *bus.Publisher[*sensor_msgs.Image]
	teller

	looks []look // those that were kept
}

// watch looks at a topic's images until nothing is missing, or until ctx is done:
// what was kept then counts.
func (s source) watch(ctx context.Context, b target.Board, m camera.Model, want int, out io.Writer) ([]look, error) {
	n, end, err := s.openNode()
	if err != nil {
		return nil, err
	}
	defer end()
	w := &session{board: b, guide: guide.New(m, want), teller: teller{out: out}}
	if w.drawings, err = node.Advertise[*sensor_msgs.Image](n, "~/guide", bus.SensorData()); err != nil {
		return nil, err
	}
	if w.tap, err = newTap(n, s.topic); err != nil {
		return nil, err
	}
	fmt.Fprintf(out, "looking at %s for a %s; the guide is drawn on /calib/guide (rqt_image_view); Ctrl-C ends and calibrates\n", s.topic, b)
	for !w.guide.Done() {
		f, ok := w.tap.patient(ctx, s.topic, out)
		if !ok {
			break
		}
		if err := w.look(f); err != nil {
			return nil, err
		}
	}
	return w.looks, nil
}

// look takes one image.
func (w *session) look(f frame) error {
	img, err := f.load()
	if err != nil {
		w.hint(err.Error())
		return nil
	}
	found, err := detect.Find(img, w.board, f.name)
	if none, ok := errors.AsType[*detect.NotFoundError](err); ok {
		w.guide.Blind()
		w.hint(none.Reason)
		return w.draw(f, img, view.View{}, none.Reason)
	}
	if err != nil {
		return err
	}
	v := w.guide.Offer(found.View)
	if v.Kept {
		l := look{name: f.name, stamp: f.stamp, found: found}
		if len(w.looks) == 0 {
			l.image = img
		}
		w.looks = append(w.looks, l)
		w.say(fmt.Sprintf("view %d kept, %.0f %% of the image covered; missing: %s", len(w.looks), 100*w.guide.Share(), w.missing()))
	} else {
		w.hint(v.Why)
	}
	return w.draw(f, img, found.View, w.missing())
}

func (w *session) missing() string {
	m := w.guide.Missing()
	if len(m) == 0 {
		return nothing
	}
	return strings.Join(m, "; ")
}

// draw shows the guide to whoever looks.
func (w *session) draw(f frame, img *image.Gray, now view.View, says string) error {
	if w.drawings.Matched() == 0 {
		return nil
	}
	d := w.guide.Draw(img, now, says)
	m := &sensor_msgs.Image{Width: uint32(d.Rect.Dx()), Height: uint32(d.Rect.Dy()), Encoding: "rgba8", Step: uint32(d.Stride), Data: d.Pix}
	m.Header.Stamp = builtin_interfaces.FromTime(f.stamp)
	return w.drawings.Publish(m)
}

// teller speaks to the person with the board.
type teller struct {
	out  io.Writer
	last time.Time
}

// hint says what to do now, not too often.
func (t *teller) hint(text string) {
	if time.Since(t.last) >= hintPeriod {
		t.say(text)
	}
}

func (t *teller) say(text string) {
	t.last = time.Now()
	fmt.Fprintln(t.out, text)
}
