//go:build cgo && !nodds

package dds

import "strings"

// How ROS 2 names appear in DDS: a prefix tells topics (rt), requests (rq) and
// replies (rr) apart, and types carry the IDL scope "dds_" and a trailing "_".

const (
	discoveryTopic = "ros_discovery_info"
	discoveryType  = "rmw_dds_common::msg::dds_::ParticipantEntitiesInfo_"
)

func ddsTopic(topic string) string     { return "rt" + topic }
func ddsRequest(service string) string { return "rq" + service + "Request" }
func ddsReply(service string) string   { return "rr" + service + "Reply" }

// ddsType is "pkg::msg::dds_::Type_" for "pkg/msg/Type". suffix is "_Request",
// "_Response" or empty.
func ddsType(ros, suffix string) string {
	parts := strings.Split(ros, "/")
	return parts[0] + "::" + parts[1] + "::dds_::" + parts[2] + suffix + "_"
}

// rosTopic is the ROS name of a DDS topic; ok is false for what is none.
func rosTopic(dds string) (topic string, ok bool) {
	topic, ok = strings.CutPrefix(dds, "rt/")
	return "/" + topic, ok
}

// rosType is "pkg/msg/Type" for "pkg::msg::dds_::Type_"; other names stay as they
// are.
func rosType(dds string) string {
	parts := strings.Split(dds, "::")
	if len(parts) != 4 || parts[2] != "dds_" || !strings.HasSuffix(parts[3], "_") {
		return dds
	}
	return parts[0] + "/" + parts[1] + "/" + strings.TrimSuffix(parts[3], "_")
}
