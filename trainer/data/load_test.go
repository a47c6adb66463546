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
	"hyt/trainer/contract"
	"hyt/trainer/data/datatest"
)

func TestBadBagIsOneClearSentence(t *testing.T) {
	without := func(topic string) string {
		p := newTape(t, "demo")
		p.Skip = topic
		p.Demo("a", "go", 3, true)
		return p.Close()
	}
	wrongType := newTape(t, "demo")
	wrongType.Demo("a", "go", 3, true)
	wrongType.Write("/other", &std_msgs.String{})
	wrongFrame := newTape(t, "demo")
	wrongFrame.Demo("a", "go", 3, true)
	wrongFrame.Write("/action", &geometry_msgs.TwistStamped{Header: datatest.Header(1, "tool0")})
	other := contract.Default()
	other.Topics[0].Topic = "/other"
	for name, c := range map[string]struct {
		dir    string
		config contract.Contract
		want   string
	}{
		"no images": {without("/image"), contract.Default(),
			"has no messages on /image (sensor_msgs/msg/Image); it has /action, /ee_pose, /episode, /gripper, /instruction, /joint_states, /thought: record that topic, or name the right one in the contract"},
		"no actions":   {without("/action"), contract.Default(), "has no messages on /action (for action)"},
		"wrong type":   {wrongType.Close(), other, "topic /other: it is std_msgs/msg/String, hyt takes pictures from sensor_msgs/msg/Image and sensor_msgs/msg/CompressedImage: name another topic in the contract"},
		"wrong frame":  {wrongFrame.Close(), contract.Default(), `topic /action is in frame "tool0", not in base_link`},
		"no bag":       {t.TempDir(), contract.Default(), "is not a rosbag2 folder and holds none"},
		"no folder":    {"/nowhere", contract.Default(), "no such file or directory"},
		"wrong config": {without(""), contract.Contract{}, "contract: rate is 0 Hz"},
	} {
		t.Run(name, func(t *testing.T) {
			_, _, err := openAll([]string{c.dir}, c.config)
			if err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "\n") {
				t.Errorf("error %v\nwant  %s", err, c.want)
			}
		})
	}
}

func TestNothingUsableIsAnErrorWithItsReason(t *testing.T) {
	p := newTape(t, "demo")
	p.Demo("a", "go", 3, false)
	_, _, err := openAll([]string{p.Close()}, contract.Default())
	if err == nil || !strings.Contains(err.Error(), "1 × failed (its marker says success: false)") {
		t.Errorf("error %v", err)
	}
}

func TestFolderOfBagsStandsForItsBags(t *testing.T) {
	parent := t.TempDir()
	for i := range 3 {
		p := newTape(t, "demo")
		p.Demo(fmt.Sprint(i), "go", 2, true)
		check(t, os.Rename(p.Close(), filepath.Join(parent, fmt.Sprint("bag", i))))
	}
	set, report := load(t, contract.Default(), parent)
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
		p.Demo(fmt.Sprint(i), "go", 3, true)
	}
	dir := p.Close()
	file := filepath.Join(dir, "demo_0.mcap")
	stat, err := os.Stat(file)
	check(t, err)
	check(t, os.Truncate(file, stat.Size()/2))
	_, report := load(t, contract.Default(), dir)
	if report.Episodes < 20 || report.Episodes > 60 || len(report.Bags[0].Problems) == 0 {
		t.Errorf("%d episodes, problems %q", report.Episodes, report.Bags[0].Problems)
	}
}

func BenchmarkLoad(b *testing.B) {
	p := newTape(b, "demo")
	const episodes, frames = 50, 20
	for i := range episodes {
		p.Demo(fmt.Sprint(i), "go", frames, true)
	}
	dir := p.Close()
	started := time.Now()
	for b.Loop() {
		if set, _ := load(b, contract.Default(), dir); set.Len() != episodes*frames {
			b.Fatal(set.Len())
		}
	}
	b.ReportMetric(float64(b.N*episodes*frames)/time.Since(started).Seconds(), "samples/s")
}
