//go:build !cgo || noapriltag

package apriltag

import (
	"errors"
	"testing"
)

func TestWithoutTheLibraryOpenSaysWhatToDo(t *testing.T) {
	if d, err := Open(Options{}); d != nil || !errors.Is(err, ErrNotBuilt) {
		t.Errorf("%v, %v", d, err)
	}
}
