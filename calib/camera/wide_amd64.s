#include "textflag.h"

// In a lane are the upper two neighbours of a pixel, six of eight bytes, then the
// lower two. Upper and lower colours become pairs of words: left, right.
DATA upper<>+0(SB)/8, $0x8004800180038000
DATA upper<>+8(SB)/8, $0x8080808080058002
DATA upper<>+16(SB)/8, $0x8004800180038000
DATA upper<>+24(SB)/8, $0x8080808080058002
GLOBL upper<>(SB), RODATA|NOPTR, $32
DATA lower<>+0(SB)/8, $0x800c8009800b8008
DATA lower<>+8(SB)/8, $0x80808080800d800a
DATA lower<>+16(SB)/8, $0x800c8009800b8008
DATA lower<>+24(SB)/8, $0x80808080800d800a
GLOBL lower<>(SB), RODATA|NOPTR, $32

// Two cells in a lane: at, fx, fy become fx, fx, fy, fy.
DATA twice<>+0(SB)/8, $0x0706070605040504
DATA twice<>+8(SB)/8, $0x0f0e0f0e0d0c0d0c
DATA twice<>+16(SB)/8, $0x0706070605040504
DATA twice<>+24(SB)/8, $0x0f0e0f0e0d0c0d0c
GLOBL twice<>(SB), RODATA|NOPTR, $32

// x, x becomes 256-x, x: ^x is -x-1.
DATA flip<>+0(SB)/4, $0x0000ffff
GLOBL flip<>(SB), RODATA|NOPTR, $4
DATA full<>+0(SB)/4, $257
GLOBL full<>(SB), RODATA|NOPTR, $4

// Sums of 16 bits are made signed, and the bias taken out: 1<<23, and 1<<15 to round.
DATA sign<>+0(SB)/4, $0x80008000
GLOBL sign<>(SB), RODATA|NOPTR, $4
DATA bias<>+0(SB)/4, $0x00808000
GLOBL bias<>(SB), RODATA|NOPTR, $4

// The lower bytes of words, of two pixels with a fourth colour that there is not: at
// the begin of the lower lane, and from byte 6 on in the upper one.
DATA tight<>+0(SB)/8, $0x80800c0a08040200
DATA tight<>+8(SB)/8, $0x8080808080808080
DATA tight<>+16(SB)/8, $0x0200808080808080
DATA tight<>+24(SB)/8, $0x808080800c0a0804
GLOBL tight<>(SB), RODATA|NOPTR, $32

// The neighbours of the pixel whose cell is at this offset: 8 bytes of each row.
#define NEIGHBOURS(offset, X) \
	MOVLQSX offset(SI), AX       \
	LEAQ    (AX)(AX*2), AX       \
	VMOVQ   (BX)(AX*1), X        \
	VPINSRQ $1, (R8)(AX*1), X, X

// A pixel in each lane of Y, its weights wx and wy in the same lanes. Clobbers Y15.
#define MIX(Y, wx, wy) \
	VPSHUFB  Y9, Y, Y15    \
	VPSHUFB  Y8, Y, Y      \
	VPMADDWD wx, Y, Y      \
	VPMADDWD wx, Y15, Y15  \
	VPSLLD   $16, Y15, Y15 \
	VPOR     Y15, Y, Y     \
	VPXOR    Y13, Y, Y     \
	VPMADDWD wy, Y, Y      \
	VPADDD   Y14, Y, Y     \
	VPSRLD   $16, Y, Y

// func mixFours(dst *byte, cells *cell, fours int, src *byte, row int)
TEXT ·mixFours(SB), NOSPLIT, $0-40
	MOVQ         dst+0(FP), DI
	MOVQ         cells+8(FP), SI
	MOVQ         fours+16(FP), CX
	MOVQ         src+24(FP), BX
	MOVQ         row+32(FP), R8
	ADDQ         BX, R8
	VMOVDQU      upper<>(SB), Y8
	VMOVDQU      lower<>(SB), Y9
	VMOVDQU      twice<>(SB), Y10
	VPBROADCASTD flip<>(SB), Y11
	VPBROADCASTD full<>(SB), Y12
	VPBROADCASTD sign<>(SB), Y13
	VPBROADCASTD bias<>(SB), Y14

four:
	// The first and the third pixel in Y0, the second and the fourth in Y1.
	NEIGHBOURS(0, X0)
	NEIGHBOURS(8, X1)
	NEIGHBOURS(16, X2)
	NEIGHBOURS(24, X3)
	VINSERTI128 $1, X2, Y0, Y0
	VINSERTI128 $1, X3, Y1, Y1

	VMOVDQU (SI), Y4
	VPSHUFB Y10, Y4, Y4
	VPXOR   Y11, Y4, Y4
	VPADDW  Y12, Y4, Y4
	VPSHUFD $0x00, Y4, Y2
	VPSHUFD $0x55, Y4, Y3
	VPSHUFD $0xaa, Y4, Y5
	VPSHUFD $0xff, Y4, Y6
	MIX(Y0, Y2, Y3)
	MIX(Y1, Y5, Y6)

	VPACKUSDW    Y1, Y0, Y0
	VMOVDQU      tight<>(SB), Y7
	VPSHUFB      Y7, Y0, Y0
	VEXTRACTI128 $1, Y0, X1
	VPOR         X1, X0, X0
	VMOVQ        X0, (DI)
	VPEXTRD      $2, X0, 8(DI)

	ADDQ $32, SI
	ADDQ $12, DI
	DECQ CX
	JNZ  four
	VZEROUPPER
	RET
