package bus

import (
	"fmt"
	"strings"
)

// Longest names that fit DDS's 255 characters with the prefixes ROS 2 adds
// ("rt", "rq" … "Request").
const (
	maxTopicName = 247
	maxNodeName  = 255
)

// NameError says which name is not a legal ROS 2 name, and why.
type NameError struct {
	Kind   string // "topic", "service", "node", "namespace", "type"
	Name   string
	Reason string
}

func (e *NameError) Error() string {
	return fmt.Sprintf("%s name %q %s", e.Kind, e.Name, e.Reason)
}

// CheckTopic tells whether name is a fully qualified topic name ("/robot/image").
// Relative names and "~" are expanded before they come here.
func CheckTopic(name string) error { return checkPath("topic", name) }

// CheckService tells whether name is a fully qualified service name.
func CheckService(name string) error { return checkPath("service", name) }

// CheckNode tells whether name and namespace may name a node.
func CheckNode(name, namespace string) error {
	if len(name) > maxNodeName {
		return &NameError{"node", name, fmt.Sprintf("is longer than %d characters", maxNodeName)}
	}
	if why := tokenFault(name); why != "" {
		return &NameError{"node", name, why}
	}
	if namespace == "/" {
		return nil
	}
	return checkPath("namespace", namespace)
}

// CheckType tells whether name is a ROS type name: "package/msg/Type" for
// topics, "package/srv/Type" for services (kind "msg" or "srv"). Both may also be
// "package/action/Type": the topics and services that make up an action.
func CheckType(name, kind string) error {
	parts := strings.Split(name, "/")
	if len(parts) != 3 || parts[1] != kind && parts[1] != "action" || tokenFault(parts[0]) != "" || tokenFault(parts[2]) != "" {
		return &NameError{"type", name, fmt.Sprintf("must look like package/%s/Type", kind)}
	}
	return nil
}

func checkPath(kind, name string) error {
	reason := ""
	switch {
	case name == "":
		reason = "is empty"
	case name[0] != '/':
		reason = "must start with a slash (expand it first)"
	case strings.HasSuffix(name, "/"):
		reason = "must not end with a slash"
	case strings.Contains(name, "//"):
		reason = "has two slashes in a row"
	case len(name) > maxTopicName:
		reason = fmt.Sprintf("is longer than %d characters", maxTopicName)
	}
	if reason != "" {
		return &NameError{kind, name, reason}
	}
	for token := range strings.SplitSeq(name[1:], "/") {
		if why := tokenFault(token); why != "" {
			return &NameError{kind, name, why}
		}
	}
	return nil
}

// tokenFault says what is wrong with one part of a name, or "".
func tokenFault(token string) string {
	if token == "" {
		return "is empty"
	}
	if token[0] >= '0' && token[0] <= '9' {
		return fmt.Sprintf("has a part that starts with a digit (%q)", token)
	}
	for _, c := range token {
		if c != '_' && (c < '0' || c > '9') && (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') {
			return fmt.Sprintf("has the character %q; only letters, digits and _ are allowed", c)
		}
	}
	return ""
}

// CheckEndpoint tells whether a writer or reader may be made like this. Drivers
// call it first, so that all of them refuse the same things in the same words.
func CheckEndpoint(topic, typeName string, qos QoS) error {
	if err := CheckTopic(topic); err != nil {
		return err
	}
	if err := CheckType(typeName, "msg"); err != nil {
		return fmt.Errorf("topic %s: %w", topic, err)
	}
	if err := qos.Check(); err != nil {
		return fmt.Errorf("topic %s: %w", topic, err)
	}
	return nil
}

// CheckServiceEndpoint tells whether a server or client may be made like this.
func CheckServiceEndpoint(service, typeName string) error {
	if err := CheckService(service); err != nil {
		return err
	}
	if err := CheckType(typeName, "srv"); err != nil {
		return fmt.Errorf("service %s: %w", service, err)
	}
	return nil
}

// CheckCDR tells whether data that starts with head can be sent: it must begin
// with an encapsulation header of CDR, because participants of a DDS network
// drop anything else without a word.
func CheckCDR(head []byte) error {
	const highest = 0x0b // D_CDR2 and PL_CDR2, the last kinds of XTypes 1.3
	if len(head) < 4 || head[0] != 0 || head[1] > highest || head[1] == 4 || head[1] == 5 {
		return fmt.Errorf("data must begin with a 4-byte CDR encapsulation header (00 01 00 00), not with % x", head[:min(4, len(head))])
	}
	return nil
}
