//go:build cgo && !nodds

package dds

import (
	"fmt"
	"slices"
	"strings"

	"hyt/msgs"
)

// release is a ROS 2 release, by its name. Humble and its successors differ on the
// wire: in ros_discovery_info, and in what endpoints tell of their types.
type release string

const humble release = "humble"

var releases = []release{humble, "iron", "jazzy", "kilted", "rolling"}

// release is the one that o and the environment ask for.
func (o Options) release(getenv func(string) string) (release, error) {
	name, from := o.Distro, "Options.Distro"
	if name == "" {
		name, from = getenv("ROS_DISTRO"), "ROS_DISTRO"
	}
	if name == "" {
		return humble, nil
	}
	if r := release(name); slices.Contains(releases, r) {
		return r, nil
	}
	names := make([]string, len(releases))
	for i, r := range releases {
		names[i] = string(r)
	}
	return "", fmt.Errorf("dds: %s=%q is no ROS 2 release that hyt knows: choose one of %s; rolling stands for what is newer", from, name, strings.Join(names, ", "))
}

func (r release) isHumble() bool { return r == humble }

// Lengths of an id in ros_discovery_info, in bytes.
const (
	humbleGidSize = 24
	laterGidSize  = 16
)

func (r release) gidSize() int {
	if r.isHumble() {
		return humbleGidSize
	}
	return laterGidSize
}

// typeData is the user data by which endpoints tell the hash of their type: none
// in Humble, nor for a type that hyt has no definition of.
func (r release) typeData(typeName string) string {
	if r.isHumble() {
		return ""
	}
	hash, err := msgs.TypeHash(typeName)
	if err != nil {
		return ""
	}
	return "typehash=" + hash + ";"
}
