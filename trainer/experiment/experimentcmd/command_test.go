package experimentcmd

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func execute(t *testing.T, args ...string) (string, error) {
	t.Helper()
	cmd := Command()
	var out bytes.Buffer
	cmd.SetArgs(args)
	cmd.SetOut(&out)
	cmd.SetErr(&out)
	cmd.SilenceErrors, cmd.SilenceUsage = true, true
	err := cmd.ExecuteContext(t.Context())
	return out.String(), err
}

func TestListSaysWhatWouldRun(t *testing.T) {
	t.Chdir("../../..") // a plan's paths are from the repository's root
	out, err := execute(t, "--plan", "quick", "--results", t.TempDir(), "--list")
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"primary, seed 1, ", "speed, seed 1, ", "to go"} {
		if !strings.Contains(out, want) {
			t.Errorf("no %q in\n%s", want, out)
		}
	}
}

func TestTheReportAloneRunsNothing(t *testing.T) {
	t.Chdir("../../..")
	dir := t.TempDir()
	report := filepath.Join(dir, "report.md")
	out, err := execute(t, "--plan", "quick", "--results", dir, "--build", filepath.Join(dir, "build"), "--report", report, "--report-only")
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if text, err := os.ReadFile(report); err != nil || !strings.Contains(string(text), "Done: 0 of ") {
		t.Errorf("%v\n%s", err, text)
	}
	if _, err := os.Stat(filepath.Join(dir, "build")); err == nil {
		t.Error("something was built")
	}
}

func TestTwoRunsDoNotShareAFolder(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "build")
	first, err := alone(folder)
	if err != nil {
		t.Fatal(err)
	}
	if second, err := alone(folder); err == nil {
		_ = second.Close()
		t.Error("two runs have the folder")
	} else if !strings.Contains(err.Error(), folder) {
		t.Errorf("error %v", err)
	}
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	next, err := alone(folder)
	if err != nil {
		t.Fatalf("after the first has ended: %v", err)
	}
	_ = next.Close()
}

func TestCommandLinesThatAreRefused(t *testing.T) {
	for _, test := range []struct {
		args []string
		want string
	}{
		{[]string{"--plan", "nowhere"}, `no plan "nowhere"`},
		{[]string{"play", "--scenario", "/nowhere.yaml"}, "no such file"},
		{[]string{"--budget", "soon"}, "invalid duration"},
	} {
		if _, err := execute(t, test.args...); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%v: error %v, want one with %q", test.args, err, test.want)
		}
	}
}
