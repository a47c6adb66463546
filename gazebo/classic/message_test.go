package classic

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"hyt/gazebo/classic/pb"
)

// What Gazebo would send.

func timeMessage(d time.Duration) pb.Message {
	var m pb.Message
	m.Uint(1, uint64(d/time.Second))
	m.Uint(2, uint64(d%time.Second))
	return m
}

func poseMessage(name string, p placement) pb.Message {
	var m, position, rotation pb.Message
	for i, v := range p.position {
		position.Float(1+i, v)
	}
	for i, k := range [4]int{1, 2, 3, 0} { // x, y, z, w
		rotation.Float(2+i, p.rotation[k])
	}
	m.Text(1, name)
	m.Sub(3, position)
	m.Sub(4, rotation)
	return m
}

func posesMessage(at time.Duration, names ...string) pb.Message {
	var m pb.Message
	m.Sub(1, timeMessage(at))
	for i, name := range names {
		m.Sub(2, poseMessage(name, placement{[3]float64{float64(i), 2, 3}, [4]float64{1, 0, 0, 0}}))
	}
	return m
}

func imageMessage(at time.Duration, width, height int, rgb []byte) pb.Message {
	var m, image pb.Message
	image.Uint(1, uint64(width))
	image.Uint(2, uint64(height))
	image.Uint(3, formatRGB8)
	image.Uint(4, uint64(3*width))
	image.Sub(5, pb.Message(rgb))
	m.Sub(1, timeMessage(at))
	m.Sub(2, image)
	return m
}

func sceneMessage(number int, model, link string) pb.Message {
	var body, part, scene, m pb.Message
	part.Text(2, link)
	part.Sub(9, poseMessage("", placement{position: [3]float64{4, 5, 6}, rotation: [4]float64{1, 0, 0, 0}}))
	body.Text(1, model)
	body.Sub(4, poseMessage("", placement{position: [3]float64{1, 2, 3}, rotation: [4]float64{1, 0, 0, 0}}))
	body.Sub(6, part)
	scene.Text(1, "default")
	scene.Sub(8, body)
	m.Uint(1, uint64(number))
	m.Sub(5, scene)
	return m
}

func TestInboxKeepsWhereThingsAre(t *testing.T) {
	b := newInbox("arm")
	b.takePoses(posesMessage(20*time.Millisecond, "red_cube", "arm", "arm::hand"))
	b.takePoses(posesMessage(1040*time.Millisecond, "red_cube"))
	err := b.look(func() {
		if b.at != 1040*time.Millisecond || b.moved != 20*time.Millisecond {
			t.Errorf("poses of %v, the arm's of %v", b.at, b.moved)
		}
		if p := b.places["arm::hand"]; p.position != [3]float64{2, 2, 3} || p.rotation[0] != 1 {
			t.Errorf("the hand is at %+v", p)
		}
	})
	if err != nil {
		t.Error(err)
	}
}

func TestScenesTellWhatWasLost(t *testing.T) {
	b := newInbox("arm")
	b.takeScene(sceneMessage(3, "arm", "arm::hand"))
	_ = b.look(func() {
		if b.scene != 3 || b.places["arm"].position != [3]float64{1, 2, 3} || b.places["arm::hand"].position != [3]float64{4, 5, 6} {
			t.Errorf("scene %d, places %+v", b.scene, b.places)
		}
	})
}

func TestPicturesAreCopied(t *testing.T) {
	b := newInbox("arm")
	rgb := bytes.Repeat([]byte{1, 2, 3}, 6)
	m := imageMessage(40*time.Millisecond, 3, 2, rgb)
	b.takePicture("image", m)
	clear(m)
	f, err := b.frame("image", nil)
	if err != nil || f.Width != 3 || f.Height != 2 || !bytes.Equal(f.RGB, rgb) {
		t.Errorf("%+v, %v", f, err)
	}
}

func TestDamagedMessagesAreToldOnce(t *testing.T) {
	for name, take := range map[string]func(*inbox){
		"cut poses":       func(b *inbox) { m := posesMessage(0, "arm"); b.takePoses(m[:len(m)-3]) },
		"too few pixels":  func(b *inbox) { b.takePicture("image", imageMessage(0, 4, 4, []byte{1, 2, 3})) },
		"huge image":      func(b *inbox) { b.takePicture("image", imageMessage(0, 1<<30, 1<<30, nil)) },
		"cut scene":       func(b *inbox) { m := sceneMessage(1, "a", "b"); b.takeScene(m[:len(m)-1]) },
		"not a RGB image": func(b *inbox) { b.takePicture("image", imageMessage(0, 1, 1, []byte{1})) },
	} {
		b := newInbox("arm")
		take(b)
		if err := b.look(func() {}); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

func TestCommandsCarryTheirMark(t *testing.T) {
	m := jointCommand("arm::yaw_joint", servo{velocity: 0.5, damping: 2}, 41)
	if mark, err := readMark(m); err != nil || mark != 41 {
		t.Errorf("mark %d, %v", mark, err)
	}
	if !strings.Contains(string(m), "arm::yaw_joint") {
		t.Error("a command without its joint")
	}
}

func FuzzInbox(f *testing.F) {
	f.Add([]byte(posesMessage(time.Second, "arm", "arm::hand")))
	f.Add([]byte(imageMessage(0, 1, 1, []byte{1, 2, 3})))
	f.Add([]byte(sceneMessage(1, "arm", "arm::hand")))
	f.Fuzz(func(t *testing.T, data []byte) {
		b := newInbox("arm")
		b.takePoses(data)
		b.takeScene(data)
		b.takePicture("image", data)
		if p := b.pictures["image"]; len(p.rgb) != 3*p.width*p.height {
			t.Errorf("%d x %d pixels in %d bytes", p.width, p.height, len(p.rgb))
		}
		_, _ = readMark(data)
	})
}
