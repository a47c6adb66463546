"""A robot that takes commands, as an rclpy node: ends after as many as it is told."""
import math
import sys

import rclpy
from geometry_msgs.msg import TwistStamped
from rclpy.node import Node

wanted, taken = int(sys.argv[1]), []
rclpy.init()
node = Node('robot')
node.create_subscription(TwistStamped, 'action', taken.append, 10)
while len(taken) < wanted:
    rclpy.spin_once(node)
values = [v for m in taken for v in (m.twist.linear.x, m.twist.linear.y, m.twist.linear.z,
                                     m.twist.angular.x, m.twist.angular.y, m.twist.angular.z)]
finite = 'finite' if all(map(math.isfinite, values)) else 'bad'
print(len(taken), finite, 'commands in', taken[0].header.frame_id)
