#include "textflag.h"

// func addBlocks(sums *uint16, rows *byte, blocks, step, count int, weight uint16)
//
// A block is 32 bytes, and their 32 sums. All rows of a block are added in two
// registers of 16 lanes each, then weighted, then added to what sums holds.
TEXT ·addBlocks(SB), NOSPLIT, $0-42
	MOVQ         sums+0(FP), DI
	MOVQ         rows+8(FP), SI
	MOVQ         blocks+16(FP), CX
	MOVQ         step+24(FP), DX
	MOVQ         count+32(FP), BX
	VPBROADCASTW weight+40(FP), Y8

block:
	VPXOR Y0, Y0, Y0
	VPXOR Y1, Y1, Y1
	MOVQ  SI, R8
	MOVQ  BX, R9

row:
	VPMOVZXBW (R8), Y2
	VPMOVZXBW 16(R8), Y3
	VPADDW    Y2, Y0, Y0
	VPADDW    Y3, Y1, Y1
	ADDQ      DX, R8
	DECQ      R9
	JNZ       row

	VPMULLW Y8, Y0, Y0
	VPMULLW Y8, Y1, Y1
	VPADDW  (DI), Y0, Y0
	VPADDW  32(DI), Y1, Y1
	VMOVDQU Y0, (DI)
	VMOVDQU Y1, 32(DI)
	ADDQ    $32, SI
	ADDQ    $64, DI
	DECQ    CX
	JNZ     block
	VZEROUPPER
	RET
