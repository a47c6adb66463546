//go:build xla

package engine

import (
	"fmt"

	"github.com/gomlx/go-xla/compute/xla" // registers "xla"
)

// findPlugin picks the PJRT plugin: a GPU's where there is one, else the CPU's. They
// are looked for in PJRT_PLUGIN_LIBRARY_PATH and where the system keeps libraries.
func findPlugin() (string, error) {
	xla.EnableAutoInstall(false) // what runs here is what the machine's owner put here
	plugins := xla.GetAvailablePlugins()
	for _, want := range []string{"cuda", "cpu"} {
		for _, name := range plugins {
			if name == want {
				return "xla:" + name, nil
			}
		}
	}
	return "", fmt.Errorf("engine: XLA finds no PJRT plugin (it knows %v): name the folder of one in PJRT_PLUGIN_LIBRARY_PATH; JAX's CUDA plugin carries one", plugins)
}
