package imagemsg

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
)

// Machines without wide registers must see the same picture as those with them.
func TestWideAndPortableSumsMakeTheSamePicture(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 0))
	for range 60 {
		l := layouts[random.IntN(len(layouts))]
		w, h := 2*(1+random.IntN(60)), 1+random.IntN(90)
		to := [2]int{1 + random.IntN(70), 1 + random.IntN(70)}
		m := noise(l.name, w, h, random.IntN(9))
		name := fmt.Sprintf("%s %dx%d to %v", l.name, w, h, to)
		var got [2][]byte
		for i := range got {
			d, err := NewDecoder(to[0], to[1], whole)
			if err != nil {
				t.Fatal(err)
			}
			d.plan.portable = i == 1
			got[i] = make([]byte, 3*to[0]*to[1])
			if err := d.Image(m, got[i]); err != nil {
				t.Fatalf("%s: %v", name, err)
			}
		}
		if !bytes.Equal(got[0], got[1]) {
			t.Fatalf("%s: the pictures differ", name)
		}
	}
}

func TestRowsAreAddedByTheirWeights(t *testing.T) {
	const step = 101
	random := rand.New(rand.NewPCG(2, 0))
	data := make([]byte, 12*step)
	for i := range data {
		data[i] = byte(random.Uint32())
	}
	for _, n := range []int{1, 31, 32, 33, 64, 100} {
		for _, b := range []band{
			{step: step, from: step, full: 9, last: 10 * step, head: 3, tail: 2, unit: 5},
			{step: step, from: 0, full: 12, last: 0, unit: 1},
			{step: step, from: step, full: 0, last: step, head: 7, tail: 1, unit: 8},
			{step: step, from: 12 * step, full: 0, last: 11 * step, head: 4, unit: 8}, // all in one row, past the end
		} {
			got, want := make([]uint16, n), make([]uint16, n)
			for i := range got {
				got[i] = 77 // is overwritten
			}
			addRows(got, &b, data)
			addEach(want, &b, data, 0)
			if !slices.Equal(got, want) {
				t.Errorf("%d bytes of %+v: %v, want %v", n, b, got, want)
			}
		}
	}
}

func TestWhiteRowsFillTheLanesAndNoMore(t *testing.T) {
	b := band{step: 64, full: maxRows - 3, last: (maxRows - 3) * 64, head: 1, tail: 2, unit: 1}
	sums := make([]uint16, 64)
	addRows(sums, &b, bytes.Repeat([]byte{255}, 64*maxRows))
	for _, v := range sums {
		if v != 255*maxRows {
			t.Fatalf("%d, want %d", v, 255*maxRows)
		}
	}
}
