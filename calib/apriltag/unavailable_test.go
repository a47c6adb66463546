//go:build !cgo || noapriltag

package apriltag

import (
	"errors"
	"image"
	"testing"
)

func TestWithoutTheLibraryEverythingSaysWhatToDo(t *testing.T) {
	if _, err := Find(image.NewGray(image.Rect(0, 0, 64, 64)), Options{}); !errors.Is(err, ErrNotBuilt) || !errors.Is(Available(), ErrNotBuilt) {
		t.Errorf("%v, %v", err, Available())
	}
}
