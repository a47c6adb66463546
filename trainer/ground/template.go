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

// templateSeeds is how many episodes of each task are asked for their phrasing:
// enough to hear every phrasing of the ID split.
const templateSeeds = 100

// learnTemplates collects the phrasings of all tasks, and the plain name.
func learnTemplates() ([]template, error) {
	found := map[string]bool{roomA: true, "the " + roomA: true}
	for _, t := range task.All() {
		for seed := range int64(templateSeeds) {
			e, err := t.Episode(task.ID, seed)
			if err != nil {
				return nil, err
			}
			text := strings.Replace(e.Instruction, e.Goal.Object.String(), roomA, 1)
			if e.Goal.Support != (task.Thing{}) {
				text = strings.Replace(text, e.Goal.Support.String(), roomB, 1)
			}
			found[text] = true
		}
	}
	var list []template
	for text := range found {
		list = append(list, template{text: text, two: strings.Contains(text, roomB)})
	}
	slices.SortFunc(list, func(a, b template) int { return strings.Compare(a.text, b.text) })
	return list, nil
}

// fill puts the things' names in.
func (t template) fill(a, b sim.Object) string {
	return strings.Replace(strings.Replace(t.text, roomA, name(a), 1), roomB, name(b), 1)
}
