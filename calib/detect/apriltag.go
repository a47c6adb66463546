package detect

import (
	"fmt"
	"image"

	"hyt/calib/apriltag"
	"hyt/calib/target"
)

// findTags takes the tags that belong to the board; reason says why they are
// too few.
func findTags(img *image.Gray, b target.Board) (f Found, reason string, err error) {
	tags, err := apriltag.Find(img, apriltag.Options{})
	if err != nil {
		return Found{}, "", err
	}
	own, strange, twice := ownTags(tags, b)
	for _, t := range own {
		points, _ := b.TagCorners(t.ID)
		f.View.Points = append(f.View.Points, points[:]...)
		f.View.Pixels = append(f.View.Pixels, t.Corners[:]...)
	}
	if len(own) >= min(2, b.Tags()) {
		return f, "", nil
	}
	return Found{}, noTags(img, b, len(own), strange, twice), nil
}

// ownTags are those that belong to the board; strange are ids of others, twice are
// ids that are seen more than once.
func ownTags(tags []apriltag.Tag, b target.Board) (own []apriltag.Tag, strange, twice []int) {
	once, twice := apriltag.Unique(tags)
	for _, t := range once {
		if t.ID < b.Tags() {
			own = append(own, t)
		} else {
			strange = append(strange, t.ID)
		}
	}
	return own, strange, twice
}

// noTags says why a board of tags has too few of them in an image.
func noTags(img *image.Gray, b target.Board, used int, strange, twice []int) string {
	switch {
	case len(strange) > 0:
		return fmt.Sprintf("tags %v are none of the board's 0 to %d: check --rows and --cols", strange, b.Tags()-1)
	case len(twice) > 0:
		return fmt.Sprintf("tags %v are seen twice: leave one board in view", twice)
	case used > 0:
		return "only one tag of the board is clear, two are needed: is it cut off, covered or too far away?"
	}
	if mirrored, err := apriltag.Find(apriltag.Mirrored(img), apriltag.Options{}); err == nil && len(mirrored) > 1 {
		return fmt.Sprintf("%d tags are mirrored: print the board anew, or turn the camera's mirror image off", len(mirrored))
	}
	return "no tag of the family tag36h11 in it"
}
