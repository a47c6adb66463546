package data

import (
	"errors"
	"hash/crc32"
	"runtime"
	"sync"

	"hyt/msgs/imagemsg"
	"hyt/msgs/sensor_msgs"
)

// frame is one image on its way into the set. All but done is valid only after done
// is closed.
type frame struct {
	done chan struct{}
	at   int64  // of its pixels in the set's file
	sum  uint32 // of its pixels: like ones have like sums
	err  error  // why there are none
}

// failed waits for the frame and says why it cannot be used; nil: it can.
func (f *frame) failed() error {
	<-f.done
	return f.err
}

// same tells whether two frames that did not fail show the same pixels.
func (f *frame) same(g *frame) bool {
	<-f.done
	<-g.done
	return f.sum == g.sum
}

// decoders turn image messages into pixels, several at the same time. begin and
// close are called by one goroutine.
type decoders struct {
	work  chan job // begin sends, the workers receive, close closes
	sink  sink
	infos map[string]*sensor_msgs.CameraInfo // by topic, the newest
	wait  sync.WaitGroup
}

// job is one image to decode.
type job struct {
	source     *source
	image      *sensor_msgs.Image // or
	compressed *sensor_msgs.CompressedImage
	info       *sensor_msgs.CameraInfo // nil: the lens stays as it is
	frame      *frame
}

// newDecoders starts one worker for each processor. Jobs that wait hold their
// message's chunk of the bag in memory, so there are few.
func newDecoders(s sink) *decoders {
	n := runtime.GOMAXPROCS(0)
	d := &decoders{work: make(chan job, n), sink: s, infos: map[string]*sensor_msgs.CameraInfo{}}
	for range n {
		d.wait.Go(d.run)
	}
	return d
}

// close waits for all frames that were begun.
func (d *decoders) close() {
	close(d.work)
	d.wait.Wait()
}

// errNoInfo is why an image cannot be used whose lens is to be taken out.
var errNoInfo = errors.New("no camera_info came before it")

func (d *decoders) begin(s *source, image *sensor_msgs.Image, compressed *sensor_msgs.CompressedImage) *frame {
	f := &frame{done: make(chan struct{})}
	j := job{source: s, image: image, compressed: compressed, frame: f}
	if s.CameraInfo != "" {
		if j.info = d.infos[s.CameraInfo]; j.info == nil {
			f.err = errNoInfo
			close(f.done)
			return f
		}
	}
	f.at = d.sink.room(int64(s.Width) * int64(s.Height) * 3)
	d.work <- j
	return f
}

// run is one worker. Its decoders, one for each camera, keep tables and buffers.
func (d *decoders) run() {
	var pixels []byte
	kept := map[*source]*imagemsg.Decoder{}
	for j := range d.work {
		size := j.source.Width * j.source.Height * 3
		if cap(pixels) < size {
			pixels = make([]byte, size)
		}
		pixels = pixels[:size]
		if j.frame.err = j.decode(kept, pixels); j.frame.err == nil {
			j.frame.sum = crc32.ChecksumIEEE(pixels)
			d.sink.put(j.frame.at, pixels)
		}
		close(j.frame.done)
	}
}

func (j *job) decode(kept map[*source]*imagemsg.Decoder, pixels []byte) (err error) {
	d := kept[j.source]
	if d == nil {
		if d, err = imagemsg.NewDecoder(j.source.Width, j.source.Height, j.source.Crop); err != nil {
			return err
		}
		kept[j.source] = d
	}
	if err := d.Rectify(j.info); err != nil {
		return err
	}
	if j.image != nil {
		return d.Image(j.image, pixels)
	}
	return d.Compressed(j.compressed, pixels)
}

// fault is a reason that is the same for all messages of a topic with the same fault.
func fault(topic string, err error) string {
	var cut *imagemsg.TruncatedError
	if errors.As(err, &cut) {
		return topic + ": image data is truncated"
	}
	return topic + ": " + err.Error()
}
