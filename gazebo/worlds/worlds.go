// Package worlds holds the SDF worlds that come with hyt. What is in them is read
// by hyt/gazebo/sdf.
package worlds

import (
	"embed"
	"fmt"
	"path"
	"strings"
)

//go:embed *.sdf
var files embed.FS

// Read returns the world's SDF document. An unknown name lists the known ones.
func Read(name string) ([]byte, error) {
	data, err := files.ReadFile(name + ".sdf")
	if err != nil {
		return nil, fmt.Errorf("no world named %q (there is: %s)", name, strings.Join(Names(), ", "))
	}
	return data, nil
}

// Names returns the names of all worlds, sorted.
func Names() []string {
	entries, _ := files.ReadDir(".") // an embedded root always reads
	names := make([]string, 0, len(entries))
	for _, e := range entries {
		names = append(names, strings.TrimSuffix(path.Base(e.Name()), ".sdf"))
	}
	return names
}
