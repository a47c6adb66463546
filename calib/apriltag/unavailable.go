//go:build !cgo || noapriltag

package apriltag

import "image"

// Detector is what Open would return.
type Detector struct{}

// Open returns ErrNotBuilt.
func Open(Options) (*Detector, error) { return nil, ErrNotBuilt }

// Find returns ErrNotBuilt.
func (*Detector) Find(*image.Gray) ([]Tag, error) { return nil, ErrNotBuilt }

// Close does nothing.
func (*Detector) Close() error { return nil }
