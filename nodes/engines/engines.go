// Package engines lets the nodes of one process share a loaded model: the thinker
// then thinks about the frames that the policy has read already, and the weights
// are in memory once.
package engines

import (
	"errors"
	"io"
	"path/filepath"
	"sync"

	"hyt/nodes/share"
	"hyt/policy"
)

// Pool opens model directories, each once. Its methods may be called from any
// goroutine.
type Pool struct {
	mu   sync.Mutex
	open map[string]*entry // by absolute path
}

type entry struct {
	engine  *policy.Engine
	users   int
	keepers int
}

// NewPool is empty.
func NewPool() *Pool { return &Pool{open: map[string]*entry{}} }

// Handle is one user's share of an engine.
type Handle struct {
	*policy.Engine
	pool  *Pool
	path  string
	keeps bool
	once  sync.Once
}

// Open loads the model directory, or shares it with who did before; options are
// those of the first. A relative path is seen from the working directory, or means a
// model that comes with hyt.
func (p *Pool) Open(dir string, o policy.Options) (*Handle, error) { return p.hold(dir, o, false) }

// Keep is Open for who keeps the model loaded for others and runs nothing on it: it is no
// share that Shared counts.
func (p *Pool) Keep(dir string, o policy.Options) (io.Closer, error) { return p.hold(dir, o, true) }

func (p *Pool) hold(dir string, o policy.Options, keeps bool) (*Handle, error) {
	if dir == "" {
		return nil, errors.New(`no model: set parameter "model" to a directory that hyt train wrote`)
	}
	path, err := filepath.Abs(share.Find(dir))
	if err != nil {
		return nil, err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	e, shared := p.open[path]
	if !shared {
		engine, err := policy.Open(path, o)
		if err != nil {
			return nil, err
		}
		e = &entry{engine: engine}
		p.open[path] = e
	}
	*e.count(keeps)++
	return &Handle{Engine: e.engine, pool: p, path: path, keeps: keeps}, nil
}

func (e *entry) count(keepers bool) *int {
	if keepers {
		return &e.keepers
	}
	return &e.users
}

// Shared says whether others have a share of the engine, too.
func (h *Handle) Shared() bool {
	h.pool.mu.Lock()
	defer h.pool.mu.Unlock()
	e := h.pool.open[h.path]
	return e != nil && e.users > 1
}

// Close gives the share back; the last one closes the engine.
func (h *Handle) Close() (err error) {
	h.once.Do(func() {
		h.pool.mu.Lock()
		defer h.pool.mu.Unlock()
		e := h.pool.open[h.path]
		if *e.count(h.keeps)--; e.users+e.keepers == 0 {
			delete(h.pool.open, h.path)
			err = e.engine.Close()
		}
	})
	return err
}
