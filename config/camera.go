package config

// Camera says how images reach a node.
type Camera struct {
	ImageTransport string
	Rectify        bool
}

func (c *Camera) params() []Param {
	return []Param{
		text(&c.ImageTransport, "image_transport", "raw",
			"raw: sensor_msgs/Image on topic image. compressed: sensor_msgs/CompressedImage (JPEG, PNG) on image/compressed.",
			"raw", "compressed"),
		boolean(&c.Rectify, "rectify", false,
			"Take the lens out of the images, as camera_info beside the image topic says: for models that were trained on rectified images."),
	}
}

// Compressed says whether images come compressed.
func (c *Camera) Compressed() bool { return c.ImageTransport == "compressed" }
