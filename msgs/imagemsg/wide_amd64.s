#include "textflag.h"

// func addBlocks(sums *uint16, blocks int, rows *byte, step, full int, first, last *byte, unit, head, tail uint16)
//
// A block is 32 bytes of each row, and their 32 sums, in two registers of 16 lanes. The
// full rows are added there and weighted, then the first and the last row with theirs.
TEXT ·addBlocks(SB), NOSPLIT, $0-62
	MOVQ         sums+0(FP), DI
	MOVQ         blocks+8(FP), CX
	MOVQ         rows+16(FP), SI
	MOVQ         step+24(FP), DX
	MOVQ         full+32(FP), BX
	MOVQ         first+40(FP), R10
	MOVQ         last+48(FP), R11
	VPBROADCASTW unit+56(FP), Y8
	VPBROADCASTW head+58(FP), Y9
	VPBROADCASTW tail+60(FP), Y10
	MOVWLZX      head+58(FP), R12
	MOVWLZX      tail+60(FP), R13

block:
	VPXOR Y0, Y0, Y0
	VPXOR Y1, Y1, Y1
	MOVQ  SI, R8
	MOVQ  BX, R9
	TESTQ R9, R9
	JZ    head

row:
	VPMOVZXBW (R8), Y2
	VPMOVZXBW 16(R8), Y3
	VPADDW    Y2, Y0, Y0
	VPADDW    Y3, Y1, Y1
	ADDQ      DX, R8
	DECQ      R9
	JNZ       row
	VPMULLW   Y8, Y0, Y0
	VPMULLW   Y8, Y1, Y1

head:
	TESTQ     R12, R12
	JZ        tail
	VPMOVZXBW (R10), Y2
	VPMOVZXBW 16(R10), Y3
	VPMULLW   Y9, Y2, Y2
	VPMULLW   Y9, Y3, Y3
	VPADDW    Y2, Y0, Y0
	VPADDW    Y3, Y1, Y1

tail:
	TESTQ     R13, R13
	JZ        done
	VPMOVZXBW (R11), Y2
	VPMOVZXBW 16(R11), Y3
	VPMULLW   Y10, Y2, Y2
	VPMULLW   Y10, Y3, Y3
	VPADDW    Y2, Y0, Y0
	VPADDW    Y3, Y1, Y1

done:
	VMOVDQU Y0, (DI)
	VMOVDQU Y1, 32(DI)
	ADDQ    $32, SI
	ADDQ    $32, R10
	ADDQ    $32, R11
	ADDQ    $64, DI
	DECQ    CX
	JNZ     block
	VZEROUPPER
	RET
