package calibcmd

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"io"
	"path"
	"sync/atomic"
	"time"

	"hyt/calib/picture"
	"hyt/config"
	"hyt/msgs/bus"
	"hyt/msgs/sensor_msgs"
	"hyt/nodes/node"
	"hyt/nodes/rosargs"
)

// tap takes images from a topic one at a time: the next to come after it was asked,
// so that slow detection always looks at a fresh one.
type tap struct {
	wanted atomic.Bool
	frames chan frame // out: has room for the one that was wanted
}

// compressedTopic says whether a topic is one of image_transport's compressed ones.
func compressedTopic(topic string) bool { return path.Base(topic) == "compressed" }

func newTap(n *node.Node, topic string) (*tap, error) {
	t := &tap{frames: make(chan frame, 1)}
	var err error
	if compressedTopic(topic) {
		_, err = node.Subscribe(n, topic, bus.SensorData(), func(m *sensor_msgs.CompressedImage) {
			if t.wanted.CompareAndSwap(true, false) {
				data, stamp := bytes.Clone(m.Data), m.Header.Stamp.AsTime()
				t.frames <- frame{stampName(stamp), stamp, func() (*image.Gray, error) { return picture.File(data) }}
			}
		})
		return t, err
	}
	_, err = node.Subscribe(n, topic, bus.SensorData(), func(m *sensor_msgs.Image) {
		if t.wanted.CompareAndSwap(true, false) {
			own, stamp := *m, m.Header.Stamp.AsTime()
			own.Data = bytes.Clone(m.Data)
			t.frames <- frame{stampName(stamp), stamp, func() (*image.Gray, error) { return picture.Message(&own) }}
		}
	})
	return t, err
}

// next waits for the next image. ok is false when ctx is done first.
func (t *tap) next(ctx context.Context) (f frame, ok bool) {
	t.wanted.Store(true)
	select {
	case f = <-t.frames:
		return f, true
	case <-ctx.Done():
		return frame{}, false
	}
}

// openNode connects to the middleware as node "calib". close ends both.
func (s *source) openNode() (n *node.Node, close func(), err error) {
	driver, own := s.driver, false
	if driver == nil {
		if driver, err = node.OpenDriver(config.Common{Bus: s.bus, RosDistro: "auto"}); err != nil {
			return nil, nil, err
		}
		own = true
	}
	n, err = node.New(node.Options{Identity: rosargs.Identity{Name: "calib", Namespace: "/"}, Driver: driver, Console: io.Discard})
	close = func() {
		if n != nil {
			n.Close() // at the end of a program; nothing is left to do about an error
		}
		if own {
			driver.Close()
		}
	}
	if err != nil {
		close()
		return nil, nil, err
	}
	return n, close, nil
}

// patience is how long no image may come before that is said.
const patience = 5 * time.Second

// patient is next, and says when none comes.
func (t *tap) patient(ctx context.Context, topic string, out io.Writer) (frame, bool) {
	for {
		wait, stop := context.WithTimeout(ctx, patience)
		f, ok := t.next(wait)
		stop()
		if ok || ctx.Err() != nil {
			return f, ok
		}
		fmt.Fprintf(out, "no image on %s for %v: is the camera running, and its name right?\n", topic, patience)
	}
}

// passError says why an image was passed over.
type passError struct{ error }

// each looks at all images of a source that can be read, or at some from a live topic,
// whose node opened gets first.
func (s *source) each(ctx context.Context, live int, progress io.Writer, opened func(*node.Node) error, look func(frame, *image.Gray) error) error {
	if !s.live() {
		frames, err := s.frames()
		if err != nil {
			return err
		}
		for f, err := range frames {
			if ctx.Err() != nil {
				return ctx.Err()
			}
			if err != nil {
				fmt.Fprintln(progress, err)
				continue
			}
			img, err := f.load()
			if err != nil {
				return fmt.Errorf("%s: %w", f.name, err)
			}
			if err := pass(look(f, img), progress); err != nil {
				return err
			}
		}
		return nil
	}
	n, end, err := s.openNode()
	if err != nil {
		return err
	}
	defer end()
	if err := opened(n); err != nil {
		return err
	}
	t, err := newTap(n, s.topic)
	if err != nil {
		return err
	}
	for looked := 0; looked < live; {
		f, ok := t.patient(ctx, s.topic, progress)
		if !ok {
			return ctx.Err()
		}
		img, err := f.load()
		if err != nil {
			return err
		}
		err = look(f, img)
		if err == nil {
			looked++
		}
		if err := pass(err, progress); err != nil {
			return err
		}
	}
	return nil
}

// pass says of an image that was passed over why; other errors it returns.
func pass(err error, progress io.Writer) error {
	if p, ok := errors.AsType[passError](err); ok {
		fmt.Fprintln(progress, p)
		return nil
	}
	return err
}
