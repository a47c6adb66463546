// Package models holds the SDF models of the objects that scenes put on a table,
// each in a folder of its own as Gazebo wants it, and the model "colors", whose
// visuals name the paints that objects may have.
package models

import (
	"embed"
	"fmt"
	"strings"
)

//go:embed */model.sdf */model.config
var files embed.FS

// Colors is the model whose visuals are the paints, named "red", "green", ….
const Colors = "colors"

// Paint is the name of an object's visual that takes the object's colour; other
// visuals keep their own.
const Paint = "paint"

// Patterns that objects may have. A model's visual named "stripes_1" is for things
// with the pattern "stripes" only.
func Patterns() []string { return []string{"stripes", "dots"} }

// Read returns the model's SDF document. An unknown name lists the known ones.
func Read(name string) ([]byte, error) {
	data, err := files.ReadFile(name + "/model.sdf")
	if err != nil {
		return nil, fmt.Errorf("no object model named %q (there is: %s)", name, strings.Join(Names(), ", "))
	}
	return data, nil
}

// Names returns the names of the objects' models, sorted, without Colors.
func Names() []string {
	entries, _ := files.ReadDir(".") // an embedded root always reads
	names := make([]string, 0, len(entries))
	for _, e := range entries {
		if e.Name() != Colors {
			names = append(names, e.Name())
		}
	}
	return names
}
