// Package recorder is the core of the recorder node: it subscribes to topics and
// writes what comes to a rosbag2 folder.
//
// Goroutines: each subscription's handler copies a sample into the queue and
// returns, so that the middleware's own history never fills up; the goroutine of
// Run takes from the queue and writes. The bag flushes itself twice a second, so
// that a killed recorder loses at most that.
//
// What the recorder itself cannot keep is counted, by topic (Stats). What the
// middleware's histories drop, at the publisher or in front of the handler, cannot
// be seen from here; the recorder's own holds a thousand samples a topic, and a
// publisher of data that must be complete keeps a deep one too.
package recorder

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"hyt/msgs/bag"
	"hyt/msgs/bus"
)

// Topic is one thing to record.
type Topic struct {
	Name string // fully qualified
	Type string // ROS name; "": taken from the graph as soon as somebody is there
	// Latched also takes what transient-local publishers sent before.
	Latched bool
	// BestEffort accepts losses. A reliable subscription (the default) that meets
	// a best-effort publisher becomes best effort by itself.
	BestEffort bool
}

// Config of a Recorder. Zero values stand for the defaults.
type Config struct {
	Dir    string // the bag; must not exist or be empty
	Topics []Topic
	Bag    bag.Options
	// Depth is how many samples the middleware keeps for each topic until the
	// recorder takes them. 0: 1000.
	Depth int
	// QueueBytes bounds the samples that wait to be written. What comes beyond
	// is dropped and counted; as many again may be in writing. 0: 256 MiB.
	QueueBytes int
	// LookEvery is how often the graph is asked for new topics and peers. 0: 200 ms.
	LookEvery time.Duration
	// Now is the clock of log times. nil: time.Now.
	Now func() time.Time
}

func (c Config) withDefaults() Config {
	if c.Depth == 0 {
		c.Depth = 1000
	}
	if c.QueueBytes == 0 {
		c.QueueBytes = 256 << 20
	}
	if c.LookEvery == 0 {
		c.LookEvery = 200 * time.Millisecond
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	return c
}

func (c Config) validate() error {
	if c.Dir == "" {
		return errors.New("recorder: no folder to record to: set dir")
	}
	if len(c.Topics) == 0 {
		return errors.New("recorder: no topics to record: name at least one")
	}
	for i, t := range c.Topics {
		if err := bus.CheckTopic(t.Name); err != nil {
			return fmt.Errorf("recorder: %w", err)
		}
		if slices.ContainsFunc(c.Topics[:i], func(o Topic) bool { return o.Name == t.Name }) {
			return fmt.Errorf("recorder: topic %s is named twice", t.Name)
		}
	}
	return nil
}

// Recorder records one bag.
type Recorder struct {
	node   bus.Node
	config Config
	queue  *queue
	ready  chan struct{} // closed by Run when every topic is subscribed

	mu            sync.Mutex // guards the subscriptions' state, for Stats
	subscriptions []*subscription
}

// New makes a recorder on node, which stays the caller's.
func New(node bus.Node, c Config) (*Recorder, error) {
	c = c.withDefaults()
	if err := c.validate(); err != nil {
		return nil, err
	}
	r := &Recorder{node: node, config: c, queue: newQueue(c.QueueBytes), ready: make(chan struct{})}
	for _, t := range c.Topics {
		r.subscriptions = append(r.subscriptions, &subscription{topic: t, typeName: t.Type})
	}
	return r, nil
}

// Ready is closed when all topics are subscribed. A topic without a configured
// type is subscribed when the graph knows its type.
func (r *Recorder) Ready() <-chan struct{} { return r.ready }

// How long Run goes on when ctx is done, for samples that are on their way: until
// none comes for lingerQuiet, at most lingerMost.
const (
	lingerQuiet = 100 * time.Millisecond
	lingerMost  = time.Second
)

// Run records until ctx is done, then takes what is on its way, writes what is
// waiting and closes the bag. It returns nil after a clean stop. It is called once.
func (r *Recorder) Run(ctx context.Context) error {
	w, err := bag.Create(r.config.Dir, r.config.Bag)
	if err != nil {
		return err
	}
	err = r.record(ctx, w)
	if err == nil {
		err = r.linger(w)
	}
	r.closeSubscriptions()
	if err == nil {
		err = r.drain(w)
	}
	return errors.Join(err, w.Close())
}

func (r *Recorder) record(ctx context.Context, w *bag.Writer) error {
	look := time.NewTicker(r.config.LookEvery)
	defer look.Stop()
	if err := r.look(w); err != nil {
		return err
	}
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-look.C:
			if err := r.look(w); err != nil {
				return err
			}
		case <-r.queue.filled:
			if err := r.drain(w); err != nil {
				return err
			}
		}
	}
}

// linger takes the samples that were sent before the recorder was told to stop.
func (r *Recorder) linger(w *bag.Writer) error {
	most := time.After(lingerMost)
	for {
		select {
		case <-most:
			return nil
		case <-time.After(lingerQuiet):
			return nil
		case <-r.queue.filled:
			if err := r.drain(w); err != nil {
				return err
			}
		}
	}
}

// drain writes all that waits.
func (r *Recorder) drain(w *bag.Writer) error {
	for _, s := range r.queue.takeAll() {
		if err := w.Write(s.subscription.topic.Name, s.data, s.received, s.published); err != nil {
			return err
		}
		s.subscription.written.Add(1)
	}
	return nil
}

// look subscribes to topics whose type is known by now, and adapts subscriptions
// to the QoS of those that publish.
func (r *Recorder) look(w *bag.Writer) error {
	var known map[string][]string
	if g, ok := r.node.(bus.Graph); ok {
		known = g.Topics()
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	waiting := 0
	for _, s := range r.subscriptions {
		if types := known[s.topic.Name]; s.typeName == "" && len(types) > 0 {
			s.typeName = types[0]
		}
		switch {
		case s.typeName == "":
			waiting++
		case len(s.readers) == 0:
			if err := r.subscribe(w, s); err != nil {
				return err
			}
		case s.refusedForReliability():
			s.topic.BestEffort = true
			if err := r.open(s); err != nil {
				return err
			}
		}
	}
	if waiting == 0 {
		r.announceReady()
	}
	return nil
}

// announceReady closes ready once. Only Run's goroutine calls it.
func (r *Recorder) announceReady() {
	select {
	case <-r.ready:
	default:
		close(r.ready)
	}
}
