package recorder

import (
	"context"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"hyt/msgs/bag"
	"hyt/msgs/bus"
	"hyt/msgs/bus/mem"
	"hyt/msgs/std_msgs"
)

func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// rig is a recorder and a publishing node on one bus, in a bubble of fake time.
type rig struct {
	*Recorder
	t    *testing.T
	node bus.Node // of the publishers
	dir  string
	stop func() // ends the recording and checks that it ended well
}

// inBubble runs test with a recorder of topics. before may publish before the
// recorder starts.
func inBubble(t *testing.T, c Config, before func(bus.Node), test func(*rig)) {
	synctest.Test(t, func(t *testing.T) {
		network := mem.NewNetwork()
		nodes := make([]bus.Node, 2)
		for i, name := range []string{"robot", "recorder"} {
			driver := network.Open()
			defer driver.Close()
			var err error
			nodes[i], err = driver.OpenNode(name, "/")
			check(t, err)
		}
		if before != nil {
			before(nodes[0])
		}
		c.Dir = filepath.Join(t.TempDir(), "demo")
		r, err := New(nodes[1], c)
		check(t, err)
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() { ended <- r.Run(ctx) }()
		synctest.Wait()
		g := &rig{Recorder: r, t: t, node: nodes[0], dir: c.Dir}
		g.stop = func() {
			cancel()
			check(t, <-ended)
		}
		test(g)
	})
}

func (g *rig) publisher(topic string, qos bus.QoS) *bus.Publisher[*std_msgs.String] {
	g.t.Helper()
	return publisher(g.t, g.node, topic, qos)
}

func publisher(t testing.TB, node bus.Node, topic string, qos bus.QoS) *bus.Publisher[*std_msgs.String] {
	t.Helper()
	p, err := bus.NewPublisher[*std_msgs.String](node, topic, qos)
	check(t, err)
	return p
}

// recorded is the texts in the bag, and what was wrong with it.
func (g *rig) recorded() (texts []string) {
	g.t.Helper()
	r, err := bag.Open(g.dir)
	check(g.t, err)
	defer r.Close()
	for m, err := range r.Messages() {
		check(g.t, err)
		texts = append(texts, m.Topic+" "+strings.Trim(string(m.Data[8:]), "\x00"))
	}
	for _, p := range r.Problems() {
		g.t.Errorf("the bag has a problem: %s", p)
	}
	return texts
}

func (g *rig) expect(want ...string) {
	g.t.Helper()
	if got := g.recorded(); strings.Join(got, "\n") != strings.Join(want, "\n") {
		g.t.Errorf("recorded %q, want %q", got, want)
	}
}

func text(s string) *std_msgs.String { return &std_msgs.String{Data: s} }

const stringType = "std_msgs/msg/String"

func TestRecordsConfiguredTopics(t *testing.T) {
	c := Config{Topics: []Topic{{Name: "/a", Type: stringType}, {Name: "/b", Type: stringType}}}
	inBubble(t, c, nil, func(g *rig) {
		<-g.Ready()
		a, b := g.publisher("/a", bus.Default()), g.publisher("/b", bus.Default())
		for i, p := range []*bus.Publisher[*std_msgs.String]{a, b, a} {
			time.Sleep(time.Second)
			check(t, p.Publish(text(strings.Repeat("x", i+1))))
		}
		synctest.Wait()
		s := g.Stats()
		if s.Messages != 3 || s.Dropped != 0 || s.Waiting != 0 || s.Topics[0].Messages != 2 || s.Topics[0].Publishers != 1 {
			t.Errorf("stats %+v", s)
		}
		g.stop()
		g.expect("/a x", "/b xx", "/a xxx")
	})
}

func TestFindsTypesInTheGraph(t *testing.T) {
	inBubble(t, Config{Topics: []Topic{{Name: "/late"}}}, nil, func(g *rig) {
		time.Sleep(time.Minute)
		select {
		case <-g.Ready():
			t.Fatal("ready before anybody said the type")
		default:
		}
		p := g.publisher("/late", bus.Default())
		<-g.Ready()
		check(t, p.Publish(text("hello")))
		synctest.Wait()
		g.stop()
		g.expect("/late hello")
	})
}

// An instruction may come from either kind of publisher, and before the recorder.
func TestLatchedTopicIsTakenFromBothKindsOfPublisherOnce(t *testing.T) {
	c := Config{Topics: []Topic{{Name: "/instruction", Type: stringType, Latched: true}}}
	before := func(node bus.Node) {
		check(t, publisher(t, node, "/instruction", bus.Latched(1)).Publish(text("early")))
	}
	inBubble(t, c, before, func(g *rig) {
		latched, volatile := g.publisher("/instruction", bus.Latched(1)), g.publisher("/instruction", bus.Default())
		for _, p := range []*bus.Publisher[*std_msgs.String]{latched, volatile} {
			time.Sleep(time.Second)
			check(t, p.Publish(text("same words")))
		}
		synctest.Wait()
		g.stop()
		g.expect("/instruction early", "/instruction same words", "/instruction same words")
	})
}

func TestAdaptsToBestEffortPublishers(t *testing.T) {
	inBubble(t, Config{Topics: []Topic{{Name: "/image", Type: stringType}}}, nil, func(g *rig) {
		p := g.publisher("/image", bus.SensorData())
		time.Sleep(time.Second)
		check(t, p.Publish(text("pixels")))
		synctest.Wait()
		if s := g.Stats().Topics[0]; !s.BestEffort || s.Publishers != 1 {
			t.Errorf("stats %+v", s)
		}
		g.stop()
		g.expect("/image pixels")
	})
}

// Times in the bag are the recorder's clock and the publisher's.
func TestRecordsWithTheNodesClock(t *testing.T) {
	sim := time.Time{} // not started
	c := Config{Topics: []Topic{{Name: "/a", Type: stringType}}, Now: func() time.Time { return sim }}
	inBubble(t, c, nil, func(g *rig) {
		p := g.publisher("/a", bus.Default())
		sent := time.Now()
		for _, now := range []time.Time{{}, time.Unix(42, 0)} {
			sim = now
			check(t, p.Publish(text("x")))
			synctest.Wait()
		}
		g.stop()
		r, err := bag.Open(g.dir)
		check(t, err)
		defer r.Close()
		want := []time.Time{time.Unix(0, 0), time.Unix(42, 0)}
		for m, err := range r.Messages() {
			check(t, err)
			if !m.LogTime.Equal(want[0]) || !m.Published.Equal(sent) {
				t.Errorf("logged %v, published %v", m.LogTime, m.Published)
			}
			want = want[1:]
		}
	})
}

func TestFullQueueDropsAndCounts(t *testing.T) {
	q := newQueue(10)
	kept := 0
	for range 3 {
		if q.put(item{data: make([]byte, 4)}) {
			kept++
		}
	}
	if kept != 2 || q.waiting() != 8 {
		t.Errorf("kept %d items, %d bytes", kept, q.waiting())
	}
	if len(q.takeAll()) != 2 || !q.put(item{data: make([]byte, 10)}) {
		t.Error("no room after taking all")
	}
}

func TestRefuses(t *testing.T) {
	driver := mem.Open()
	defer driver.Close()
	node, err := driver.OpenNode("recorder", "/")
	check(t, err)
	topics := []Topic{{Name: "/a", Type: stringType}}
	for want, c := range map[string]Config{
		"no folder to record to: set dir":            {Topics: topics},
		"no topics to record: name at least one":     {Dir: "x"},
		"topic /a is named twice":                    {Dir: "x", Topics: append(topics, topics...)},
		`topic name "a" must start with a slash`:     {Dir: "x", Topics: []Topic{{Name: "a"}}},
		"folder /proc is not empty: name a new fold": {Dir: "/proc", Topics: topics},
	} {
		r, err := New(node, c)
		if err == nil {
			err = r.Run(t.Context())
		}
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %q", err, want)
		}
	}
}

// As `ros2 bag record` (Humble) stores a reliable, volatile profile of depth 1.
func TestOfferedQoSIsWhatRosbag2Stores(t *testing.T) {
	const want = "- history: 1\n  depth: 1\n  reliability: 1\n  durability: 2\n  deadline:\n    sec: 9223372036\n    nsec: 854775807\n  lifespan:\n    sec: 9223372036\n    nsec: 854775807\n  liveliness: 1\n  liveliness_lease_duration:\n    sec: 9223372036\n    nsec: 854775807\n  avoid_ros_namespace_conventions: false"
	if got := OfferedQoS(bus.Command()); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

// Images come in faster than any robot sends them, and none is lost.
func TestRecordsABurstOfImagesWithoutLoss(t *testing.T) {
	const images, size = 3000, 64 * 64 * 3
	c := Config{Topics: []Topic{{Name: "/image", Type: "sensor_msgs/msg/Image"}}, Depth: 2 * images}
	inBubble(t, c, nil, func(g *rig) {
		w, err := g.node.Advertise("/image", "sensor_msgs/msg/Image", bus.QoS{Depth: 2 * images})
		check(t, err)
		data := append([]byte{0, 1, 0, 0}, make([]byte, size)...)
		for range images {
			check(t, w.Write(data[:4], data[4:]))
		}
		g.stop() // while most of them are on their way
		if s := g.Stats(); s.Messages != images || s.Dropped != 0 || s.Waiting != 0 {
			t.Errorf("stats %+v", s)
		}
	})
}

// How many images of 64x64 a second go from a publisher into a bag.
func BenchmarkRecord(b *testing.B) {
	driver := mem.Open()
	defer driver.Close()
	node, err := driver.OpenNode("recorder", "/")
	check(b, err)
	r, err := New(node, Config{Dir: filepath.Join(b.TempDir(), "demo"), Topics: []Topic{{Name: "/image", Type: "sensor_msgs/msg/Image"}}})
	check(b, err)
	ctx, cancel := context.WithCancel(b.Context())
	ended := make(chan error, 1)
	go func() { ended <- r.Run(ctx) }()
	<-r.Ready()
	w, err := node.Advertise("/image", "sensor_msgs/msg/Image", bus.QoS{Depth: 1000})
	check(b, err)
	image := append([]byte{0, 1, 0, 0}, make([]byte, 64*64*3)...)
	b.SetBytes(int64(len(image)))
	for b.Loop() {
		check(b, w.Write(image, nil))
	}
	cancel()
	check(b, <-ended)
	b.ReportMetric(float64(r.Stats().Messages)/float64(b.N), "recorded/published")
	b.ReportMetric(float64(r.Stats().Messages)/b.Elapsed().Seconds(), "images/s")
}
