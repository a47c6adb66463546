package onnx

import (
	"math/bits"
	"sync"

	ort "github.com/yalue/onnxruntime_go"
)

// pool keeps the memory of closed state tensors for the next ones, so that a
// control loop makes no garbage of that size. Memory comes in powers of two,
// because a state grows with every token.
type pool struct {
	mu  sync.Mutex
	f32 map[int][][]float32 // by log2 of the capacity
	i64 map[int][][]int64
}

// keep is how many free blocks of one size a pool holds; the rest is left to the
// garbage collector.
const keep = 16

func newPool() *pool {
	return &pool{f32: make(map[int][][]float32), i64: make(map[int][][]int64)}
}

// get makes a tensor. Its content is whatever was there before.
func (p *pool) get(t Type, dims ort.Shape) (tensor *Tensor, err error) {
	n := dims.FlattenedSize()
	if t == Int64 {
		tensor, err = wrapInt64(take(&p.mu, p.i64, n), dims)
	} else {
		tensor, err = wrapFloat32(take(&p.mu, p.f32, n), dims)
	}
	if err != nil {
		return nil, err
	}
	tensor.home = p
	return tensor, nil
}

func (p *pool) put(t *Tensor) {
	if t.f32 != nil {
		give(&p.mu, p.f32, t.f32)
	} else {
		give(&p.mu, p.i64, t.i64)
	}
}

func take[T any](mu *sync.Mutex, free map[int][][]T, n int64) []T {
	class := bits.Len64(uint64(max(n, 1) - 1))
	mu.Lock()
	defer mu.Unlock()
	if blocks := free[class]; len(blocks) > 0 {
		last := len(blocks) - 1
		free[class] = blocks[:last]
		return blocks[last][:n]
	}
	return make([]T, n, 1<<class)
}

func give[T any](mu *sync.Mutex, free map[int][][]T, block []T) {
	class := bits.Len64(uint64(cap(block) - 1))
	mu.Lock()
	defer mu.Unlock()
	if len(free[class]) < keep {
		free[class] = append(free[class], block)
	}
}
