package demos

import (
	"hyt/msgs"
	"hyt/msgs/bus"
	"hyt/nodes/node"
)

func advertise[M msgs.Message](n *node.Node, to **bus.Publisher[M], topic string, qos bus.QoS) error {
	p, err := node.Advertise[M](n, topic, qos)
	*to = p
	return err
}

// publish sends one message that the recorder must get.
func publish[M msgs.Message](s *stage, p *bus.Publisher[M], m M) error {
	s.sent++
	return p.Publish(m)
}
