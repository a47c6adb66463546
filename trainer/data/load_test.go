package data

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"hyt/msgs/geometry_msgs"
	"hyt/msgs/std_msgs"
)

func TestBadBagIsOneClearSentence(t *testing.T) {
	without := func(topic string) string {
		p := newTape(t, "demo")
		p.skip = topic
		p.demo("a", "go", 3, true)
		return p.close()
	}
	wrongType := newTape(t, "demo")
	wrongType.demo("a", "go", 3, true)
	wrongType.write("/other", &std_msgs.String{})
	wrongFrame := newTape(t, "demo")
	wrongFrame.demo("a", "go", 3, true)
	wrongFrame.write("/action", &geometry_msgs.TwistStamped{Header: header(1, "tool0")})
	other := Default()
	other.Topics.Image = "/other"
	for name, c := range map[string]struct {
		dir    string
		config Config
		want   string
	}{
		"no images": {without("/image"), Default(),
			"has no messages on /image (sensor_msgs/msg/Image); it has /action, /ee_pose, /episode, /gripper, /instruction, /joint_states, /thought: record that topic, or name the right one in topics.image"},
		"no actions":   {without("/action"), Default(), "has no messages on /action (geometry_msgs/msg/TwistStamped)"},
		"wrong type":   {wrongType.close(), other, "topic /other is std_msgs/msg/String, hyt learns from sensor_msgs/msg/Image: name another topic in topics.image"},
		"wrong frame":  {wrongFrame.close(), Default(), `topic /action is in frame "tool0", not in base_link`},
		"no bag":       {t.TempDir(), Default(), "is not a rosbag2 folder and holds none"},
		"no folder":    {"/nowhere", Default(), "no such file or directory"},
		"wrong config": {without(""), Config{}, "image size is 0x0; both must be at least 1"},
	} {
		t.Run(name, func(t *testing.T) {
			_, _, err := Load([]string{c.dir}, c.config)
			if err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "\n") {
				t.Errorf("error %v\nwant  %s", err, c.want)
			}
		})
	}
}

func TestNothingUsableIsAnErrorWithItsReason(t *testing.T) {
	p := newTape(t, "demo")
	p.demo("a", "go", 3, false)
	_, _, err := Load([]string{p.close()}, Default())
	if err == nil || !strings.Contains(err.Error(), "1 × failed (its marker says success: false)") {
		t.Errorf("error %v", err)
	}
}

func TestFolderOfBagsStandsForItsBags(t *testing.T) {
	parent := t.TempDir()
	for i := range 3 {
		p := newTape(t, "demo")
		p.demo(fmt.Sprint(i), "go", 2, true)
		check(t, os.Rename(p.close(), filepath.Join(parent, fmt.Sprint("bag", i))))
	}
	set, report := load(t, Default(), parent)
	if set.Len() != 6 || len(report.Bags) != 3 || len(report.Hashes()) != 3 {
		t.Errorf("%d samples, report %+v", set.Len(), report)
	}
	if b := report.Bags[1]; filepath.Base(b.Path) != "bag1" || len(b.SHA256) != 64 || b.Episodes != 1 || b.Samples != 2 {
		t.Errorf("bag %+v", b)
	}
	if report.Bags[0].SHA256 == report.Bags[1].SHA256 {
		t.Error("two recordings have one hash")
	}
}

// A recorder that was killed leaves a bag to learn from.
func TestLearnsFromABagThatWasCutOff(t *testing.T) {
	p := newTape(t, "demo")
	for i := range 100 { // 12 KB an image: several chunks
		p.demo(fmt.Sprint(i), "go", 3, true)
	}
	dir := p.close()
	file := filepath.Join(dir, "demo_0.mcap")
	stat, err := os.Stat(file)
	check(t, err)
	check(t, os.Truncate(file, stat.Size()/2))
	_, report := load(t, Default(), dir)
	if report.Episodes < 20 || report.Episodes > 60 || len(report.Bags[0].Problems) == 0 {
		t.Errorf("%d episodes, problems %q", report.Episodes, report.Bags[0].Problems)
	}
}

func BenchmarkLoad(b *testing.B) {
	p := newTape(b, "demo")
	const episodes, frames = 50, 20
	for i := range episodes {
		p.demo(fmt.Sprint(i), "go", frames, true)
	}
	dir := p.close()
	started := time.Now()
	for b.Loop() {
		if set, _ := load(b, Default(), dir); set.Len() != episodes*frames {
			b.Fatal(set.Len())
		}
	}
	b.ReportMetric(float64(b.N*episodes*frames)/time.Since(started).Seconds(), "samples/s")
}
