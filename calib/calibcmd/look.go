package calibcmd

import (
	"context"
	"errors"
	"image"
	"runtime"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"hyt/calib/detect"
	"hyt/calib/target"
	"hyt/calib/view"
)

// look is what became of one image.
type look struct {
	name   string
	stamp  time.Time
	found  detect.Found
	reason string      // why there is no view; "" where there is one
	image  *image.Gray // of the first view, for the report
}

// lookAt searches all images for the board, several at a time, and returns them
// in order. An error that one image meets is its reason; an error of the board or
// this build ends the search.
func lookAt(ctx context.Context, s source, b target.Board) ([]look, error) {
	frames, err := s.frames()
	if err != nil {
		return nil, err
	}
	var mu sync.Mutex // guards looks and sample
	var looks []look
	sample := -1 // the first look that has a view keeps its image
	group, running := errgroup.WithContext(ctx)
	group.SetLimit(runtime.GOMAXPROCS(0))
	for f, err := range frames {
		if running.Err() != nil {
			break
		}
		mu.Lock()
		i := len(looks)
		looks = append(looks, look{})
		mu.Unlock()
		group.Go(func() error {
			l, err := lookAtOne(f, err, b)
			mu.Lock()
			defer mu.Unlock()
			switch {
			case l.image == nil:
			case sample >= 0 && sample < i:
				l.image = nil
			default:
				if sample >= 0 {
					looks[sample].image = nil
				}
				sample = i
			}
			looks[i] = l
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	return looks, ctx.Err()
}

func lookAtOne(f frame, err error, b target.Board) (look, error) {
	l := look{name: f.name, stamp: f.stamp}
	if err == nil {
		l.image, err = f.load()
	}
	if err != nil {
		l.reason = err.Error()
		return l, nil
	}
	l.found, err = detect.Find(l.image, b, f.name)
	if err != nil {
		l.image = nil
	}
	if none, ok := errors.AsType[*detect.NotFoundError](err); ok {
		l.reason = none.Reason
		return l, nil
	}
	return l, err
}

// thin gives up views of a film in which the board hardly moved since another:
// by less than part of the image's width at each corner.
func thin(looks []look, part float64) {
	for i := range looks {
		for k := range i {
			a, b := looks[k].found.View, looks[i].found.View
			if looks[i].reason == "" && looks[k].reason == "" && view.Moved(a, b) <= part*float64(b.Size[0]) {
				looks[i].reason, looks[i].image = "the board hardly moved since "+looks[k].name, nil
			}
		}
	}
}
