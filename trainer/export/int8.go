package export

import (
	"math"

	"hyt/trainer/model"
	"hyt/trainer/wire"
)

// Weights as 8-bit integers: each column of a matrix has a scale, its largest
// magnitude over 127; a weight is the nearest multiple of it. The graph turns
// them back into floats, which ONNX Runtime does once, when it opens it: what is
// saved is size on disk, not time. (Cast and Mul rather than DequantizeLinear,
// from which it would make integer kernels, whose activations are rounded too.)

// Names of a quantised matrix's two constants, behind its own.
const (
	intSuffix   = ".int8"
	scaleSuffix = ".scale"
)

// quantisable says which arrays are stored as integers: the matrices, except the
// first convolution's, which are few.
func quantisable(p model.Param) bool { return p.Decay && len(p.Dims) == 2 && p.Name != "stem1.w" }

// quantised writes a matrix of rows x columns as integers.
func (n *network) quantised(name string, values []float32, rows, columns int) string {
	floats := name + ".float"
	if n.known[floats] {
		return floats
	}
	n.known[floats] = true
	ints, scales := quantise(values, columns)
	n.Constants = append(n.Constants, wire.Tensor(name+intSuffix, wire.Int8, []int64{int64(rows), int64(columns)}, ints))
	n.weights(name+scaleSuffix, scales, columns)
	n.node("Mul", []string{n.op("Cast", []string{name + intSuffix}, wire.IntAttr("to", wire.Float)), name + scaleSuffix}, floats)
	return floats
}

// quantise returns the integers, one byte each in two's complement, and the scale
// of each column.
func quantise(values []float32, columns int) (ints []byte, scales []float32) {
	scales = make([]float32, columns)
	for i, v := range values {
		scales[i%columns] = max(scales[i%columns], float32(math.Abs(float64(v)))/127)
	}
	for i := range scales {
		if scales[i] == 0 {
			scales[i] = 1 // an empty column: any scale gives 0
		}
	}
	ints = make([]byte, len(values))
	for i, v := range values {
		ints[i] = byte(int8(math.Round(float64(v / scales[i%columns]))))
	}
	return ints, scales
}

// dequantise is the inverse.
func dequantise(ints []byte, scales []float32) []float32 {
	values := make([]float32, len(ints))
	for i, v := range ints {
		values[i] = float32(int8(v)) * scales[i%len(scales)]
	}
	return values
}
