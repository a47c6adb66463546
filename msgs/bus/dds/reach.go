//go:build cgo && !nodds

package dds

import (
	"fmt"
	"os"
	"regexp"
	"strings"
)

// reach is which other machines and processes a driver looks for: what ROS 2 Iron
// and later call the automatic discovery range, and Humble's ROS_LOCALHOST_ONLY.
type reach struct {
	rng   string // one of the four ranges
	lo    bool   // use the loopback interface alone; rng counts for nothing then
	peers []string
}

// The discovery ranges, in ROS 2's words.
const (
	rangeOff           = "OFF"            // nobody but this process
	rangeLocalhost     = "LOCALHOST"      // this machine, and the static peers
	rangeSubnet        = "SUBNET"         // all that multicast reaches, and the static peers
	rangeSystemDefault = "SYSTEM_DEFAULT" // Cyclone's own settings, untouched
)

// peerRE matches what may stand for a host: a name, or an IPv4 or IPv6 address,
// perhaps with a port.
var peerRE = regexp.MustCompile(`^[A-Za-z0-9._:%\[\]-]{1,255}$`)

// reach reads what o and the environment ask for. As in ROS 2, ROS_LOCALHOST_ONLY=1
// wins over the other two variables, and OFF and SYSTEM_DEFAULT over static peers.
func (o Options) reach(r release, getenv func(string) string) (reach, error) {
	if o.Loopback {
		return reach{lo: true}, nil
	}
	switch only := getenv("ROS_LOCALHOST_ONLY"); only {
	case "", "0":
	case "1":
		// Humble binds to the loopback interface; its successors keep the machine's
		// own and look for nobody but localhost.
		return reach{lo: r.isHumble(), rng: rangeLocalhost}, nil
	default:
		return reach{}, fmt.Errorf("dds: ROS_LOCALHOST_ONLY=%q is neither 1 nor 0: set it to one of them or leave it out", only)
	}
	rng, peers := getenv("ROS_AUTOMATIC_DISCOVERY_RANGE"), getenv("ROS_STATIC_PEERS")
	switch rng {
	case rangeOff, rangeSystemDefault:
		return reach{rng: rng}, nil
	case rangeLocalhost, rangeSubnet:
	case "":
		rng = rangeSubnet
		if r.isHumble() && peers == "" { // Humble leaves Cyclone as it is
			return reach{rng: rangeSystemDefault}, nil
		}
	default:
		return reach{}, fmt.Errorf("dds: ROS_AUTOMATIC_DISCOVERY_RANGE=%q is not known: set it to OFF, LOCALHOST, SUBNET or SYSTEM_DEFAULT, or leave it out", rng)
	}
	list, err := splitPeers(peers)
	return reach{rng: rng, peers: list}, err
}

// splitPeers reads "host;192.168.0.2;…".
func splitPeers(text string) (peers []string, err error) {
	for peer := range strings.SplitSeq(text, ";") {
		if peer = strings.TrimSpace(peer); peer == "" {
			continue
		}
		if !peerRE.MatchString(peer) {
			return nil, fmt.Errorf("dds: ROS_STATIC_PEERS: %q is no host name or address: list them with semicolons between", peer)
		}
		peers = append(peers, peer)
	}
	return peers, nil
}

// general and discovery are the parts of Cyclone's configuration that r decides.
// They are what rmw_cyclonedds asks for, but for the number of processes.

func (r reach) general() string {
	switch {
	case r.lo:
		// The loopback interface carries 64 KB at a time: an image needs a quarter of
		// the datagrams that it needs elsewhere.
		return `<Interfaces><NetworkInterface address="127.0.0.1"/></Interfaces>` +
			`<MaxMessageSize>65000B</MaxMessageSize><FragmentSize>64000B</FragmentSize>`
	case r.rng == rangeOff || r.rng == rangeLocalhost:
		return `<AllowMulticast>false</AllowMulticast>`
	}
	return ""
}

func (r reach) discovery() string {
	switch {
	case r.lo || r.rng == rangeSystemDefault:
		return ""
	case r.rng == rangeOff:
		// Nobody else has this tag. Without an index, any number of processes fit.
		return fmt.Sprintf(`<ParticipantIndex>none</ParticipantIndex><Tag>ros_discovery_off_%d</Tag>`, os.Getpid())
	}
	peers := r.peers
	if r.rng == rangeLocalhost {
		peers = append([]string{"localhost"}, peers...)
	}
	var b strings.Builder
	b.WriteString(`<ParticipantIndex>auto</ParticipantIndex>`) // ports that peers can guess
	if len(peers) > 0 {
		b.WriteString(`<Peers>`)
		for _, peer := range peers {
			fmt.Fprintf(&b, `<Peer address="%s"/>`, peer)
		}
		b.WriteString(`</Peers>`)
	}
	return b.String()
}
