//go:build cgo && !nodds

package dds

import (
	"fmt"
	"os"
	"slices"
	"testing"
)

func TestReachFollowsTheEnvironmentAsROS2Does(t *testing.T) {
	const only, rng, peers = "ROS_LOCALHOST_ONLY", "ROS_AUTOMATIC_DISCOVERY_RANGE", "ROS_STATIC_PEERS"
	ab := []string{"10.0.0.2", "robot.local"}
	for _, c := range []struct {
		o    Options
		r    release
		env  []string
		want reach
	}{
		{Options{}, "humble", nil, reach{rng: rangeSystemDefault}},
		{Options{}, "jazzy", nil, reach{rng: rangeSubnet}},
		{Options{Loopback: true}, "jazzy", []string{rng, "OFF"}, reach{lo: true}},
		{Options{}, "humble", []string{only, "0"}, reach{rng: rangeSystemDefault}},
		{Options{}, "humble", []string{only, "1"}, reach{lo: true, rng: rangeLocalhost}},
		{Options{}, "jazzy", []string{only, "1"}, reach{rng: rangeLocalhost}},
		{Options{}, "jazzy", []string{only, "1", rng, "SUBNET", peers, "10.0.0.2"}, reach{rng: rangeLocalhost}},
		{Options{}, "jazzy", []string{only, "0", rng, "OFF"}, reach{rng: rangeOff}},
		{Options{}, "humble", []string{rng, "LOCALHOST"}, reach{rng: rangeLocalhost}},
		{Options{}, "jazzy", []string{rng, "SYSTEM_DEFAULT", peers, "10.0.0.2"}, reach{rng: rangeSystemDefault}},
		{Options{}, "jazzy", []string{rng, "OFF", peers, "10.0.0.2"}, reach{rng: rangeOff}},
		{Options{}, "jazzy", []string{peers, "10.0.0.2;robot.local"}, reach{rng: rangeSubnet, peers: ab}},
		{Options{}, "humble", []string{peers, "; 10.0.0.2 ;;robot.local;"}, reach{rng: rangeSubnet, peers: ab}},
		{Options{}, "iron", []string{rng, "LOCALHOST", peers, "10.0.0.2;robot.local"}, reach{rng: rangeLocalhost, peers: ab}},
		{Options{}, "iron", []string{peers, "[fd00::2]:7410"}, reach{rng: rangeSubnet, peers: []string{"[fd00::2]:7410"}}},
	} {
		got, err := c.o.reach(c.r, env(c.env...))
		if err != nil || got.rng != c.want.rng && !got.lo || got.lo != c.want.lo || !slices.Equal(got.peers, c.want.peers) {
			t.Errorf("%+v, %s, %q: %+v, %v, want %+v", c.o, c.r, c.env, got, err, c.want)
		}
	}
}

func TestReachRefusesWhatROS2DoesNotKnow(t *testing.T) {
	for _, c := range [][3]string{
		{"ROS_LOCALHOST_ONLY", "yes", `dds: ROS_LOCALHOST_ONLY="yes" is neither 1 nor 0: set it to one of them or leave it out`},
		{"ROS_AUTOMATIC_DISCOVERY_RANGE", "localhost", `dds: ROS_AUTOMATIC_DISCOVERY_RANGE="localhost" is not known: set it to OFF, LOCALHOST, SUBNET or SYSTEM_DEFAULT, or leave it out`},
		{"ROS_STATIC_PEERS", "10.0.0.2,10.0.0.3", `dds: ROS_STATIC_PEERS: "10.0.0.2,10.0.0.3" is no host name or address: list them with semicolons between`},
		{"ROS_STATIC_PEERS", `a;b"/><Evil`, `dds: ROS_STATIC_PEERS: "b\"/><Evil" is no host name or address: list them with semicolons between`},
	} {
		if _, err := (Options{}).reach("jazzy", env(c[0], c[1])); errorText(err) != c[2] {
			t.Errorf("%s=%s: %v\nwant %s", c[0], c[1], err, c[2])
		}
	}
}

func TestReachBecomesCyclonesSettings(t *testing.T) {
	for _, c := range []struct {
		r                  reach
		general, discovery string
	}{
		{reach{lo: true}, `<Interfaces><NetworkInterface address="127.0.0.1"/></Interfaces>` +
			`<MaxMessageSize>65000B</MaxMessageSize><FragmentSize>64000B</FragmentSize>`, ""},
		{reach{rng: rangeSystemDefault}, "", ""},
		{reach{rng: rangeSubnet}, "", `<ParticipantIndex>auto</ParticipantIndex>`},
		{reach{rng: rangeSubnet, peers: []string{"a", "b"}}, "", `<ParticipantIndex>auto</ParticipantIndex><Peers><Peer address="a"/><Peer address="b"/></Peers>`},
		{reach{rng: rangeLocalhost, peers: []string{"a"}}, `<AllowMulticast>false</AllowMulticast>`,
			`<ParticipantIndex>auto</ParticipantIndex><Peers><Peer address="localhost"/><Peer address="a"/></Peers>`},
		{reach{rng: rangeOff}, `<AllowMulticast>false</AllowMulticast>`,
			fmt.Sprintf(`<ParticipantIndex>none</ParticipantIndex><Tag>ros_discovery_off_%d</Tag>`, os.Getpid())},
	} {
		if g, d := c.r.general(), c.r.discovery(); g != c.general || d != c.discovery {
			t.Errorf("%+v:\n%s\n%s", c.r, g, d)
		}
	}
}
