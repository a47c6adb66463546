// Package observe gathers what a model sees: the newest images, and the robot's
// own state as it was when the first camera's image was taken. The policy and the
// thinker both stand on it.
package observe
