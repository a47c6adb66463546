package bustest

import (
	"slices"
	"testing"

	"hyt/msgs/bus"
)

var graphCases = []testCase{
	{"SeesNodesOfOthers", "node names appear at the other side, and go with the node", seesNodesOfOthers},
	{"SeesTopicsOfOthers", "topics appear at the other side with their ROS types, and go with their last endpoint", seesTopicsOfOthers},
}

func graph(t *testing.T, n bus.Node) bus.Graph {
	t.Helper()
	g, ok := n.(bus.Graph)
	if !ok {
		t.Skip("this driver does not know the graph")
	}
	return g
}

func seesNodesOfOthers(t *testing.T, p pair) {
	g := graph(t, p.a)
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
	g := graph(t, p.a)
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
