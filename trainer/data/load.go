package data

import (
	"cmp"
	"context"
	"errors"
	"fmt"

	"hyt/msgs"
	"hyt/msgs/bag"
	"hyt/msgs/sensor_msgs"
)

// loader reads bags one after another into one sink.
type loader struct {
	options   *Options
	sink      sink
	report    Report
	progress  Progress
	quantiles quantiles
	labels    *labels
}

// progressEvery is after how many messages Open reports and looks at its context.
const progressEvery = 128

// load reads one bag. An error is one that ends it all; what is wrong with the bag
// alone goes to the report, and nothing of the bag to the set.
func (l *loader) load(ctx context.Context, path string) error {
	b := BagReport{Path: path}
	mark, before := l.sink.mark(), l.report.copy()
	quantiles := l.quantiles.copy()
	err := l.tryLoad(ctx, path, &b)
	var own *bagError
	switch {
	case errors.As(err, &own):
		l.sink.rollBack(mark)
		l.report, l.quantiles = before, quantiles
		b.Episodes, b.Samples, b.LeftOut = 0, 0, own.Error()
	case err != nil:
		return err
	default:
		b.Episodes, b.Samples = l.report.Episodes-before.Episodes, l.report.Samples-before.Samples
	}
	l.report.Bags = append(l.report.Bags, b)
	return nil
}

// bagError is why a bag cannot be used as a whole.
type bagError struct{ err error }

func (e *bagError) Error() string { return e.err.Error() }

func (l *loader) tryLoad(ctx context.Context, path string, b *BagReport) error {
	r, err := bag.Open(path)
	if err != nil {
		return &bagError{err}
	}
	defer r.Close()
	b.Problems = r.Problems()
	sum := make(chan error, 1) // one result, of the goroutine below
	go func() {
		var err error
		b.SHA256, err = hash(r.Files())
		sum <- err
	}()
	p, err := newPlan(&l.options.Contract, r, path)
	if err == nil {
		err = l.read(ctx, r, p, path, b)
	} else {
		err = &bagError{err}
	}
	if err := <-sum; err != nil {
		return &bagError{fmt.Errorf("bag %s: %w", path, err)}
	}
	return err
}

// read takes a bag's messages apart into episodes.
func (l *loader) read(ctx context.Context, r *bag.Reader, p *plan, path string, b *BagReport) error {
	if topic := l.labels.topic(); topic != "" {
		p.infos[topic] = true
	}
	d := newDecoders(l.sink)
	defer d.close()
	marked := false
	for _, s := range p.sources {
		marked = marked || s.typeName == episodeType && p.marked
	}
	cut := cutter{contract: p.contract, marked: marked, bagName: nameOf(path), drop: l.drop, tracks: map[int]*lapTrack{}}
	var failed error // of the sink
	lost := findHoles(r, p)
	cut.done = func(d *demo, held told) {
		if failed == nil {
			failed = l.episode(p, d, held, lost)
		}
	}
	l.progress.Of = r.Info().Messages
	for m, err := range r.Messages(p.topics()...) {
		if err == nil {
			err = l.message(p, m, d, &cut)
		}
		var damage *bag.DamageError
		switch {
		case errors.As(err, &damage):
			b.Problems = append(b.Problems, err.Error())
			lost.add(damage.Damage())
		case err != nil:
			return &bagError{fmt.Errorf("bag %s: %w", path, err)}
		}
		if failed != nil {
			return failed
		}
		if l.progress.Messages++; l.progress.Messages%progressEvery == 0 {
			if err := l.pause(ctx); err != nil {
				return err
			}
		}
	}
	cut.end()
	return cmp.Or(failed, l.sink.failed())
}

// pause tells how far reading is, and whether to stop.
func (l *loader) pause(ctx context.Context) error {
	if l.options.Progress != nil {
		l.options.Progress(l.progress)
	}
	if err := l.sink.failed(); err != nil {
		return err
	}
	return ctx.Err()
}

// message gives one message to the cutter. An error is about the whole bag.
func (l *loader) message(p *plan, m bag.Message, d *decoders, cut *cutter) error {
	if p.infos[m.Topic] {
		info := new(sensor_msgs.CameraInfo)
		if err := msgs.Unmarshal(m.Data, info); err != nil {
			l.drop(fault(m.Topic, err))
		} else {
			d.infos[m.Topic] = info
			if err := l.labels.see(m.Topic, info); err != nil {
				l.drop(fault(m.Topic, err))
			}
		}
	}
	for _, s := range p.byTopic[m.Topic] {
		e, ok, err := p.decode(m, s, d)
		var frame *frameError
		switch {
		case errors.As(err, &frame):
			return err
		case err != nil:
			l.drop(fault(m.Topic, err))
		case ok:
			cut.take(e)
		}
	}
	return nil
}

// mostReasons bounds how many reasons are told apart: damaged messages have many.
const mostReasons = 100

func (l *loader) drop(reason string) {
	if _, known := l.report.Dropped[reason]; !known && len(l.report.Dropped) >= mostReasons {
		reason = "other reasons"
	}
	l.report.Dropped[reason]++
}

// episode adds a complete episode to the sink, or counts why not. An error is the
// sink's.
func (l *loader) episode(p *plan, d *demo, held told, lost holes) error {
	d.trim()
	d.settle()
	if why := cmp.Or(lost.holeReason(d, p), d.unusable(p.contract, held)); why != "" {
		l.report.LeftOut[why]++
		return nil
	}
	// What its images lack counts only where the episode is used.
	dropped := map[string]int{}
	m := maker{plan: p, holes: lost, labels: l.labels, drop: func(reason string) { dropped[reason]++ }}
	samples := m.samples(d, held)
	why := m.bad(d, samples)
	if why == noneUsable || why == "" {
		for reason, n := range dropped {
			l.report.Dropped[reason] += n
		}
	}
	if why != "" {
		l.report.LeftOut[why]++
		return nil
	}
	l.labels.make(samples)
	for _, s := range samples {
		if s.thought != "" {
			l.report.Thoughts++
		}
		l.quantiles.add(s.actions[:len(s.actions)/p.contract.Chunk])
	}
	d.Episode.Samples = len(samples)
	l.report.Samples += len(samples)
	l.report.Episodes++
	return l.sink.add(d.Episode, samples)
}
