// Package sim says what a simulator is to hyt: a scene that is reset, a robot
// that is moved in steps, a camera that is looked through, a true state that
// judges. gazebo/embedded implements it in Go; others can stand beside it.
//
// Frames follow REP-103. base_link coincides with world in the tabletop world:
// origin at the middle of the table's top, x forward (up in the overhead
// image), y left (left in the image), z up; metres, radians, seconds.
package sim

import (
	"context"
	"time"
)

// Sim is one simulated robot at one table. It is not safe for concurrent use.
type Sim interface {
	// Reset puts the scene on the table, the arm at its start pose and time to
	// zero. The same scene gives the same episode, bit for bit. When ctx ends before
	// that, the error is its cause, and another Reset has to come first.
	Reset(ctx context.Context, scene Scene) error
	// Step holds cmd for dt (a multiple of the physics step, 2 ms).
	Step(cmd Command, dt time.Duration) error
	// State is the truth. The slices are the caller's own.
	State() State
	// Render draws one camera's view of the present state: Overhead or Wrist. The
	// Frame's pixels are valid until the next call.
	Render(camera string) (Frame, error)
	Close() error
}

// The cameras of the tabletop robot, by the topic that each feeds.
const (
	Overhead = "image"       // above the table, fixed
	Wrist    = "image_wrist" // on the hand
)

// Scene is what Reset needs to know.
type Scene struct {
	World   string // name of a world under gazebo/worlds, for example "tabletop"
	Seed    int64  // of the simulator's own noise, if any
	Objects []Object
	Arm     Arm   // start pose
	Light   Light // zero value: the world's own
	// ActuationNoise is the standard deviation, m/s, of a slowly varying
	// disturbance added to commanded linear velocities (demonstrations use it so
	// that a policy sees how to recover; the command stays clean). 0: none.
	ActuationNoise float64
}

// Light changes the look of a scene, for out-of-distribution splits.
type Light struct {
	Brightness float64 // multiplies colours; 0 means 1
	CameraYaw  float64 // radians
	CameraX    float64 // metres
	CameraY    float64 // metres
}

// Object is one thing on the table.
type Object struct {
	Name  string // unique in the scene: "red_cube"
	Color string // "red", "green", "blue", "yellow", "purple", "orange"
	Shape string // "cube", "bar", "cylinder", "ball"
	Size  [3]float64
	// Pattern is on its surface: "" none, "stripes" or "dots".
	Pattern string
	Pose    Pose    // of its centre
	Tilt    float64 // radians between its own z axis and the world's
	Held    bool    // between the fingers now
}

// Pose is a position and a rotation about z, in world.
type Pose struct{ X, Y, Z, Yaw float64 }

// Arm is the gantry's state: the pose of the point between its fingertips and
// the opening of the gripper, 0 closed .. 1 open.
type Arm struct {
	Pose
	Gripper float64
}

// Command is what the robot is asked to do: velocities of the fingertip point in
// base_link, and the gripper's target opening.
type Command struct {
	Linear  [3]float64 // m/s
	YawRate float64    // rad/s
	Gripper float64    // 0 closed .. 1 open
}

// State is the simulator's truth at one instant.
type State struct {
	Time    time.Duration
	Arm     Arm
	Objects []Object // in the scene's order
	Touched []bool   // by object: in contact with the gripper at this instant
}

// Frame is an RGB8 image, row-major, Height*Width*3 bytes.
type Frame struct {
	Width, Height int
	RGB           []byte
}
