package ground

import (
	"slices"
	"strings"

	"hyt/gazebo/sim"
	"hyt/gazebo/task"
)

// template is a phrasing with room for one or two things.
type template struct {
	text string
	two  bool
}

const roomA, roomB = "{A}", "{B}"

// templates are the phrasings of all tasks, and the plain name.
func templates() []template {
	var list []template
	for _, text := range append(task.Phrasings(), roomA, "the "+roomA) {
		list = append(list, template{text: text, two: strings.Contains(text, roomB)})
	}
	slices.SortFunc(list, func(a, b template) int { return strings.Compare(a.text, b.text) })
	return list
}

// fill puts the things' names in.
func (t template) fill(a, b sim.Object) string {
	return strings.Replace(strings.Replace(t.text, roomA, name(a), 1), roomB, name(b), 1)
}
