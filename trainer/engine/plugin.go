//go:build !xla

package engine

import "errors"

// findPlugin is for builds without XLA.
func findPlugin() (string, error) {
	return "", errors.New("engine: this build has no XLA: build hyt with -tags xla, and name a PJRT plugin in PJRT_PLUGIN_LIBRARY_PATH")
}
