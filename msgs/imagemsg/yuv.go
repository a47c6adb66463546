package imagemsg

import "math"

// YUV to RGB is ITU-R BT.601 with the narrow range of video (Y 16..235, U and V
// 16..240), which is what cv_bridge takes yuv422 for.
const (
	lumaGain = 255. / 219
	redV     = 1.596027
	greenU   = -0.391762
	greenV   = -0.812968
	blueU    = 2.017232
)

// putYUV writes a YUV pixel as RGB.
func putYUV(to []byte, y, u, v float64) {
	y, u, v = lumaGain*(y-16), u-128, v-128
	to[0] = saturate(y + redV*v)
	to[1] = saturate(y + greenU*u + greenV*v)
	to[2] = saturate(y + blueU*u)
}

func saturate(v float64) byte { return byte(min(255, max(0, v)) + 0.5) }

// weights are putYUV in whole numbers, for sums of areas of up to maxArea: all are times
// 1<<weightShift, those of sums divided by the area besides.
type weights struct {
	y, redV, greenU, greenV, blueU int64 // of sums
	red, green, blue               int64 // constant parts, with a half for rounding
}

// weightShift keeps what rounding the weights costs below 1e-5, and products of 256
// areas with them in 63 bits.
const weightShift = 40

func weightsOf(area uint64) weights {
	fixed := func(v float64) int64 { return int64(math.Round(v * (1 << weightShift))) }
	each := func(v float64) int64 { return fixed(v / float64(area)) }
	offset := func(u, v float64) int64 { return fixed(0.5 - 16*lumaGain - 128*(u+v)) }
	return weights{
		each(lumaGain), each(redV), each(greenU), each(greenV), each(blueU),
		offset(0, redV), offset(greenU, greenV), offset(blueU, 0),
	}
}

// put writes the mean of an area as RGB, given its sums.
func (w *weights) put(to *[3]byte, y, u, v int64) {
	luma := w.y * y
	to[0] = clamp((luma + w.redV*v + w.red) >> weightShift)
	to[1] = clamp((luma + w.greenU*u + w.greenV*v + w.green) >> weightShift)
	to[2] = clamp((luma + w.blueU*u + w.blue) >> weightShift)
}

func clamp(v int64) byte { return byte(min(255, max(0, v))) }
