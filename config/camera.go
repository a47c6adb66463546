package config

import "slices"

// Camera says how images reach a node, and what is known about the camera.
type Camera struct {
	ImageTransport string
	Rectify        bool
	Calibration
	CameraFrame   string // the optical frame; frame_id of images
	HandFrame     string // which the camera may be mounted on
	HandPoseTopic string
}

func (c *Camera) params() []Param {
	return slices.Concat([]Param{
		text(&c.ImageTransport, "image_transport", "raw",
			"raw: sensor_msgs/Image on topic image. compressed: sensor_msgs/CompressedImage (JPEG, PNG) on image/compressed.",
			"raw", "compressed"),
		boolean(&c.Rectify, "rectify", false,
			"Take the lens out of the images, as camera_info_url or else camera_info beside the image topic says: for models that were trained on rectified images."),
	}, c.Calibration.params(), []Param{
		text(&c.CameraFrame, "camera_frame", "camera_optical_frame",
			"The camera's optical frame (z forward, x right, y down) in camera_transform_url."),
		text(&c.HandFrame, "hand_frame", "tool0",
			"The frame of the hand. Where camera_transform_url places the camera in it, not in base_frame, the camera moves with the hand."),
		text(&c.HandPoseTopic, "hand_pose_topic", "ee_pose",
			"Where a camera on the hand is: geometry_msgs/PoseStamped of hand_frame in base_frame, or /tf (tf2_msgs/TFMessage), which must connect the two frames."),
	})
}

// Compressed says whether images come compressed.
func (c *Camera) Compressed() bool { return c.ImageTransport == "compressed" }

// Calibration says where the results of hyt calib lie.
type Calibration struct {
	CameraInfoURL      string
	CameraTransformURL string
}

func (c *Calibration) params() []Param {
	return []Param{
		text(&c.CameraInfoURL, "camera_info_url", "none",
			"Intrinsics of the first camera, as hyt calib intrinsics writes them and camera_info_manager reads them: file:///path/to/camera.yaml, or a path. none: not known."),
		text(&c.CameraTransformURL, "camera_transform_url", "none",
			"Static transforms that place the camera, as hyt calib handeye --out mount.yaml writes them: file:///path/to/mount.yaml, or a path. none: not known."),
	}
}
