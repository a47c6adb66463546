package report

import (
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"hyt/trainer/loop"
)

// aRun has two measures, the second with held-out figures.
func aRun() Run {
	return Run{
		Title: "touch <b>", Command: "hyt train --out x", Config: "seed: 1", Data: "2 bags", Weights: 1000,
		History: []loop.Measure{
			{Step: 100, Samples: 3200, SamplesPerSec: 50, Loss: map[string]float64{"act.action": 0.3, "think.text": 2}},
			{Step: 200, Samples: 6400, SamplesPerSec: 50, Loss: map[string]float64{"act.action": 0.1, "think.text": 0.2},
				HeldOut: map[string]float64{"act_mm": 2.5, "act_rad": 0.01, "act_gripper_error": 0.05, "think_places": 0.9}},
		},
		Success: []Success{{Step: 200, Name: "touch act", Rate: 0.8}},
	}
}

func TestThePageHoldsEverythingAndNeedsNothing(t *testing.T) {
	path := filepath.Join(t.TempDir(), "report.html")
	if err := aRun().WriteHTML(path); err != nil {
		t.Fatal(err)
	}
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	text := string(raw)
	for _, want := range []string{"touch &lt;b&gt;", "hyt train --out x", "seed: 1", "2 bags", "<th>act_mm</th>", "<td>2.5</td>", "200 steps, 6400 samples"} {
		if !strings.Contains(text, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	if got := strings.Count(text, "<svg"); got != 6 {
		t.Errorf("%d plots, want 6: loss, mm, rad, others, shares, success", got)
	}
	for _, link := range []string{"src=", "href=\"http", "@import"} {
		if strings.Contains(text, link) {
			t.Errorf("the page refers to something outside: %s", link)
		}
	}
}

func TestThePictureHasAPlotForEachUnit(t *testing.T) {
	path := filepath.Join(t.TempDir(), "loss.png")
	if err := aRun().WritePNG(path); err != nil {
		t.Fatal(err)
	}
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if info, err := f.Stat(); err != nil || info.Size() > 60_000 {
		t.Errorf("%d bytes, more than a page of documentation likes (%v)", info.Size(), err)
	}
	img, err := png.Decode(f)
	if err != nil {
		t.Fatal(err)
	}
	if size := img.Bounds().Size(); size.Y < 2*size.X {
		t.Errorf("%d x %d pixels: six plots of 8 x 3 inch stand one below the other", size.X, size.Y)
	}
}

func TestNothingMeasuredIsSaid(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x")
	for _, err := range []error{Run{}.WriteHTML(path), Run{}.WritePNG(path)} {
		if err == nil || !strings.Contains(err.Error(), "measured nothing") {
			t.Errorf("error %v", err)
		}
	}
}

func TestSuccessIsReadLineByLine(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, SuccessFile)
	if list, err := ReadSuccess(path); list != nil || err != nil {
		t.Errorf("no file gives %v, %v", list, err)
	}
	write := func(text string) {
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	write(`{"step": 500, "name": "touch act", "rate": 0.5}` + "\n\n" + `{"step": 1000, "name": "touch act", "rate": 1}` + "\n")
	if list, err := ReadSuccess(path); err != nil || len(list) != 2 || list[1] != (Success{1000, "touch act", 1}) {
		t.Errorf("read %v, %v", list, err)
	}
	for _, bad := range []string{"no json", `{"step": 5, "name": "x", "rate": 7}`, `{"step": 5, "rate": 0}`} {
		write(bad)
		if _, err := ReadSuccess(path); err == nil || !strings.Contains(err.Error(), "line 1") {
			t.Errorf("%q: error %v", bad, err)
		}
	}
}
