package bagcmd

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"hyt/msgs/bag"
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

func run(args ...string) (string, error) {
	var out bytes.Buffer
	cmd := Command(nil)
	cmd.SetOut(&out)
	cmd.SetErr(&out)
	cmd.SilenceUsage, cmd.SilenceErrors = true, true
	cmd.SetArgs(args)
	err := cmd.Execute()
	return out.String(), err
}

func TestInfoPrintsTopicsAndProblems(t *testing.T) {
	out, err := run("info", record(t))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"messages  5\n", "duration  0.400 s\n", "start     2023-11-14T22:13:20Z\n",
		"/instruction  std_msgs/msg/String  5      10.0\n",
		"problem: demo_0.mcap has no usable index (it was not closed), so it was read through\n",
	} {
		if !strings.Contains(out, want) {
			t.Errorf("output lacks %q:\n%s", want, out)
		}
	}
}

func TestInfoAsJSONHasTheKeysThatScriptsRead(t *testing.T) {
	out, err := run("info", record(t), "--json")
	if err != nil {
		t.Fatal(err)
	}
	var got map[string]any
	if err := json.Unmarshal([]byte(out), &got); err != nil {
		t.Fatal(err)
	}
	for _, key := range []string{"storage", "messages", "duration_s", "topics", "problems"} {
		if _, ok := got[key]; !ok {
			t.Errorf("no key %q in %s", key, out)
		}
	}
	topic := got["topics"].([]any)[0].(map[string]any)
	for key, want := range map[string]any{"name": "/instruction", "type": "std_msgs/msg/String", "count": 5.0, "hz": 10.0} {
		if topic[key] != want {
			t.Errorf("topic has %s %v, want %v", key, topic[key], want)
		}
	}
}

func TestInfoFailsInOneSentence(t *testing.T) {
	for _, args := range [][]string{{"info"}, {"info", t.TempDir()}} {
		if _, err := run(args...); err == nil || strings.Contains(err.Error(), "\n") {
			t.Errorf("%v: error %v", args, err)
		}
	}
}
