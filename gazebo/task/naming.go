package task

import (
	"fmt"
	"slices"
	"strings"
)

// Naming is how an instruction names its things.
type Naming string

const (
	AnyNaming  Naming = ""         // as they come
	ByFullName Naming = "full"     // "the red cube": by colour and shape
	ByLook     Naming = "look"     // "the red one", "the cube": by what tells it from the others
	ByRelation Naming = "relation" // "the cube left of the red ball"
)

// Namings returns those that a scene can have.
func Namings() []Naming { return []Naming{ByFullName, ByLook, ByRelation} }

// ParseNaming checks a name; "" is any.
func ParseNaming(name string) (Naming, error) {
	if n := Naming(name); n == AnyNaming || slices.Contains(Namings(), n) {
		return n, nil
	}
	return "", fmt.Errorf("no naming %q: choose from %s, %s, %s", name, ByFullName, ByLook, ByRelation)
}

// Naming is how the instruction names its things; of several, by relation if one is.
func (e Episode) Naming() Naming {
	related := func(relation string) bool { return strings.Contains(e.Instruction, " "+relation+" the ") }
	switch {
	case slices.ContainsFunc(relations(), related):
		return ByRelation
	case e.Instruction != e.Plain:
		return ByLook
	}
	return ByFullName
}

// seekReach is how many scenes without the naming are looked through for one with it.
const seekReach = 2000

// Seeds returns the seeds of the first n episodes from seed first on that name their
// things so. The error says where a task has none, or no more below limit.
func Seeds(t Task, split Split, naming Naming, first, limit int64, n int) ([]int64, error) {
	var seeds []int64
	last := first - 1
	for seed := first; len(seeds) < n; seed++ {
		if seed >= limit {
			return nil, fmt.Errorf("%s, split %s: seeds from %d reach %d, where others begin, after %d of %d episodes", t.Name(), split, first, limit, len(seeds), n)
		}
		if naming != AnyNaming {
			e, err := t.Episode(split, seed)
			if err != nil {
				return nil, err
			}
			if e.Naming() != naming {
				if seed-last > seekReach {
					return nil, fmt.Errorf("%s, split %s: none of seeds %d to %d names things by %s: choose another naming", t.Name(), split, last+1, seed, naming)
				}
				continue
			}
		}
		seeds, last = append(seeds, seed), seed
	}
	return seeds, nil
}
