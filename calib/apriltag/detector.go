//go:build cgo && !noapriltag

package apriltag

/*
#cgo pkg-config: apriltag
#include <stdlib.h>
#include <string.h>
#include <apriltag/apriltag.h>
#include <apriltag/tag36h11.h>

typedef struct {
	int id;
	double p[4][2];
} seen_tag;

// new_detector also reads codes with one wrong bit; 36h11 leaves room for five.
static apriltag_detector_t *new_detector(apriltag_family_t *family, float decimate) {
	apriltag_detector_t *det = apriltag_detector_create();
	apriltag_detector_add_family_bits(det, family, 1);
	det->quad_decimate = decimate;
	det->refine_edges = 1; // its C type differs between versions
	return det;
}

// find_tags reads pixels during the call only. The result is the caller's to free.
// n is the number of tags, or -1 without memory.
static seen_tag *find_tags(apriltag_detector_t *det, uint8_t *pixels, int w, int h, int stride, int *n) {
	image_u8_t im = {.width = w, .height = h, .stride = stride, .buf = pixels};
	zarray_t *all = apriltag_detector_detect(det, &im);
	int count = zarray_size(all);
	seen_tag *tags = calloc(count + 1, sizeof *tags);
	for (int i = 0; tags && i < count; i++) {
		apriltag_detection_t *d;
		zarray_get(all, i, &d);
		tags[i].id = d->id;
		memcpy(tags[i].p, d->p, sizeof d->p);
	}
	apriltag_detections_destroy(all);
	*n = tags ? count : -1;
	return tags;
}
*/
import "C"

import (
	"errors"
	"image"
	"unsafe"

	"hyt/calib/view"
)

// Available returns nil where this hyt can find tags, else ErrNotBuilt.
func Available() error { return nil }

// Find returns all tags in an image, in no order. It may be called from any
// goroutine.
func Find(img *image.Gray, o Options) ([]Tag, error) {
	family := C.tag36h11_create() // all of this takes 0.15 ms, a search takes longer
	defer C.tag36h11_destroy(family)
	det := C.new_detector(family, C.float(max(1, o.Decimate)))
	defer C.apriltag_detector_destroy(det)
	var n C.int
	// find_tags keeps no pointer to the pixels, and writes nothing there.
	found := C.find_tags(det, (*C.uint8_t)(unsafe.Pointer(unsafe.SliceData(img.Pix))), C.int(img.Rect.Dx()), C.int(img.Rect.Dy()), C.int(img.Stride), &n)
	if n < 0 {
		return nil, errors.New("the AprilTag library has no memory for the image")
	}
	defer C.free(unsafe.Pointer(found))
	tags := make([]Tag, n)
	for k, s := range unsafe.Slice(found, n) {
		tags[k].ID = int(s.id)
		for i := range tags[k].Corners {
			// It goes counter-clockwise from the lower left, and has the middle of
			// the first pixel at (0.5, 0.5).
			p := s.p[(7-i)%4]
			tags[k].Corners[i] = view.Point2{X: float64(p[0]) - 0.5, Y: float64(p[1]) - 0.5}
		}
	}
	return tags, nil
}
