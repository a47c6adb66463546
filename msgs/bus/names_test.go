package bus_test

import (
	"strings"
	"testing"

	"hyt/msgs/bus"
)

func TestNameErrorsSayWhy(t *testing.T) {
	for _, c := range []struct {
		err  error
		want string // empty: a good name
	}{
		{bus.CheckTopic("/robot/image_raw"), ""},
		{bus.CheckTopic("/_hidden/x9"), ""},
		{bus.CheckTopic(""), `topic name "" is empty`},
		{bus.CheckTopic("image"), `topic name "image" must start with a slash (expand it first)`},
		{bus.CheckTopic("/image/"), `topic name "/image/" must not end with a slash`},
		{bus.CheckTopic("/a//b"), `topic name "/a//b" has two slashes in a row`},
		{bus.CheckTopic("/2d"), `topic name "/2d" has a part that starts with a digit ("2d")`},
		{bus.CheckTopic("/a-b"), `topic name "/a-b" has the character '-'; only letters, digits and _ are allowed`},
		{bus.CheckService("/" + strings.Repeat("x", 246)), ""},
		{bus.CheckNode("policy", "/"), ""},
		{bus.CheckNode("policy", "/robot/arm"), ""},
		{bus.CheckNode("", "/"), `node name "" is empty`},
		{bus.CheckNode("my/node", "/"), `node name "my/node" has the character '/'; only letters, digits and _ are allowed`},
		{bus.CheckNode("policy", ""), `namespace name "" is empty`},
		{bus.CheckType("std_msgs/msg/String", "msg"), ""},
		{bus.CheckType("hyt_msgs/action/Execute_SendGoal", "srv"), ""},
		{bus.CheckType("hyt_msgs/action/Execute_FeedbackMessage", "msg"), ""},
		{bus.CheckType("std_msgs/String", "msg"), `type name "std_msgs/String" must look like package/msg/Type`},
		{bus.CheckType("std_msgs/msg/String", "srv"), `type name "std_msgs/msg/String" must look like package/srv/Type`},
		{bus.CheckEndpoint("/x", "a/msg/B", bus.QoS{}), "topic /x: QoS: keep last needs a depth of at least 1, not 0"},
		{bus.CheckServiceEndpoint("/x", "B"), `service /x: type name "B" must look like package/srv/Type`},
		{bus.CheckCDR([]byte{0, 1, 0, 0}), ""},
		{bus.CheckCDR([]byte("{}")), "data must begin with a 4-byte CDR encapsulation header (00 01 00 00), not with 7b 7d"},
	} {
		got := ""
		if c.err != nil {
			got = c.err.Error()
		}
		if got != c.want {
			t.Errorf("got  %s\nwant %s", got, c.want)
		}
	}
	if bus.CheckService("/"+strings.Repeat("x", 247)) == nil {
		t.Error("a name too long for DDS was taken")
	}
}
