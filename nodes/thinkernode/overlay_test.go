package thinkernode

import (
	"errors"
	"image/color"
	"slices"
	"strings"
	"testing"
	"time"

	"hyt/msgs/bus"
	"hyt/msgs/sensor_msgs"
	"hyt/policy/policytest"
	"hyt/policy/thought"
	"hyt/thinker"
)

func TestWhoLooksSeesEachThoughtOverItsFrame(t *testing.T) {
	start(t, policytest.Options{}, func(r *rig) {
		r.say("touch the red cube")
		r.wait(2 * time.Second) // nobody looks
		var seen []*sensor_msgs.Image
		looking, err := bus.Subscribe(r.robot.Bus(), "/thinker/image", bus.SensorData(), func(m *sensor_msgs.Image, _ bus.Sample) {
			m.Data = slices.Clone(m.Data)
			seen = append(seen, m)
		}, nil)
		if err != nil {
			t.Fatal(err)
		}
		r.wait(3 * time.Second)
		if len(seen) < 4 || len(seen) > 6 {
			t.Fatalf("%d images in 3 s at 2 Hz", len(seen))
		}
		m := seen[len(seen)-1]
		if last := r.thoughts[len(r.thoughts)-1]; m.Header.Stamp != last.Header.Stamp || m.Width != 320 || m.Height != 320 || m.Encoding != "rgb8" {
			t.Errorf("%dx%d %s of %v, the thought is of %v", m.Width, m.Height, m.Encoding, m.Header.Stamp, last.Header.Stamp)
		}
		c := &canvas{int(m.Width), int(m.Height), m.Data}
		// The thought is "target red cube <x10> <y20>".
		if got := c.At(52, 102); got != green {
			t.Errorf("the target's mark is %v", got)
		}
		if len(pixels(c, white)) < 100 || len(pixels(c, yellow)) < 50 {
			t.Error("no words")
		}
		if err := looking.Close(); err != nil {
			t.Fatal(err)
		}
		n := len(seen)
		r.wait(2 * time.Second)
		if len(seen) != n {
			t.Errorf("%d images after nobody looks any more", len(seen)-n)
		}
	})
}

// pixels are where a colour is.
func pixels(c *canvas, of color.RGBA) (at [][2]int) {
	for y := range c.height {
		for x := range c.width {
			if c.At(x, y) == of {
				at = append(at, [2]int{x, y})
			}
		}
	}
	return at
}

func blank(width, height int) *canvas {
	c := &canvas{width, height, make([]byte, 3*width*height)}
	for i := range c.rgb {
		c.rgb[i] = 90
	}
	return c
}

func TestADisagreementIsFramedInRed(t *testing.T) {
	quiet, loud := blank(320, 240), blank(320, 240)
	draw(quiet, thinker.Result{Text: "grip open", Thought: thought.Thought{Grip: "open"}}, "touch the red cube")
	draw(loud, thinker.Result{Disagrees: errors.New("x differs by 0.60 of its range")}, "touch the red cube")
	if len(pixels(quiet, red)) != 0 || quiet.At(0, 0) != (color.RGBA{90, 90, 90, 255}) {
		t.Error("red without a disagreement")
	}
	if loud.At(0, 0) != red || loud.At(319, 239) != red || len(pixels(loud, red)) < 2*3*320+100 {
		t.Error("no frame, or no sentence")
	}
}

func TestWordsStayOffTheUpperPart(t *testing.T) {
	c := blank(320, 240)
	draw(c, thinker.Result{Text: "sub touch red cube", Thought: thought.Thought{Sub: "touch red cube"}}, "touch the red cube")
	for _, p := range pixels(c, white) {
		if p[1] < 240-4*lineHeight {
			t.Fatalf("white at %v", p)
		}
	}
}

func TestAnythingCanBeDrawnOnAnything(t *testing.T) {
	long := strings.Repeat("unaussprechlich ", 500) + strings.Repeat("ö", 5000) + "\xff\x00\n"
	for _, size := range [][2]int{{1, 1}, {7, 3}, {320, 5}, {5, 320}, {64, 64}} {
		c := blank(size[0], size[1])
		for _, at := range []thought.Place{{X: 0, Y: 0}, {X: 63, Y: 63}, {X: 63, Y: 0}} {
			draw(c, thinker.Result{
				Text: long, Thought: thought.Thought{Sub: long, Target: long, TargetAt: &at, EE: &at, Plan: []string{long}},
				Malformed: errors.New(long), Disagrees: errors.New(long), Truncated: true,
			}, long)
		}
	}
}

func TestLinesAreBrokenAtSpaces(t *testing.T) {
	for _, c := range []struct {
		text string
		most int
		want []string
	}{
		{"", 10, nil},
		{"push the red cube", 8, []string{"push the", "red cube"}},
		{"push the red cube", 3, []string{"pus", "h", "the", "red", "cub", "e"}},
		{"öäü  ß", 4, []string{"öäü", "ß"}},
		{"ab", 0, []string{"a", "b"}},
	} {
		if got := wrap(c.text, c.most); !slices.Equal(got, c.want) {
			t.Errorf("%q by %d: %q, want %q", c.text, c.most, got, c.want)
		}
	}
}
