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

// Masks of the three sums of a pixel, and how twelve bytes of threes become two pixels.
DATA first<>+0(SB)/8, $0x000000000000ffff
GLOBL first<>(SB), RODATA|NOPTR, $8
DATA second<>+0(SB)/8, $0x00000000ffff0000
GLOBL second<>(SB), RODATA|NOPTR, $8
DATA third<>+0(SB)/8, $0x0000ffff00000000
GLOBL third<>(SB), RODATA|NOPTR, $8
DATA apart<>+0(SB)/8, $0xffff050403020100
DATA apart<>+8(SB)/8, $0xffff0b0a09080706
GLOBL apart<>(SB), RODATA|NOPTR, $16

// func addPixels(to *uint64, sums *uint16, blocks, bytes int, sum uint64)
//
// A block is four pixels, a word each. p p' | q q' becomes p, p+p' | q, q+q', then
// the second half gets p+p' besides, and all what was before.
TEXT ·addPixels(SB), NOSPLIT, $0-40
	MOVQ           to+0(FP), DI
	MOVQ           sums+8(FP), SI
	MOVQ           blocks+16(FP), CX
	MOVQ           bytes+24(FP), DX
	VPBROADCASTQ   sum+32(FP), Y7
	VPBROADCASTQ   first<>(SB), Y8
	VPBROADCASTQ   second<>(SB), Y9
	VPBROADCASTQ   third<>(SB), Y10
	VBROADCASTI128 apart<>(SB), Y11

pixels:
	CMPQ        DX, $3
	JE          three
	VMOVDQU     (SI), Y0
	ADDQ        $32, SI
	JMP         spread

three:
	VMOVDQU     (SI), X0
	VINSERTI128 $1, 12(SI), Y0, Y0
	VPSHUFB     Y11, Y0, Y0
	ADDQ        $24, SI

spread:
	VPAND       Y8, Y0, Y1
	VPAND       Y9, Y0, Y2
	VPAND       Y10, Y0, Y3
	VPSLLQ      $5, Y2, Y2
	VPSLLQ      $10, Y3, Y3
	VPOR        Y2, Y1, Y1
	VPOR        Y3, Y1, Y1
	VPSLLDQ     $8, Y1, Y2
	VPADDQ      Y2, Y1, Y1
	VPUNPCKHQDQ Y1, Y1, Y2
	VPERM2I128  $0x08, Y2, Y2, Y2
	VPADDQ      Y2, Y1, Y1
	VPADDQ      Y7, Y1, Y1
	VMOVDQU     Y1, (DI)
	VPERMQ      $0xff, Y1, Y7
	ADDQ        $32, DI
	DECQ        CX
	JNZ         pixels
	VZEROUPPER
	RET
