// Package types makes messages from their ROS names, for those who learn at run
// time what they read: a bag's reader, a recorder.
package types
