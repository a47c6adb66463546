package imagemsg

import (
	"fmt"
	"strings"
)

// EncodingError says that an image's encoding, or a compressed image's format,
// cannot be read.
type EncodingError struct{ Encoding string }

func (e *EncodingError) Error() string {
	const want = "publish rgb8, bgr8, rgba8, bgra8, mono8, yuv422 or yuv422_yuy2"
	if strings.Contains(e.Encoding, "16") {
		return fmt.Sprintf("image encoding %q is not supported, it has 16 bits a channel: %s", e.Encoding, want)
	}
	return fmt.Sprintf("image encoding %q is not supported: %s", e.Encoding, want)
}

// SizeError says that an image's measures make no sense.
type SizeError struct{ Reason string }

func (e *SizeError) Error() string { return "image size: " + e.Reason }

// TruncatedError says that an image has fewer bytes than its header promises.
type TruncatedError struct{ Have, Want int }

func (e *TruncatedError) Error() string {
	return fmt.Sprintf("image data is truncated: %d bytes of %d", e.Have, e.Want)
}

// CompressedError says why a compressed image cannot be read.
type CompressedError struct {
	Reason string
	Err    error // the file decoder's, or nil
}

func (e *CompressedError) Error() string {
	if e.Err == nil {
		return "compressed image: " + e.Reason
	}
	return fmt.Sprintf("compressed image: %s: %v", e.Reason, e.Err)
}

func (e *CompressedError) Unwrap() error { return e.Err }

// CalibrationError says why a camera_info cannot be used to rectify.
type CalibrationError struct{ Reason string }

func (e *CalibrationError) Error() string { return "camera_info: " + e.Reason }
