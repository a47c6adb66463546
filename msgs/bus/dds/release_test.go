//go:build cgo && !nodds

package dds

import "testing"

func TestReleaseComesFromOptionsThenEnvironment(t *testing.T) {
	for _, c := range []struct {
		distro string
		env    func(string) string
		want   release
		err    string
	}{
		{"", env(), "humble", ""},
		{"", env("ROS_DISTRO", "jazzy"), "jazzy", ""},
		{"kilted", env("ROS_DISTRO", "jazzy"), "kilted", ""},
		{"", env("ROS_DISTRO", "noetic"), "", `dds: ROS_DISTRO="noetic" is no ROS 2 release that hyt knows: choose one of humble, iron, jazzy, kilted, rolling; rolling stands for what is newer`},
		{"Jazzy", env(), "", `dds: Options.Distro="Jazzy" is no ROS 2 release that hyt knows: choose one of humble, iron, jazzy, kilted, rolling; rolling stands for what is newer`},
	} {
		got, err := Options{Distro: c.distro}.release(c.env)
		if got != c.want || errorText(err) != c.err {
			t.Errorf("%q: %q, %v", c.distro, got, err)
		}
	}
}

func TestTypesAreHashedSinceIron(t *testing.T) {
	const image = "typehash=RIHS01_d31d41a9a4c4bc8eae9be757b0beed306564f7526c88ea6a4588fb9582527d47;"
	for _, c := range []struct {
		r    release
		kind string
		want string
	}{
		{"humble", "sensor_msgs/msg/Image", ""},
		{"iron", "sensor_msgs/msg/Image", image},
		{"rolling", "sensor_msgs/msg/Image", image},
		{"rolling", "nav_msgs/msg/Path", ""}, // not defined here
	} {
		if got := c.r.typeData(c.kind); got != c.want {
			t.Errorf("%s, %s: %q", c.r, c.kind, got)
		}
	}
}
