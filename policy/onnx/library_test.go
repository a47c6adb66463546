package onnx

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// touch makes an empty file.
func touch(t *testing.T, path string) string {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestFindsTheFirstLibrary(t *testing.T) {
	dir := t.TempDir()
	near := touch(t, filepath.Join(dir, "near", libraryNames()[0]))
	far := touch(t, filepath.Join(dir, "far", libraryNames()[0]))
	folders := []string{filepath.Join(dir, "none"), filepath.Join(dir, "near"), filepath.Join(dir, "far")}
	for _, c := range []struct{ named, want string }{{"", near}, {far, far}} {
		if got, err := findLibrary(c.named, folders); got != c.want {
			t.Errorf("named %q: found %q, %v, want %q", c.named, got, err, c.want)
		}
	}
}

func TestLooksInTheProjectThatAFolderLiesIn(t *testing.T) {
	root := t.TempDir()
	want := touch(t, filepath.Join(root, "build/deps/onnxruntime", libraryNames()[0]))
	if got, err := findLibrary("", upward(filepath.Join(root, "policy", "onnx"))); got != want {
		t.Errorf("found %q, %v, want %q", got, err, want)
	}
}

func TestMissingLibrarySaysWhatToDo(t *testing.T) {
	dir := t.TempDir()
	for _, c := range []struct {
		named string
		want  []string
	}{
		{"", []string{"is not on this machine", "make setup", LibraryEnv}},
		{filepath.Join(dir, "gone.so"), []string{LibraryEnv, "gone.so", "is not a file", "make setup"}},
		{dir, []string{"is not a file"}},
	} {
		_, err := findLibrary(c.named, []string{dir})
		for _, want := range c.want {
			if err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("named %q: error %v, want %q in it", c.named, err, want)
			}
		}
	}
}

// child marks a run of this test binary that opens a graph with a library of the
// parent's choice: a process can load only one.
const child = "HYT_ONNX_TEST_CHILD"

func TestOpenWithAnUnusableLibraryIsOneSentence(t *testing.T) {
	if os.Getenv(child) != "" {
		_, err := Open("any.onnx", Options{})
		os.Stdout.WriteString("error: " + err.Error() + "\n")
		return
	}
	broken := touch(t, filepath.Join(t.TempDir(), "libonnxruntime.so"))
	for _, c := range []struct{ library, want string }{
		{"/nowhere/libonnxruntime.so", `names "/nowhere/libonnxruntime.so", which is not a file`},
		{broken, "ONNX Runtime does not load from " + broken},
	} {
		cmd := exec.Command(os.Args[0], "-test.run=^"+t.Name()+"$")
		cmd.Env = append(os.Environ(), child+"=1", LibraryEnv+"="+c.library)
		out, err := cmd.CombinedOutput()
		if err != nil || !strings.Contains(string(out), c.want) {
			t.Errorf("library %s: %v, %s, want %q", c.library, err, out, c.want)
		}
	}
}
