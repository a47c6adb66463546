package control

import (
	"slices"
	"testing"
)

func TestAnchorStaysWhereTheHoldBegan(t *testing.T) {
	var a Anchor
	measured := []float64{1, 2}
	for range 3 {
		if got := a.Hold(measured); !slices.Equal(got, []float64{1, 2}) {
			t.Fatalf("holds at %v", got)
		}
		measured[1] -= 0.01 // it sags
	}
	a.Release()
	if got := a.Hold(measured); !slices.Equal(got, measured) {
		t.Errorf("the next hold is at %v, the robot at %v", got, measured)
	}
}
