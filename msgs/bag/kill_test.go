package bag

import (
	"bufio"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"
)

// killedWriter, when set, makes the test binary a recorder of that folder, which
// is killed from outside.
const killedWriter = "HYT_TEST_KILLED_WRITER"

func TestMain(m *testing.M) {
	if dir := os.Getenv(killedWriter); dir != "" {
		recordUntilKilled(dir)
	}
	os.Exit(m.Run())
}

// recordUntilKilled writes an image about every millisecond and says after each,
// on standard output, which was written when.
func recordUntilKilled(dir string) {
	w, err := Create(dir, Options{Compression: Zstd})
	if err == nil {
		err = w.Topic("/image", "sensor_msgs/msg/Image", "")
	}
	for i := 0; err == nil; i++ {
		now := time.Now()
		err = w.Write("/image", payload("/image", i), now, now)
		fmt.Println(i, now.UnixNano())
		time.Sleep(time.Millisecond)
	}
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}

// A recorder that is killed at any moment loses at most the last second.
func TestKilledWriterLosesAtMostTheLastSecond(t *testing.T) {
	t.Parallel()
	for i := range 4 {
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir() + "/killed"
			lifetime := time.Duration(200+rand.IntN(2200)) * time.Millisecond
			last, lastTime := runAndKill(t, dir, lifetime)
			r := open(t, dir)
			messages := all(t, r)
			end := lastTime.Add(-lifetime) // where nothing is saved, all may be from the last second
			for i, m := range messages {
				if string(m.Data) != string(payload("/image", i)) {
					t.Fatalf("message %d is %q", i, m.Data)
				}
				end = m.LogTime
			}
			lost := lastTime.Sub(end)
			t.Logf("killed after %v: %d of %d messages saved, the last %v lost; %q", lifetime, len(messages), last+1, lost, r.Problems())
			if lost > time.Second && lifetime > time.Second {
				t.Errorf("lost the last %v", lost)
			}
			if len(r.Problems()) == 0 {
				t.Error("no problem reported")
			}
		})
	}
}

// runAndKill runs a recorder, kills it and returns what it wrote last.
func runAndKill(t *testing.T, dir string, lifetime time.Duration) (last int, at time.Time) {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), killedWriter+"="+dir)
	var complaint strings.Builder
	cmd.Stderr = &complaint
	out, err := cmd.StdoutPipe()
	check(t, err)
	check(t, cmd.Start())
	timer := time.AfterFunc(lifetime, func() { _ = cmd.Process.Kill() })
	defer timer.Stop()
	lines := bufio.NewScanner(out)
	var nanos int64
	for lines.Scan() {
		if n, _ := fmt.Sscan(lines.Text(), &last, &nanos); n != 2 {
			break // killed while it wrote this line
		}
		at = time.Unix(0, nanos)
	}
	_ = cmd.Wait()
	if complaint.Len() > 0 || at.IsZero() {
		t.Fatalf("the recorder did not record: %s", complaint.String())
	}
	return last, at
}
