package onnx

import (
	"encoding/binary"
	"math/bits"
	"runtime"
	"sync/atomic"

	ort "github.com/yalue/onnxruntime_go"
)

// memory hands out the memory of a graph's states, so that a control loop makes no
// garbage: not of the tensors, and not of what describes them.
//
// Key properties:
//
//   - It belongs to the goroutine that runs the graph. A release from elsewhere
//     only counts a block's handles down: no lock is shared with who releases.
//   - Blocks come in powers of two, because a state grows with every token, and
//     serve states of several shapes, each through a view that is made once.
//   - It frees nothing: blocks and views go when the garbage collector finds that
//     neither the graph nor a state needs them.
type memory struct {
	ports   []Port
	layouts map[string]*layout // by the shapes, as appendShape writes them
	classes map[string]*class  // by the sizes' logarithms
	key     []byte             // scratch
}

// layout is the shapes of one state's tensors.
type layout struct {
	dims  []ort.Shape
	class *class
}

// class is the blocks of one size.
type class struct {
	logs   []byte // log2 of each tensor's elements
	blocks []*block
}

// block is memory for one state at a time.
type block struct {
	handles atomic.Int64 // on the state; 0 means free
	f32     [][]float32  // by port, nil where it is of the other type
	i64     [][]int64
	views   map[*layout]*view // of the owner of memory
}

// view is a block seen as tensors of certain shapes.
type view struct {
	block   *block
	tensors []*Tensor
}

// keep is how many blocks of one size stay for the next state; the rest is left to
// the garbage collector.
const keep = 16

func newMemory(ports []Port) memory {
	return memory{ports: ports, layouts: make(map[string]*layout), classes: make(map[string]*class)}
}

func appendShape(key []byte, dims []int64) []byte {
	for _, d := range dims {
		key = binary.AppendVarint(key, d)
	}
	return key
}

// layout is the one for these shapes, always the same.
func (m *memory) layout(dims []ort.Shape) *layout {
	m.key = m.key[:0]
	var logs []byte
	for _, d := range dims {
		m.key = appendShape(m.key, d)
		logs = append(logs, byte(bits.Len64(uint64(max(d.FlattenedSize(), 1)-1))))
	}
	l, ok := m.layouts[string(m.key)]
	if ok {
		return l
	}
	c, ok := m.classes[string(logs)]
	if !ok {
		c = &class{logs: logs}
		m.classes[string(logs)] = c
	}
	l = &layout{dims: dims, class: c}
	m.layouts[string(m.key)] = l
	return l
}

// take returns a free view with one handle. Its content is whatever was there.
func (m *memory) take(l *layout) (*view, error) {
	b := m.free(l.class)
	v, ok := b.views[l]
	if !ok {
		var err error
		if v, err = m.view(b, l); err != nil {
			return nil, err
		}
		b.views[l] = v
	}
	b.handles.Store(1)
	return v, nil
}

func (m *memory) free(c *class) *block {
	for _, b := range c.blocks {
		if b.handles.Load() == 0 { // and stays so: only the owner takes blocks
			return b
		}
	}
	b := &block{views: make(map[*layout]*view)}
	for i, p := range m.ports {
		var f []float32
		var n []int64
		if p.Type == Int64 {
			n = make([]int64, 1<<c.logs[i])
		} else {
			f = make([]float32, 1<<c.logs[i])
		}
		b.f32, b.i64 = append(b.f32, f), append(b.i64, n)
	}
	if len(c.blocks) < keep {
		c.blocks = append(c.blocks, b)
	}
	return b
}

func (m *memory) view(b *block, l *layout) (*view, error) {
	v := &view{block: b}
	for i, p := range m.ports {
		var t *Tensor
		var err error
		if n := l.dims[i].FlattenedSize(); p.Type == Int64 {
			t, err = wrapInt64(b.i64[i][:n], l.dims[i])
		} else {
			t, err = wrapFloat32(b.f32[i][:n], l.dims[i])
		}
		if err != nil {
			closeAll(v.tensors)
			return nil, err
		}
		v.tensors = append(v.tensors, t)
	}
	runtime.AddCleanup(v, closeAll, v.tensors)
	return v, nil
}

func closeAll(tensors []*Tensor) {
	for _, t := range tensors {
		t.Close()
	}
}
