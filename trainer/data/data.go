// Package data turns rosbags into training samples, by a contract. It knows topics
// and time, not models: what is made of a sample is the trainer's affair.
//
// A bag is read once, in the order of recording, and cut into episodes: between
// episode markers where there are any, else where the instruction changes or the
// images pause. Within an episode everything is matched by stamps, so that it does
// not matter how fast the demonstrations ran.
//
// Key properties:
//   - Pixels go to a file as they are decoded, by several goroutines; what is in
//     memory is one episode's numbers and texts, and some chunks of the bag.
//   - That file is the set: samples are read from it through a memory map. Kept in
//     a folder (Options.Cache) it is used again as long as bags, contract and
//     version are the same. It appears under its name only when it is complete.
//   - What cannot be used is left out and counted with its reason (Report): bags,
//     episodes, images and messages.
package data

import (
	"hash/fnv"
	"math"

	"hyt/trainer/contract"
)

// Dims is the number of action dimensions of the default contract: x y z yaw gripper.
const Dims = 5

// Sample is one instant of a demonstration. Its pixels belong to the Set: they must
// not be modified, and are gone when it is closed. The rest is the caller's own.
type Sample struct {
	Image       []byte    // of the first camera: RGB8, height*width*3
	Images      [][]byte  // of all cameras, in the order of Shape.Cameras; Images[0] is Image
	Proprio     []float32 // as Shape.Proprio names them
	Instruction string
	Thought     string    // in the thought grammar; "" where there is none
	Actions     []float32 // chunk by chunk: Shape.Chunk rows of what Shape.Action names
	Episode     int       // index into Episodes
	Time        int64     // of the image, ns, by the contract's clock
}

// Shape says what the samples of a set hold.
type Shape struct {
	Cameras []Camera
	Proprio []Number
	Action  []Number
	Rate    float64 // actions a second, Hz
	Chunk   int     // actions of a sample
}

// Camera is one camera of a sample.
type Camera struct {
	Name          string
	Width, Height int        // pixels
	Crop          [4]float64 // left, top, right, bottom as fractions of the recorded image
}

// Number is one number of a sample.
type Number struct {
	Name, Unit string
	// Kind says what an action is made of: "velocity" and "difference" are
	// displacements by period, "target" and "state" absolute values.
	Kind contract.Kind
}

// ShapeOf is what the samples of a contract hold.
func ShapeOf(c *contract.Contract) Shape {
	s := Shape{Rate: c.Rate, Chunk: c.Chunk}
	for _, t := range c.Of(contract.Image) {
		s.Cameras = append(s.Cameras, Camera{t.Name, t.Width, t.Height, t.Crop})
	}
	for _, f := range c.Named(contract.Proprio) {
		s.Proprio = append(s.Proprio, Number{Name: f.Name, Unit: f.Unit})
	}
	for _, t := range c.Of(contract.Action) {
		for _, f := range t.Features {
			s.Action = append(s.Action, Number{f.Name, f.Unit, t.Kind})
		}
	}
	return s
}

// Episode is one demonstration of a Set.
type Episode struct {
	ID      string // from its marker; made from the bag's name where it has none
	Bag     string
	Task    string // "" where nothing says it
	Split   string // "id", "ood_...", "" without markers
	Seed    int64
	Samples int
}

// Set is a set of samples with random access. It may be read from any goroutine.
type Set struct {
	store   *store
	indexes []int32 // into the store; nil: all of them
}

// Len is the number of samples.
func (s *Set) Len() int {
	if s.indexes == nil {
		return s.store.samples
	}
	return len(s.indexes)
}

func (s *Set) index(i int) int {
	if s.indexes == nil {
		return i
	}
	return int(s.indexes[i])
}

// At returns the i-th sample. Samples of an episode follow one another in time.
func (s *Set) At(i int) Sample { return s.store.sample(s.index(i)) }

// Text is the i-th sample's instruction and thought, without its pixels.
func (s *Set) Text(i int) (instruction, thought string) { return s.store.text(s.index(i)) }

// Shape says what the samples hold.
func (s *Set) Shape() Shape { return s.store.shape }

// Episodes lists the episodes that Sample.Episode refers to, those of the other
// part of a split included. The slice must not be modified.
func (s *Set) Episodes() []Episode { return s.store.episodes }

// Close lets go of the set's file, and with it of all sets split from it. No sample
// may be in use any more.
func (s *Set) Close() error { return s.store.close() }

// Split parts the set into training and validation by whole episodes. validation
// is the share of episodes to validate on, 0..1. Which part an episode falls
// into depends on its ID alone: adding bags moves none of the others.
func (s *Set) Split(validation float64) (train, valid *Set) {
	train = &Set{store: s.store, indexes: []int32{}}
	valid = &Set{store: s.store, indexes: []int32{}}
	for i := range s.Len() {
		index := s.index(i)
		part := train
		if position(s.store.episodes[s.store.episodeOf(index)].ID) < validation {
			part = valid
		}
		part.indexes = append(part.indexes, int32(index))
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
