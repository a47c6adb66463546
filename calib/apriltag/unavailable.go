//go:build !cgo || noapriltag

package apriltag

import "image"

// Available returns ErrNotBuilt.
func Available() error { return ErrNotBuilt }

// Find returns ErrNotBuilt.
func Find(*image.Gray, Options) ([]Tag, error) { return nil, ErrNotBuilt }
