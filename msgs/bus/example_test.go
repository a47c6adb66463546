package bus_test

import (
	"fmt"

	"hyt/msgs/bus"
	"hyt/msgs/bus/mem"
	"hyt/msgs/std_msgs"
)

// A node speaks and listens. With dds.Open instead of mem.Open it does so in a
// ROS 2 network.
func Example() {
	driver := mem.Open()
	defer driver.Close() // closes nodes and their endpoints, too
	node, err := driver.OpenNode("talker", "/")
	if err != nil {
		fmt.Println(err)
		return
	}
	heard := make(chan string)
	_, err = bus.Subscribe(node, "/instruction", bus.Default(),
		func(m *std_msgs.String, _ bus.Sample) { heard <- m.Data }, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	instruction, err := bus.NewPublisher[*std_msgs.String](node, "/instruction", bus.Default())
	if err != nil {
		fmt.Println(err)
		return
	}
	if err := instruction.Publish(&std_msgs.String{Data: "push the red cube"}); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(<-heard)
	// Output: push the red cube
}
