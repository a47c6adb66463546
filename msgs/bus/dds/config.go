//go:build cgo && !nodds

package dds

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"
)

const (
	// maxDomain is the highest domain id whose UDP ports exist.
	maxDomain = 232
	// maxIndex is the highest participant index whose two ports do not reach into
	// the next domain's: without multicast (loopback) each process needs its own.
	maxIndex = 119
)

// domainID is the domain that o and the environment ask for.
func (o Options) domainID(getenv func(string) string) (int, error) {
	id, from := 0, "Options.Domain"
	if o.Domain != nil {
		id = *o.Domain
	} else if text := getenv("ROS_DOMAIN_ID"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil {
			return 0, fmt.Errorf("dds: ROS_DOMAIN_ID=%q is not a number: set it to 0 … %d or leave it out", text, maxDomain)
		}
		id, from = n, "ROS_DOMAIN_ID"
	}
	if id < 0 || id > maxDomain {
		return 0, fmt.Errorf("dds: domain id %d (from %s) is not between 0 and %d", id, from, maxDomain)
	}
	return id, nil
}

// config is Cyclone's configuration: ours, then the user's, whose settings win.
func (o Options) config(domain int, r reach, getenv func(string) string) string {
	var b strings.Builder
	b.WriteString(`<CycloneDDS><Domain Id="any">`)
	if general := r.general(); general != "" {
		b.WriteString(`<General>` + general + `</General>`)
	}
	// The id that Cyclone knows a domain by is unique in the process, so that two
	// drivers can be on one ROS domain; this is the id that the network sees.
	fmt.Fprintf(&b, `<Discovery><ExternalDomainId>%d</ExternalDomainId><MaxAutoParticipantIndex>%d</MaxAutoParticipantIndex>`, domain, maxIndex)
	b.WriteString(r.discovery())
	if o.Lease > 0 {
		fmt.Fprintf(&b, `<LeaseDuration>%dms</LeaseDuration>`, max(1, o.Lease/time.Millisecond))
	}
	b.WriteString(`</Discovery></Domain></CycloneDDS>`)
	if user := getenv("CYCLONEDDS_URI"); user != "" {
		b.WriteString("," + user)
	}
	return b.String()
}

// complaint says what Cyclone could live with when it made a domain.
func complaint(logged string) string {
	if peer, ok := strings.CutPrefix(logged, "add_peer_addresses: "); ok {
		return fmt.Sprintf("dds: ROS_STATIC_PEERS: %s: that peer is left out; check its name", peer)
	}
	return "dds: Cyclone DDS: " + logged
}

// explain turns what Cyclone logged about a domain that it could not make into
// what the user can do.
func explain(domain int, logged string) error {
	switch {
	case strings.Contains(logged, "free participant index"):
		return fmt.Errorf("dds: domain %d is full: no participant index is free on this machine; end some DDS processes or choose another ROS_DOMAIN_ID", domain)
	case logged == "":
		logged = "Cyclone DDS gave no reason"
	}
	if uri := os.Getenv("CYCLONEDDS_URI"); uri != "" {
		logged += " (CYCLONEDDS_URI is set: check it)"
	}
	return fmt.Errorf("dds: cannot join domain %d: %s", domain, logged)
}
