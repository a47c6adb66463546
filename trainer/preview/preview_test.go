package preview

import (
	"bytes"
	"encoding/base64"
	"image/png"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"hyt/msgs/hyt_msgs"
	"hyt/trainer/contract"
	"hyt/trainer/data"
	"hyt/trainer/data/datatest"
)

// set is one demonstration of six frames whose words are HTML's own signs.
func set(t *testing.T) *data.Set {
	p := datatest.New(t, "demo")
	p.Instruction("touch <b>the</b> red cube")
	p.Start(0, "touch-7")
	for k := range 6 {
		p.Skip = "/thought"
		p.Frame(k)
		p.Skip = ""
		if k == 4 {
			p.Thought(0.4, hyt_msgs.Thought_HUMAN, "target red cube <x16> <y48>; ee <x63> <y00>;")
		}
	}
	p.End(0.6, "touch-7", true)
	s, _, err := data.Open(t.Context(), []string{p.Close()}, data.Options{Contract: contract.Default()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

func TestThePageShowsPicturesThoughtsAndActions(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "new", "folder")
	if err := Write(dir, set(t), 6); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(filepath.Join(dir, Page))
	if err != nil {
		t.Fatal(err)
	}
	page := string(text)
	for _, want := range []string{
		"6 of 6 samples of 1 episodes", "touch &lt;b&gt;the&lt;/b&gt; red cube", "touch-7 · 0.30 s", "<i>no thought</i>",
		"target red cube &lt;x16&gt; &lt;y48&gt;; ee &lt;x63&gt; &lt;y00&gt;;",
		`<circle class="target" cx="16.5" cy="48.5"`, `<circle class="ee" cx="63.5" cy="0.5"`,
		`<th>gripper (opening)</th>`, "<td>0.020</td>", // two centimetres, in frame 2
	} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %s", want)
		}
	}
	if strings.Contains(page, "http") || strings.Contains(page, "ZgotmplZ") {
		t.Error("the page needs something besides itself")
	}
	pictures := regexp.MustCompile(`href="data:image/png;base64,([^"]+)"`).FindAllStringSubmatch(page, -1)
	if len(pictures) != 6 {
		t.Fatalf("%d pictures", len(pictures))
	}
	for i, p := range pictures {
		file, err := base64.StdEncoding.DecodeString(strings.ReplaceAll(p[1], "&#43;", "+"))
		if err != nil {
			t.Fatal(err)
		}
		m, err := png.Decode(bytes.NewReader(file))
		if err != nil {
			t.Fatal(err)
		}
		if r, _, _, _ := m.At(5, 5).RGBA(); int(r>>8) != i || m.Bounds().Dx() != 64 {
			t.Errorf("picture %d has brightness %d", i, r>>8)
		}
	}
}

// The actions of frame 0 go forward, faster and faster.
func TestThePathGoesWhereTheActionsGo(t *testing.T) {
	s := set(t)
	p := newPath(s.At(0).Actions, s.Shape())
	if p == nil || p.EndX != 50 || p.EndY != 5 || !strings.HasPrefix(p.Points, "50.0,50.0 ") || p.Side != "33.3 cm" {
		t.Errorf("path %+v", p)
	}
	joints := s.Shape()
	joints.Action = joints.Action[2:]
	if newPath(make([]float32, 24), joints) != nil {
		t.Error("a path of actions that do not move the hand")
	}
}

func TestFewerSamplesAreSpreadOverTheSet(t *testing.T) {
	text, err := render(set(t), 2)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"2 of 6 samples", "0.00 s", "0.30 s"} {
		if !strings.Contains(string(text), want) {
			t.Errorf("the page lacks %s", want)
		}
	}
}

func TestAFolderThatCannotBeMadeIsAClearError(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if err := Write(filepath.Join(file, "x"), set(t), 1); err == nil || !strings.HasPrefix(err.Error(), "preview: mkdir") {
		t.Errorf("error %v", err)
	}
}
