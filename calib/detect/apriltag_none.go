//go:build !apriltag

package detect

import (
	"image"

	"hyt/calib/target"
)

// findTags says what is missing: the default build needs no C library.
func findTags(*image.Gray, target.Board) (Found, string, error) {
	return Found{}, "", ErrNoAprilTags
}
