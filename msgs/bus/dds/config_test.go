//go:build cgo && !nodds

package dds

import (
	"strings"
	"testing"
	"time"
)

func env(pairs ...string) func(string) string {
	return func(key string) string {
		for i := 0; i < len(pairs); i += 2 {
			if pairs[i] == key {
				return pairs[i+1]
			}
		}
		return ""
	}
}

func TestDomainComesFromOptionsThenEnvironment(t *testing.T) {
	seven, tooHigh := 7, 233
	for _, c := range []struct {
		o    Options
		env  func(string) string
		want int
		err  string
	}{
		{Options{}, env(), 0, ""},
		{Options{}, env("ROS_DOMAIN_ID", "42"), 42, ""},
		{Options{Domain: &seven}, env("ROS_DOMAIN_ID", "42"), 7, ""},
		{Options{}, env("ROS_DOMAIN_ID", "lab"), 0, `dds: ROS_DOMAIN_ID="lab" is not a number: set it to 0 … 232 or leave it out`},
		{Options{}, env("ROS_DOMAIN_ID", "-1"), 0, "dds: domain id -1 (from ROS_DOMAIN_ID) is not between 0 and 232"},
		{Options{Domain: &tooHigh}, env(), 0, "dds: domain id 233 (from Options.Domain) is not between 0 and 232"},
	} {
		got, err := c.o.domainID(c.env)
		if text := errorText(err); got != c.want || text != c.err {
			t.Errorf("got %d, %q, want %d, %q", got, text, c.want, c.err)
		}
	}
}

func errorText(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

func TestConfigPutsTheUsersSettingsLast(t *testing.T) {
	const user = "file:///etc/cyclone.xml"
	o := Options{Lease: 1500 * time.Millisecond}
	got := o.config(5, reach{rng: rangeSystemDefault}, env("CYCLONEDDS_URI", user))
	for _, want := range []string{"<ExternalDomainId>5<", "<LeaseDuration>1500ms<"} {
		if !strings.Contains(got, want) {
			t.Errorf("%s\nlacks %s", got, want)
		}
	}
	if !strings.HasSuffix(got, "</CycloneDDS>,"+user) {
		t.Error(got)
	}
}

func TestComplaintsSayWhatToDo(t *testing.T) {
	for logged, want := range map[string]string{
		"add_peer_addresses: eye.local: unknown address": "dds: ROS_STATIC_PEERS: eye.local: unknown address: that peer is left out; check its name",
		"something else": "dds: Cyclone DDS: something else",
	} {
		if got := complaint(logged); got != want {
			t.Errorf("got %s", got)
		}
	}
}

func TestNamesAreThoseOfROS2(t *testing.T) {
	for got, want := range map[string]string{
		ddsTopic("/robot/image"):                     "rt/robot/image",
		ddsRequest("/policy/arm"):                    "rq/policy/armRequest",
		ddsReply("/policy/arm"):                      "rr/policy/armReply",
		ddsType("sensor_msgs/msg/Image", ""):         "sensor_msgs::msg::dds_::Image_",
		ddsType("std_srvs/srv/SetBool", "_Request"):  "std_srvs::srv::dds_::SetBool_Request_",
		ddsType("std_srvs/srv/SetBool", "_Response"): "std_srvs::srv::dds_::SetBool_Response_",
		rosType("sensor_msgs::msg::dds_::Image_"):    "sensor_msgs/msg/Image",
		rosType("KeyedSeq"):                          "KeyedSeq",
		rosType("a::b::dds_::c"):                     "a::b::dds_::c",
		rosType(ddsType("hyt_msgs/msg/Thought", "")): "hyt_msgs/msg/Thought",
	} {
		if got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
	for dds, want := range map[string]string{"rt/x": "/x", "rt/a/b": "/a/b", "rq/xRequest": "", "ros_discovery_info": "", "rt": ""} {
		if got, ok := rosTopic(dds); ok != (want != "") || ok && got != want {
			t.Errorf("%s: %s, %v", dds, got, ok)
		}
	}
}
