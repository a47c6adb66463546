//go:build ros2 && cgo

package rcl

import "sync"

// gate lets users of an entity in until it is shut, and shuts once they have left.
type gate struct {
	mu     sync.RWMutex
	closed bool
}

// enter returns false after shut. After true the caller must leave.
func (g *gate) enter() bool {
	g.mu.RLock()
	open := !g.closed
	if !open {
		g.mu.RUnlock()
	}
	return open
}

func (g *gate) leave() { g.mu.RUnlock() }

// shut waits for those inside. It returns false when it was shut before.
func (g *gate) shut() bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	was := g.closed
	g.closed = true
	return !was
}
