package classic

import (
	"fmt"
	"time"

	"hyt/gazebo/classic/pb"
)

// The types of native messages that we use.
const (
	kindPoses    = "gazebo.msgs.PosesStamped"
	kindImage    = "gazebo.msgs.ImageStamped"
	kindControl  = "gazebo.msgs.WorldControl"
	kindRequest  = "gazebo.msgs.Request"
	kindResponse = "gazebo.msgs.Response"
)

// And those of ignition transport.
const (
	kindJointCommand = "ignition.msgs.JointCmd"
	kindText         = "ignition.msgs.StringMsg"
)

// placement is where something is: a position, metres, and a quaternion.
type placement struct {
	position [3]float64
	rotation [4]float64 // w, x, y, z
}

// readTime reads a gazebo.msgs.Time.
func readTime(message []byte) (time.Duration, error) {
	var t time.Duration
	err := pb.Walk(message, func(f pb.Field) error {
		switch f.Number {
		case 1:
			t += time.Duration(int32(f.Bits)) * time.Second
		case 2:
			t += time.Duration(int32(f.Bits))
		}
		return nil
	})
	return t, err
}

// readPoses reads a PosesStamped and shows each pose by its scoped name.
func readPoses(message []byte, visit func(name []byte, p placement)) (at time.Duration, err error) {
	err = pb.Walk(message, func(f pb.Field) (err error) {
		switch f.Number {
		case 1:
			at, err = readTime(f.Bytes)
		case 2:
			err = readPose(f.Bytes, visit)
		}
		return err
	})
	return at, err
}

func readPose(message []byte, visit func(name []byte, p placement)) error {
	var name []byte
	var p placement
	err := pb.Walk(message, func(f pb.Field) error {
		switch f.Number {
		case 1:
			name = f.Bytes
		case 3: // Vector3d: x 1, y 2, z 3
			return readVector(f.Bytes, p.position[:], 1)
		case 4: // Quaternion: x 2, y 3, z 4, w 5
			var q [4]float64
			if err := readVector(f.Bytes, q[:], 2); err != nil {
				return err
			}
			p.rotation = [4]float64{q[3], q[0], q[1], q[2]}
		}
		return nil
	})
	if err == nil {
		visit(name, p)
	}
	return err
}

// readVector reads doubles whose field numbers go on from the first.
func readVector(message []byte, into []float64, first int) error {
	return pb.Walk(message, func(f pb.Field) error {
		if i := f.Number - first; i >= 0 && i < len(into) {
			into[i] = f.Float()
		}
		return nil
	})
}

// askScene is a Request for the whole scene, with a number for the answer to carry.
func askScene(number int) []byte {
	var m pb.Message
	m.Uint(1, uint64(number))
	m.Text(2, "scene_info")
	return m
}

// readScene reads a Response and shows the poses of all models and links in it, as
// readPoses does.
func readScene(message []byte, visit func(name []byte, p placement)) (number int, err error) {
	var scene []byte
	err = pb.Walk(message, func(f pb.Field) error {
		switch f.Number {
		case 1:
			number = int(f.Bits)
		case 5:
			scene = f.Bytes
		}
		return nil
	})
	if err != nil {
		return 0, err
	}
	return number, pb.Walk(scene, func(f pb.Field) error {
		if f.Number != 8 {
			return nil
		}
		return readNamed(f.Bytes, 1, 4, 6, visit) // Model: name, pose, link
	})
}

// readNamed reads a message with a name and a pose, and others like it inside,
// which are links.
func readNamed(message []byte, name, pose, inside int, visit func(name []byte, p placement)) error {
	var called []byte
	return pb.Walk(message, func(f pb.Field) error {
		switch f.Number {
		case name:
			called = f.Bytes
		case pose:
			return readPose(f.Bytes, func(_ []byte, p placement) { visit(called, p) })
		case inside:
			return readNamed(f.Bytes, 2, 9, 0, visit) // Link: name, pose
		}
		return nil
	})
}

// picture is a camera's image, RGB8 without padding.
type picture struct {
	at            time.Duration
	width, height int
	rgb           []byte
}

const formatRGB8 = 3 // gazebo::common::Image::RGB_INT8

// readImage reads an ImageStamped. The pixels are copied into buf where they fit.
func readImage(message, buf []byte) (picture, error) {
	var p picture
	var format, step uint64
	var data []byte
	err := pb.Walk(message, func(f pb.Field) (err error) {
		switch f.Number {
		case 1:
			p.at, err = readTime(f.Bytes)
		case 2:
			err = pb.Walk(f.Bytes, func(f pb.Field) error {
				switch f.Number {
				case 1:
					p.width = int(min(f.Bits, maxSide+1))
				case 2:
					p.height = int(min(f.Bits, maxSide+1))
				case 3:
					format = f.Bits
				case 4:
					step = f.Bits
				case 5:
					data = f.Bytes
				}
				return nil
			})
		}
		return err
	})
	row := 3 * p.width
	switch {
	case err != nil:
		return p, err
	case p.width > maxSide || p.height > maxSide || format != formatRGB8 || step != uint64(row) || len(data) != row*p.height:
		return p, fmt.Errorf("an image of %d x %d pixels, format %d, %d bytes a row, %d bytes: RGB8 expected",
			p.width, p.height, format, step, len(data))
	}
	p.rgb = append(buf[:0], data...)
	return p, nil
}

// maxSide bounds an image.
const maxSide = 4096

// control is a WorldControl that runs so many physics steps.
func control(steps int) []byte {
	var m pb.Message
	m.Uint(1, 1) // paused: it stops after them
	m.Uint(3, uint64(steps))
	return m
}

// servo is what a joint is asked for: a velocity with a gain on its error, and,
// when hold is above zero, a position with a gain hold.
type servo struct {
	velocity, damping float64
	position, hold    float64
}

// Optional fields of ignition.msgs.PID, by which zeros count. 11 and 12 are the
// gains of integral and derivative.
const (
	pidTarget = 9
	pidGain   = 10
)

// jointCommand is a JointCmd. The mark comes back when the joint is asked for its
// command: it tells that this one arrived. It travels as the gain on the position
// of a joint that is asked for no position, and so has no effect.
func jointCommand(joint string, s servo, mark int) []byte {
	var m, position pb.Message
	m.Text(2, joint)
	if s.hold > 0 {
		position = pid(s.position, s.hold)
	} else {
		optional(&position, pidGain, float64(mark))
	}
	m.Sub(5, position)
	m.Sub(6, pid(s.velocity, s.damping))
	return m
}

// pid is a PID of a target and a gain; integral and derivative are off.
func pid(target, gain float64) pb.Message {
	var m pb.Message
	for i, v := range [4]float64{target, gain, 0, 0} {
		optional(&m, pidTarget+i, v)
	}
	return m
}

// optional appends an ignition.msgs.Double.
func optional(m *pb.Message, number int, v float64) {
	var double pb.Message
	double.Float(2, v)
	m.Sub(number, double)
}

// askJoint is the request for a joint's present command.
func askJoint(joint string) []byte {
	var m pb.Message
	m.Text(2, joint)
	return m
}

// readMark reads the mark of a JointCmd.
func readMark(message []byte) (int, error) {
	var mark [1]float64
	err := pb.Walk(message, func(f pb.Field) error {
		if f.Number != 5 {
			return nil
		}
		return pb.Walk(f.Bytes, func(f pb.Field) error {
			if f.Number != pidGain {
				return nil
			}
			return readVector(f.Bytes, mark[:], 2)
		})
	})
	return int(mark[0]), err
}
