//go:build apriltag

package detect

/*
#cgo LDFLAGS: -lapriltag
#include <stdlib.h>
#include <string.h>
#include <apriltag/apriltag.h>
#include <apriltag/tag36h11.h>

typedef struct {
	int id, hamming;
	double p[4][2];
} seen_tag;

// find_tags reads pixels during the call only, and frees all but its result,
// which is the caller's to free. n is the number of tags, or -1 without memory.
static seen_tag *find_tags(uint8_t *pixels, int w, int h, int stride, int *n) {
	image_u8_t im = {.width = w, .height = h, .stride = stride, .buf = pixels};
	apriltag_family_t *family = tag36h11_create();
	apriltag_detector_t *det = apriltag_detector_create();
	apriltag_detector_add_family_bits(det, family, 1);
	det->quad_decimate = 1;
	det->refine_edges = 1;
	zarray_t *all = apriltag_detector_detect(det, &im);
	int count = zarray_size(all);
	seen_tag *tags = calloc(count + 1, sizeof *tags);
	for (int i = 0; tags && i < count; i++) {
		apriltag_detection_t *d;
		zarray_get(all, i, &d);
		tags[i].id = d->id;
		tags[i].hamming = d->hamming;
		memcpy(tags[i].p, d->p, sizeof d->p);
	}
	apriltag_detections_destroy(all);
	apriltag_detector_destroy(det);
	tag36h11_destroy(family);
	*n = tags ? count : -1;
	return tags;
}
*/
import "C"

import (
	"errors"
	"fmt"
	"image"
	"slices"
	"unsafe"

	"hyt/calib/target"
	"hyt/calib/view"
)

// tag is a tag seen in an image, its corners in the order of target.Board's
// TagCorners.
type tag struct {
	id      int
	corners [4]view.Point2
}

// libraryTags asks the library for all tags of the family.
func libraryTags(img *image.Gray) ([]tag, error) {
	var n C.int
	// find_tags keeps no pointer to the pixels, and writes nothing there.
	found := C.find_tags((*C.uint8_t)(unsafe.Pointer(unsafe.SliceData(img.Pix))), C.int(img.Rect.Dx()), C.int(img.Rect.Dy()), C.int(img.Stride), &n)
	if n < 0 {
		return nil, errors.New("the AprilTag library has no memory for the image")
	}
	defer C.free(unsafe.Pointer(found))
	var tags []tag
	for _, s := range unsafe.Slice(found, n) {
		t := tag{id: int(s.id)}
		for i := range t.corners {
			// It goes counter-clockwise from the lower left, and has the middle of
			// the first pixel at (0.5, 0.5).
			p := s.p[(7-i)%4]
			t.corners[i] = view.Point2{X: float64(p[0]) - 0.5, Y: float64(p[1]) - 0.5}
		}
		tags = append(tags, t)
	}
	return tags, nil
}

// findTags takes the tags that belong to the board; reason says why they are
// too few.
func findTags(img *image.Gray, b target.Board) (f Found, reason string, err error) {
	tags, err := libraryTags(img)
	if err != nil {
		return Found{}, "", err
	}
	slices.SortFunc(tags, func(a, b tag) int { return a.id - b.id })
	var strange, twice []int
	used := 0
	for i, t := range tags {
		points, ok := b.TagCorners(t.id)
		switch {
		case !ok:
			strange = append(strange, t.id)
		case i > 0 && tags[i-1].id == t.id || i+1 < len(tags) && tags[i+1].id == t.id:
			twice = append(twice, t.id)
		default:
			used++
			f.View.Points = append(f.View.Points, points[:]...)
			f.View.Pixels = append(f.View.Pixels, t.corners[:]...)
		}
	}
	if need := min(2, b.Rows*b.Cols); used >= need {
		return f, "", nil
	}
	switch {
	case len(strange) > 0:
		return Found{}, fmt.Sprintf("tags %v are none of the board's 0 to %d: check --rows and --cols", strange, b.Rows*b.Cols-1), nil
	case len(twice) > 0:
		return Found{}, fmt.Sprintf("tags %v are seen twice: leave one board in view", twice), nil
	case used > 0:
		return Found{}, "only one tag of the board is clear, two are needed: is it cut off, covered or too far away?", nil
	}
	if mirrored, err := libraryTags(flipped(img)); err == nil && len(mirrored) > 1 {
		return Found{}, fmt.Sprintf("%d tags are mirrored: print the board anew, or turn the camera's mirror image off", len(mirrored)), nil
	}
	return Found{}, "no tag of the family tag36h11 in it", nil
}

// flipped is the image in a mirror.
func flipped(img *image.Gray) *image.Gray {
	m := image.NewGray(image.Rect(0, 0, img.Rect.Dx(), img.Rect.Dy()))
	for y := range m.Rect.Dy() {
		row := m.Pix[y*m.Stride:][:m.Rect.Dx()]
		copy(row, img.Pix[y*img.Stride:])
		slices.Reverse(row)
	}
	return m
}
