"""A camera and an arm's pose, as an rclpy node: 64 by 64 pixels, 20 Hz."""
import rclpy
from geometry_msgs.msg import PoseStamped
from rclpy.node import Node
from rclpy.qos import DurabilityPolicy, QoSProfile, qos_profile_sensor_data
from sensor_msgs.msg import Image
from std_msgs.msg import String


class Camera(Node):
    def __init__(self):
        super().__init__('camera')
        self.images = self.create_publisher(Image, 'image', qos_profile_sensor_data)
        self.poses = self.create_publisher(PoseStamped, 'ee_pose', qos_profile_sensor_data)
        latched = QoSProfile(depth=1, durability=DurabilityPolicy.TRANSIENT_LOCAL)
        self.words = self.create_publisher(String, 'instruction', latched)
        self.words.publish(String(data='push the blue cylinder'))
        self.frame = 0
        self.create_timer(0.05, self.tick)

    def tick(self):
        now = self.get_clock().now().to_msg()
        self.frame += 1
        image = Image(height=64, width=64, encoding='rgb8', step=192)
        image.header.stamp, image.header.frame_id = now, 'camera_optical_frame'
        image.data = bytes((i + self.frame) % 256 for i in range(64 * 192))
        self.images.publish(image)
        pose = PoseStamped()
        pose.header.stamp, pose.header.frame_id = now, 'base_link'
        pose.pose.position.z = 0.15
        pose.pose.orientation.w = 1.0
        self.poses.publish(pose)


rclpy.init()
try:
    rclpy.spin(Camera())
except KeyboardInterrupt:
    pass
