package calibcmd

import (
	"context"
	"errors"
	"fmt"
	"image"
	"io"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"hyt/calib/picture"
	"hyt/msgs"
	"hyt/msgs/bag"
	"hyt/msgs/bus"
	"hyt/msgs/sensor_msgs"
)

// frame is one image of a source.
type frame struct {
	name  string
	stamp time.Time // when the camera took it; zero for files
	load  func() (*image.Gray, error)
}

// source is where images come from.
type source struct {
	paths []string      // folders of images, images, or one bag; none: live from topic
	topic string        // of a bag; "" where it has only one of images
	every time.Duration // least time between two images of a bag

	bus    string     // middleware, where it is live
	driver bus.Driver // the same, open already; nil: it is opened
}

// add are the flags of images; every is the default of --every.
func (s *source) add(flags *pflag.FlagSet, every time.Duration) {
	flags.StringVar(&s.topic, "topic", "", "topic of images: of a bag (may be left out where there is one), or live where no SOURCE is named")
	flags.DurationVar(&s.every, "every", every, "least time between two images of a bag")
	flags.StringVar(&s.bus, "bus", "auto", "middleware of a live topic: auto, dds or rcl")
}

// then runs a command on the source that its arguments name: paths, or none with a topic.
func (s *source) then(run func(ctx context.Context, out, progress io.Writer) error) func(*cobra.Command, []string) error {
	return func(cmd *cobra.Command, args []string) error {
		if s.paths = args; len(args) == 0 && s.topic == "" {
			return usagef("name a folder with images, images or a bag, or a live topic with --topic")
		}
		return run(cmd.Context(), cmd.OutOrStdout(), cmd.ErrOrStderr())
	}
}

// live says that images come from a topic now.
func (s *source) live() bool { return len(s.paths) == 0 }

// film says that images come one after another of the same scene.
func (s *source) film() bool { return !s.live() && isBag(s.paths[0]) }

const (
	imageType      = "sensor_msgs/msg/Image"
	compressedType = "sensor_msgs/msg/CompressedImage"
)

// frames lists the source's images. The sequence may yield an error for a part
// of a bag that is damaged, and goes on after it.
func (s source) frames() (iter.Seq2[frame, error], error) {
	if len(s.paths) == 1 && isBag(s.paths[0]) {
		return s.bagFrames(s.paths[0])
	}
	if s.topic != "" {
		return nil, usagef("--topic is for bags, and %s is none", strings.Join(s.paths, " "))
	}
	var files []string
	for _, path := range s.paths {
		found, err := imageFiles(path)
		if err != nil {
			return nil, err
		}
		files = append(files, found...)
	}
	return func(yield func(frame, error) bool) {
		for _, name := range files {
			load := func() (*image.Gray, error) {
				data, err := os.ReadFile(name)
				if err != nil {
					return nil, err
				}
				return picture.File(data)
			}
			if !yield(frame{name: filepath.Base(name), load: load}, nil) {
				return
			}
		}
	}, nil
}

// isBag tells whether path is a rosbag2 folder or a file of one.
func isBag(path string) bool {
	storage := func(name string) bool { return filepath.Ext(name) == ".mcap" || filepath.Ext(name) == ".db3" }
	if storage(path) {
		return true
	}
	if _, err := os.Stat(filepath.Join(path, "metadata.yaml")); err == nil {
		return true
	}
	entries, _ := os.ReadDir(path)
	return slices.ContainsFunc(entries, func(e os.DirEntry) bool { return storage(e.Name()) })
}

var imageEndings = []string{".png", ".jpg", ".jpeg"}

// imageFiles is path itself, or the images in the folder path, by name.
func imageFiles(path string) (files []string, err error) {
	stat, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if !stat.IsDir() {
		return []string{path}, nil
	}
	entries, err := os.ReadDir(path)
	if err != nil {
		return nil, err
	}
	for _, e := range entries {
		if !e.IsDir() && slices.Contains(imageEndings, strings.ToLower(filepath.Ext(e.Name()))) {
			files = append(files, filepath.Join(path, e.Name()))
		}
	}
	if len(files) == 0 {
		return nil, fmt.Errorf("%s holds neither a bag nor images (%s)", path, strings.Join(imageEndings, " "))
	}
	return files, nil
}

// bagFrames lists the images on a bag's topic.
func (s source) bagFrames(path string) (iter.Seq2[frame, error], error) {
	r, err := bag.Open(path)
	if err != nil {
		return nil, err
	}
	topic, err := s.imageTopic(r)
	if err != nil {
		r.Close()
		return nil, err
	}
	return func(yield func(frame, error) bool) {
		defer r.Close()
		var last time.Time
		for m, err := range r.Messages(topic) {
			if err == nil && !last.IsZero() && m.LogTime.Sub(last) < s.every {
				continue
			}
			var f frame
			if err == nil {
				last = m.LogTime
				f, err = messageFrame(m)
			}
			if !yield(f, err) {
				return
			}
		}
	}, nil
}

// imageTopic is the topic asked for, or the only one with images.
func (s source) imageTopic(r *bag.Reader) (string, error) {
	var names []string
	for _, t := range r.Topics() {
		if t.Type == imageType || t.Type == compressedType {
			names = append(names, t.Name)
		}
	}
	switch {
	case s.topic != "" && !slices.Contains(names, s.topic):
		return "", fmt.Errorf("the bag has no images on %s; its topics with images: %s", s.topic, strings.Join(names, " "))
	case s.topic != "":
		return s.topic, nil
	case len(names) == 0:
		return "", errors.New("the bag has no topic with images (sensor_msgs/Image or CompressedImage)")
	case len(names) > 1:
		return "", usagef("the bag has images on %s: name one with --topic", strings.Join(names, ", "))
	}
	return names[0], nil
}

// messageFrame names a message by its stamp; its image is decoded later, maybe by
// another goroutine.
func messageFrame(m bag.Message) (frame, error) {
	if m.Type == compressedType {
		var c sensor_msgs.CompressedImage
		err := msgs.Unmarshal(m.Data, &c)
		stamp := c.Header.Stamp.AsTime()
		return frame{stampName(stamp), stamp, func() (*image.Gray, error) { return picture.File(c.Data) }}, err
	}
	var c sensor_msgs.Image
	err := msgs.Unmarshal(m.Data, &c)
	stamp := c.Header.Stamp.AsTime()
	return frame{stampName(stamp), stamp, func() (*image.Gray, error) { return picture.Message(&c) }}, err
}

func stampName(t time.Time) string { return fmt.Sprintf("%d.%03d", t.Unix(), t.Nanosecond()/1e6) }
