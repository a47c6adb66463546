package bustest

import (
	"slices"
	"testing"

	"hyt/msgs/bus"
)

var graphCases = []testCase{
	{"SeesNodesOfOthers", "node names appear at the other side, and go with the node", seesNodesOfOthers},
	{"SeesTopicsOfOthers", "topics appear at the other side with their ROS types, and go with their last endpoint", seesTopicsOfOthers},
	{"SeesTopicsAcrossNodes", "a topic of several nodes and types is one entry that stays until all have gone; services are no topics", seesTopicsAcrossNodes},
	{"GraphOfTheClosedIsEmpty", "a node whose driver is closed knows nobody", graphOfTheClosedIsEmpty},
}

func graph(t *testing.T, p pair, n bus.Node) bus.Graph {
	t.Helper()
	p.need(t, Graphs)
	g, ok := n.(bus.Graph)
	if !ok {
		t.Fatalf("%T does not implement bus.Graph", n)
	}
	return g
}

func seesNodesOfOthers(t *testing.T, p pair) {
	g := graph(t, p, p.a)
	names := func(want ...string) func() bool {
		return func() bool { return slices.Equal(g.NodeNames(), want) }
	}
	eventually(t, "both nodes", names("/alpha", "/robot/beta"))
	extra := node(t, p.driverB, "extra", "/robot/arm")
	eventually(t, "a third node", names("/alpha", "/robot/arm/extra", "/robot/beta"))
	extra.Close()
	eventually(t, "the third node to go", names("/alpha", "/robot/beta"))
	p.driverB.Close()
	eventually(t, "the other driver's nodes to go", names("/alpha"))
}

func seesTopicsOfOthers(t *testing.T, p pair) {
	g := graph(t, p, p.a)
	w := advertise(t, p.b, "/robot/speech", bus.Default())
	r, err := p.b.Subscribe("/image", "sensor_msgs/msg/Image", bus.SensorData(), func(bus.Sample) {})
	if err != nil {
		t.Fatal(err)
	}
	eventually(t, "both topics", func() bool {
		topics := g.Topics()
		return slices.Equal(topics["/robot/speech"], []string{stringType}) &&
			slices.Equal(topics["/image"], []string{"sensor_msgs/msg/Image"})
	})
	w.Close()
	r.Close()
	eventually(t, "no topics", func() bool { return len(g.Topics()) == 0 })
}

func seesTopicsAcrossNodes(t *testing.T, p pair) {
	const boolType = "std_msgs/msg/Bool"
	g := graph(t, p, p.a)
	other := node(t, p.driverB, "other", "/robot")
	w := advertise(t, p.b, "/shared", bus.Default())
	subscribe(t, other, "/shared", bus.SensorData(), func(bus.Sample) {})
	if _, err := p.a.Subscribe("/shared", boolType, bus.Default(), func(bus.Sample) {}); err != nil {
		t.Fatal(err)
	}
	serve(t, p.b, echo)
	client(t, p.a)
	types := func(want ...string) func() bool {
		return func() bool {
			topics := g.Topics()
			return len(topics) == 1 && slices.Equal(topics["/shared"], want)
		}
	}
	eventually(t, "both types on one topic", types(boolType, stringType))
	w.Close()
	matched(t, w, 0)
	eventually(t, "the topic to stay", types(boolType, stringType))
	other.Close()
	eventually(t, "the second type to go", types(boolType))
}

func graphOfTheClosedIsEmpty(t *testing.T, p pair) {
	g := graph(t, p, p.a)
	advertise(t, p.b, "/x", bus.Default())
	eventually(t, "the topic", func() bool { return len(g.Topics()) == 1 })
	if err := p.driverA.Close(); err != nil {
		t.Fatal(err)
	}
	if names, topics := g.NodeNames(), g.Topics(); len(names)+len(topics) != 0 {
		t.Errorf("after Close: nodes %v, topics %v", names, topics)
	}
}
