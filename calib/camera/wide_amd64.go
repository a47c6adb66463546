package camera

import "golang.org/x/sys/cpu"

// hasWide says whether this processor can run mixFours: it takes AVX2.
var hasWide = cpu.X86.HasAVX2

// mixFours is mix for so many times four pixels, at least one. Eight bytes are read
// where each cell points to in src, and as many a row below.
//
//go:noescape
func mixFours(dst *byte, cells *cell, fours int, src *byte, row int)
