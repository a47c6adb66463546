//go:build cgo && !nodds

package dds

import "os"

// Config is Cyclone's configuration as Open would set it, for programs to compare
// with.
func Config(o Options) (string, error) {
	domain, err := o.domainID(os.Getenv)
	if err != nil {
		return "", err
	}
	reach, err := o.reach(humble, os.Getenv)
	return o.config(domain, reach, os.Getenv), err
}
