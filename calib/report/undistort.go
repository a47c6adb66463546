package report

import (
	"image"

	"hyt/calib/camera"
	"hyt/calib/geom"
)

// Undistort is the image that the ideal camera c.Rectified would have taken;
// black where c saw nothing.
func Undistort(c camera.Camera, img *image.Gray) *image.Gray {
	ideal := c.Rectified()
	out := image.NewGray(image.Rect(0, 0, c.Width, c.Height))
	for y := range c.Height {
		for x := range c.Width {
			ray := geom.Vec{(float64(x) - ideal.Cx) / ideal.Fx, (float64(y) - ideal.Cy) / ideal.Fy, 1}
			if px, ok := c.Project(ray); ok {
				out.Pix[y*out.Stride+x] = between(img, px.X, px.Y)
			}
		}
	}
	return out
}

// between is the brightness between pixels, bilinear; 0 outside.
func between(img *image.Gray, x, y float64) uint8 {
	if x < 0 || y < 0 || x > float64(img.Rect.Dx()-1) || y > float64(img.Rect.Dy()-1) {
		return 0
	}
	i, j := min(int(x), img.Rect.Dx()-2), min(int(y), img.Rect.Dy()-2)
	fx, fy := x-float64(i), y-float64(j)
	at := img.Pix[j*img.Stride+i:]
	down := at[img.Stride:]
	return uint8((1-fy)*((1-fx)*float64(at[0])+fx*float64(at[1])) + fy*((1-fx)*float64(down[0])+fx*float64(down[1])) + 0.5)
}
