package embedded

import (
	"bytes"
	"strings"
	"testing"

	"hyt/gazebo/sim"
)

// red counts the pixels of a picture that are clearly red.
func red(f sim.Frame) int {
	n := 0
	for i := 0; i < len(f.RGB); i += 3 {
		if f.RGB[i] > 100 && f.RGB[i+1] < 60 && f.RGB[i+2] < 60 {
			n++
		}
	}
	return n
}

func wrist(t testing.TB, s *Sim) sim.Frame {
	t.Helper()
	frame, err := s.Render(sim.Wrist)
	if err != nil {
		t.Fatal(err)
	}
	return frame
}

func TestWristCameraSeesWhatTheHandIsAbove(t *testing.T) {
	s := newSim(t, open(at(0.1, 0.1, 0.06)), thing("red", "cube", 0.1, 0.1))
	above := red(wrist(t, s))
	if above < 100 {
		t.Errorf("%d red pixels with the hand above the cube", above)
	}
	goes(t, s, -0.15, -0.15, 0.06, 1)
	if away := red(wrist(t, s)); away > above/10 {
		t.Errorf("%d red pixels with the hand far away, %d above the cube", away, above)
	}
	if n := red(overhead(t, s)); n == 0 {
		t.Error("the overhead camera does not see the cube")
	}
}

func TestWristCameraFollowsScenesAndRepeats(t *testing.T) {
	s := newSim(t, open(at(0, 0, 0.06)), thing("red", "cube", 0, 0))
	first := bytes.Clone(wrist(t, s).RGB)
	if err := s.Reset(t.Context(), sim.Scene{Arm: open(at(0, 0, 0.06)), Objects: []sim.Object{thing("blue", "ball", 0, 0)}}); err != nil {
		t.Fatal(err)
	}
	if red(wrist(t, s)) > 0 {
		t.Error("the cube of the scene before is still seen")
	}
	if err := s.Reset(t.Context(), sim.Scene{Arm: open(at(0, 0, 0.06)), Objects: []sim.Object{thing("red", "cube", 0, 0)}}); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(wrist(t, s).RGB, first) {
		t.Error("the same scene gave another picture")
	}
}

func TestUnknownCamerasAreRefused(t *testing.T) {
	s := newSim(t, at(0, 0, 0.1))
	if _, err := s.Render("image_side"); err == nil || !strings.Contains(err.Error(), `choose "image" or "image_wrist"`) {
		t.Errorf("camera image_side: %v", err)
	}
}
