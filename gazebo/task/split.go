package task

import (
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"strings"
)

// Split names a distribution of scenes.
type Split string

const (
	ID             Split = "id"              // in distribution: demonstrations come from here
	OODPair        Split = "ood_pair"        // targets are colour-shape pairs that are never targets in ID
	OODPosition    Split = "ood_position"    // the target stands outside the region of ID
	OODDistractors Split = "ood_distractors" // more objects than in ID
	OODPhrase      Split = "ood_phrase"      // sentences that ID never uses
	OODLight       Split = "ood_light"       // other brightness, a camera moved a little
)

// Splits returns all splits, ID first.
func Splits() []Split {
	return []Split{ID, OODPair, OODPosition, OODDistractors, OODPhrase, OODLight}
}

// ParseSplit checks a split's name.
func ParseSplit(name string) (Split, error) {
	var names []string
	for _, s := range Splits() {
		if string(s) == name {
			return s, nil
		}
		names = append(names, string(s))
	}
	return "", fmt.Errorf("no split %q: choose from %s", name, strings.Join(names, ", "))
}

// Colors and Shapes of the tabletop world, in the order of grounding lists.
func Colors() []string { return []string{"blue", "green", "orange", "purple", "red", "yellow"} }
func Shapes() []string { return []string{"ball", "bar", "cube", "cylinder"} }

// things returns all 24 colour-shape pairs.
func things() []Thing {
	var all []Thing
	for _, c := range Colors() {
		for _, s := range Shapes() {
			all = append(all, Thing{c, s})
		}
	}
	return all
}

// HeldOut says whether the pair is kept from being a target, or a support, in
// every split but OODPair. Few of each shape, so that no shape is rare in ID; two
// bars, cylinders and cubes, so that OODPair has bars to choose from and supports
// to put things on.
func HeldOut(t Thing) bool {
	switch t {
	case Thing{"green", "cube"}, Thing{"blue", "cube"},
		Thing{"purple", "cylinder"}, Thing{"red", "cylinder"},
		Thing{"yellow", "bar"}, Thing{"purple", "bar"}, Thing{"orange", "ball"}:
		return true
	}
	return false
}

// stream returns the random numbers of one scene.
func stream(name string, split Split, seed int64) *rand.Rand {
	h := fnv.New64a()
	h.Write([]byte(name + "/" + string(split)))
	return rand.New(rand.NewPCG(h.Sum64(), uint64(seed)))
}

// between draws uniformly from [lo, hi).
func between(rng *rand.Rand, lo, hi float64) float64 { return lo + (hi-lo)*rng.Float64() }

// pick draws one of list.
func pick[T any](rng *rand.Rand, list []T) T { return list[rng.IntN(len(list))] }
