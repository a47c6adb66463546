package config

// Monitor says which AprilTags show that a camera is still where its calibration
// says.
type Monitor struct {
	TagsURL      string
	TagSize      float64 // m, side over the black border
	TagRate      float64 // Hz
	TagThreshold float64 // pixels
	TagTimeout   float64 // s
}

func (c *Monitor) params() []Param {
	return []Param{
		text(&c.TagsURL, "calib_tags_url", "none",
			"Static transforms of AprilTags that stand still (frames tag36h11:ID in base_frame), as hyt calib tags writes them: file:///path/to/tags.yaml, or a path. Diagnostics then warn when the camera is no longer where calibration says. Needs camera_info_url and camera_transform_url."),
		float(&c.TagSize, "calib_tag_size", 0.04, "m", 0.001, 2,
			"Side of those tags over the black border."),
		float(&c.TagRate, "calib_tag_rate", 0.5, "Hz", 0.01, 10,
			"How often an image is searched for tags, beside the control loop."),
		float(&c.TagThreshold, "calib_tag_threshold", 3, "pixels", 0.2, 500,
			"How far a tag may be from where the calibration has it. Beyond, three times in a row, diagnostics warn; they are content again after three times below six tenths of it."),
		float(&c.TagTimeout, "calib_tag_timeout", 30, "s", 1, 86400,
			"When no tag has been seen for this long, diagnostics say that nothing is known."),
	}
}
