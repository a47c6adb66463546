package traincmd

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"hyt/trainer/data/datatest"
	"hyt/trainer/preview"
)

func TestPreviewShowsTheSamplesAndTrainsNothing(t *testing.T) {
	tape := datatest.New(t, "demo")
	tape.Demo("touch-7", "touch the red cube", 5, true)
	bag, dir := tape.Close(), filepath.Join(t.TempDir(), "preview")
	cmd := New()
	var said bytes.Buffer
	cmd.SetOut(&said)
	cmd.SetArgs([]string{"--bags", bag, "--preview", dir})
	if err := cmd.Execute(); err != nil {
		t.Fatal(err)
	}
	page, err := os.ReadFile(filepath.Join(dir, preview.Page))
	if err != nil || !strings.Contains(string(page), "5 of 5 samples") {
		t.Errorf("page of %d bytes, %v", len(page), err)
	}
	if !strings.Contains(said.String(), "5 samples (5 with a thought) of 1 episodes") || !strings.Contains(said.String(), "wrote "+dir) {
		t.Errorf("said %s", said.String())
	}
	if got := execute("--preview", dir, "--pretrain"); !strings.Contains(got, "name them with --bags") {
		t.Errorf("error %q", got)
	}
}
