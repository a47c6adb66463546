//go:build !amd64

package camera

// hasWide: mix is what there is here.
const hasWide = false

func mixFours(*byte, *cell, int, *byte, int) { panic("camera: no wide registers") }
