package classic

import (
	"errors"
	"sync"
	"time"

	"hyt/gazebo/sim"
)

// inbox is what Gazebo told last. Readers of the transport put into it; one
// goroutine, that of the Sim, waits for it and looks.
type inbox struct {
	arm     string        // the model that moves in each physics step
	changed chan struct{} // has room for one: something came since it was last drained

	mu       sync.Mutex
	err      error         // of the first message that could not be read
	at       time.Duration // of the last poses
	heard    bool          // of any poses
	moved    time.Duration // of the last poses with the arm's among them
	scene    int           // number of the last scene that came
	places   map[string]placement
	pictures map[string]picture
}

func newInbox(arm string) *inbox {
	return &inbox{
		arm: arm, changed: make(chan struct{}, 1), at: -1, moved: -1,
		places: map[string]placement{}, pictures: map[string]picture{},
	}
}

// put runs f, which reads a message into the inbox, and wakes who waits.
func (b *inbox) put(f func() error) {
	b.mu.Lock()
	if err := f(); err != nil {
		b.err = errors.Join(b.err, err)
	}
	b.mu.Unlock()
	select {
	case b.changed <- struct{}{}:
	default:
	}
}

// takePoses takes a PosesStamped. What moved in a physics step is in it; between
// steps, empty ones come all the time.
func (b *inbox) takePoses(message []byte) {
	b.put(func() error {
		moved := false
		at, err := readPoses(message, func(name []byte, p placement) {
			b.places[string(name)] = p
			moved = moved || string(name) == b.arm
		})
		if err == nil {
			b.at, b.heard = at, true
		}
		if moved {
			b.moved = at
		}
		return err
	})
}

// takeScene takes a Response to askScene. It is about the present: only who has
// stopped the simulation asks.
func (b *inbox) takeScene(message []byte) {
	b.put(func() error {
		number, err := readScene(message, func(name []byte, p placement) { b.places[string(name)] = p })
		if err == nil {
			b.scene = number
		}
		return err
	})
}

// takePicture takes an ImageStamped of a camera.
func (b *inbox) takePicture(camera string, message []byte) {
	b.put(func() error {
		p, err := readImage(message, b.pictures[camera].rgb)
		if err == nil {
			b.pictures[camera] = p
		}
		return err
	})
}

// look runs f with the inbox to itself.
func (b *inbox) look(f func()) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	f()
	return b.err
}

// frame copies the last picture of a camera into buf.
func (b *inbox) frame(camera string, buf []byte) (f sim.Frame, err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	p := b.pictures[camera]
	return sim.Frame{Width: p.width, Height: p.height, RGB: append(buf[:0], p.rgb...)}, b.err
}
