// Package data turns rosbags into training samples. It knows topics and time,
// not models: what is made of a sample is the trainer's affair.
//
// A bag is read once, in the order of recording, and cut into episodes: between
// /episode markers where there are any, else where the instruction changes or
// the images pause. Within an episode everything is matched by header stamps, so
// that it does not matter how fast the demonstrations ran. Only one episode's
// messages and the finished samples (12 KiB of pixels each at 64x64) are in memory.
//
// What cannot be used is left out and counted with its reason (Report); a bag
// that lacks a topic is an error that says which, what is there and what to do.
package data

import (
	"hash/fnv"
	"math"
)

// Dims is the number of action dimensions: x y z yaw gripper.
const Dims = 5

// Sample is one instant of a demonstration. Its slices belong to the Set and
// must not be modified.
type Sample struct {
	Image       []byte    // RGB8, height*width*3, at the camera size of the config
	Proprio     []float32 // x y z (m) yaw (rad) of the end effector in base_link, gripper (0..1)
	Instruction string
	Thought     string    // in the thought grammar; "" where there is none
	Actions     []float32 // chunk*Dims: displacement by period (m, rad), gripper target (0..1)
	Episode     int       // index into Episodes
}

// Episode is one demonstration of a Set.
type Episode struct {
	ID      string // from its marker; made from the bag's name where it has none
	Bag     string
	Task    string // "" without markers
	Split   string // "id", "ood_...", "" without markers
	Seed    int64
	Samples int
}

// Set is a set of samples with random access. It is never changed once loaded
// and may be read from any goroutine.
type Set struct {
	samples  []Sample
	episodes []Episode
	indexes  []int // into samples; nil: all of them
}

// Len is the number of samples.
func (s *Set) Len() int {
	if s.indexes == nil {
		return len(s.samples)
	}
	return len(s.indexes)
}

// At returns the i-th sample. Samples of an episode follow one another in time.
func (s *Set) At(i int) Sample {
	if s.indexes == nil {
		return s.samples[i]
	}
	return s.samples[s.indexes[i]]
}

// Episodes lists the episodes that Sample.Episode refers to, those of the other
// part of a split included. The slice must not be modified.
func (s *Set) Episodes() []Episode { return s.episodes }

// Split parts the set into training and validation by whole episodes. validation
// is the share of episodes to validate on, 0..1. Which part an episode falls
// into depends on its ID alone: adding bags moves none of the others.
func (s *Set) Split(validation float64) (train, valid *Set) {
	train = &Set{samples: s.samples, episodes: s.episodes, indexes: []int{}}
	valid = &Set{samples: s.samples, episodes: s.episodes, indexes: []int{}}
	for i := range s.Len() {
		index := i
		if s.indexes != nil {
			index = s.indexes[i]
		}
		part := train
		if position(s.episodes[s.samples[index].Episode].ID) < validation {
			part = valid
		}
		part.indexes = append(part.indexes, index)
	}
	return train, valid
}

// position spreads ids evenly over 0..1.
func position(id string) float64 {
	h := fnv.New64a()
	h.Write([]byte(id))
	x := h.Sum64()
	x ^= x >> 33 // FNV alone leaves ids that differ in the last digit close together
	x *= 0xff51afd7ed558ccd
	x ^= x >> 33
	return float64(x) / math.MaxUint64
}
