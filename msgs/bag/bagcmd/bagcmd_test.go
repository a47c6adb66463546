package bagcmd

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"hyt/msgs/bag"
	"hyt/msgs/bag/bagcheck"
)

// record makes a bag of five instructions, ten a second, and cuts off its end.
func record(t *testing.T) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "demo")
	w, err := bag.Create(dir, bag.Options{FlushEvery: -1})
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Topic("/instruction", "std_msgs/msg/String", ""); err != nil {
		t.Fatal(err)
	}
	for i := range 5 {
		stamp := time.Unix(1_700_000_000, int64(i)*1e8)
		if err := w.Write("/instruction", []byte("0123456789"), stamp, stamp); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(dir, "demo_0.mcap")
	stat, err := os.Stat(file)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(file, stat.Size()-8); err != nil {
		t.Fatal(err)
	}
	return dir
}

// fakeTrainer uses the first three messages of every bag.
type fakeTrainer struct{}

func (fakeTrainer) Judge(string) (bagcheck.Verdict, error) {
	return bagcheck.Verdict{Episodes: 1, Samples: 3, LeftOut: []bagcheck.Reason{{What: "images", Count: 2, Why: "too dark"}}}, nil
}

func run(args ...string) (string, error) {
	var out bytes.Buffer
	cmd := Command(func(contract string) (bagcheck.Trainer, error) {
		if contract != "" {
			return nil, errors.New(contract + " cannot be read")
		}
		return fakeTrainer{}, nil
	})
	cmd.SetOut(&out)
	cmd.SetErr(&out)
	cmd.SilenceUsage, cmd.SilenceErrors = true, true
	cmd.SetArgs(args)
	err := cmd.ExecuteContext(context.Background())
	return out.String(), err
}

func expectText(t *testing.T, out string, want ...string) {
	t.Helper()
	for _, w := range want {
		if !strings.Contains(out, w) {
			t.Errorf("output lacks %q:\n%s", w, out)
		}
	}
}

// expectKeys parses JSON and checks that scripts find their keys.
func expectKeys(t *testing.T, out string, keys ...string) map[string]any {
	t.Helper()
	var got map[string]any
	if err := json.Unmarshal([]byte(out), &got); err != nil {
		t.Fatalf("%v in %s", err, out)
	}
	for _, key := range keys {
		if _, ok := got[key]; !ok {
			t.Errorf("no key %q in %s", key, out)
		}
	}
	return got
}

func TestInfoPrintsTopicsAndProblems(t *testing.T) {
	out, err := run("info", record(t))
	if err != nil {
		t.Fatal(err)
	}
	expectText(t, out, "messages  5\n", "duration  0.400 s\n", "start     2023-11-14T22:13:20Z\n", "storage   mcap (compression: none)\n",
		"/instruction  std_msgs/msg/String  5      10.0\n",
		"problem: demo_0.mcap has no usable index (it was not closed), so it was read through\n")
}

func TestInfoAsJSONHasTheKeysThatScriptsRead(t *testing.T) {
	out, err := run("info", record(t), "--json")
	if err != nil {
		t.Fatal(err)
	}
	got := expectKeys(t, out, "storage", "messages", "duration_s", "topics", "problems")
	topic := got["topics"].([]any)[0].(map[string]any)
	for key, want := range map[string]any{"name": "/instruction", "type": "std_msgs/msg/String", "count": 5.0, "hz": 10.0} {
		if topic[key] != want {
			t.Errorf("topic has %s %v, want %v", key, topic[key], want)
		}
	}
}

func TestCheckFailsABagWithProblemsAndSaysWhatTrainingWouldUse(t *testing.T) {
	dir := record(t)
	out, err := run("check", dir)
	if err == nil || !strings.Contains(err.Error(), "has 2 problems") {
		t.Errorf("error %v", err)
	}
	expectText(t, out, "training  would use 3 samples (0 with a thought) of 1 episodes\n", "left out  2 images: too dark\n",
		"problem: demo_0.mcap has no usable index", "problem: /instruction: 5 of 5 messages are no std_msgs/msg/String")
	var usage *UsageError
	if _, err := run("check", dir, "--contract", "mine.yaml"); !errors.As(err, &usage) || err.Error() != "mine.yaml cannot be read" {
		t.Errorf("error %v", err)
	}
	out, _ = run("check", dir, "--json")
	got := expectKeys(t, out, "storage", "messages", "topics", "jumps", "damages", "training", "problems", "notes")
	topic := got["topics"].([]any)[0].(map[string]any)
	if topic["undecodable"] != 5.0 || topic["name"] != "/instruction" {
		t.Errorf("topic %v", topic)
	}
}

func TestRecoverWritesABagThatIsWhole(t *testing.T) {
	dir, saved := record(t), filepath.Join(t.TempDir(), "saved")
	out, err := run("recover", dir, saved, "--compression", "zstd")
	if err != nil {
		t.Fatal(err)
	}
	expectText(t, out, "saved     5 messages to "+saved, "lost      0 that the bag says it had", "/instruction  std_msgs/msg/String  5      0\n", "index   1       0\n")
	r, err := bag.Open(saved)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if info := r.Info(); info.Messages != 5 || info.Compression != "zstd by chunk" || len(info.Problems) > 0 {
		t.Errorf("recovered %+v", info)
	}
	out, err = run("recover", saved, saved+"2", "--json")
	if err != nil {
		t.Fatal(err)
	}
	expectKeys(t, out, "saved", "lost", "topics", "kinds", "damages")
}

func TestErrorsAreOneSentenceAndWrongUsageHasItsOwnCode(t *testing.T) {
	for _, c := range []struct {
		usage bool
		args  []string
	}{
		{true, []string{"info"}},
		{true, []string{"mend"}},
		{true, []string{"recover", record(t)}},
		{true, []string{"recover", record(t), filepath.Join(t.TempDir(), "new"), "--compression", "lzma"}},
		{false, []string{"info", t.TempDir()}},
		{false, []string{"check", filepath.Join(t.TempDir(), "none")}},
		{false, []string{"recover", record(t), record(t)}},
	} {
		_, err := run(c.args...)
		if err == nil || strings.Contains(err.Error(), "\n") {
			t.Errorf("%v: error %v", c.args, err)
		}
		var usage *UsageError
		if errors.As(err, &usage) != c.usage || c.usage && usage.ExitCode() != 2 {
			t.Errorf("%v: error %v, of usage: %v", c.args, err, !c.usage)
		}
	}
}
