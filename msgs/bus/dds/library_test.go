//go:build cgo && !nodds

package dds

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

func TestComparesVersions(t *testing.T) {
	const refused = "dds: /ros/libddsc.so.0 is Cyclone DDS 0.10.5, but this program was built with the headers of 0.10.2: rebuild it against that library (set PKG_CONFIG_PATH to where its CycloneDDS.pc lies), or put the 0.10.2 library first on LD_LIBRARY_PATH"
	for _, c := range []struct {
		found []string
		want  string
	}{
		{[]string{"0.10.2"}, ""},
		{[]string{"1.2.3", "0.10.2"}, ""},
		{nil, ""}, // a library that does not say
		{[]string{"0.10.5"}, refused},
	} {
		if got := errorText(compareVersions("/ros/libddsc.so.0", "0.10.2", c.found)); got != c.want {
			t.Errorf("%q: %s", c.found, got)
		}
	}
}

// This process: what the loaded library says is what the headers said.
func TestTheLibrarySaysItsVersion(t *testing.T) {
	path := loadedLibrary()
	if versions := libraryVersions(path); len(versions) != 1 || versions[0] != builtFor {
		t.Errorf("%s says %q, the headers %s", path, versions, builtFor)
	}
}

// openAndExit makes the test binary a program that opens a driver and ends.
const openAndExit = "HYT_DDS_TEST_OPEN"

// A library that says another version, found first by the loader: Open refuses it.
func TestOpenRefusesAnotherLibrary(t *testing.T) {
	if os.Getenv(openAndExit) != "" {
		domain := 99
		d, err := Open(Options{Domain: &domain, Loopback: true})
		if err == nil {
			d.Close()
		}
		os.Stdout.WriteString("opened: " + errorText(err) + "\n")
		return
	}
	path := loadedLibrary()
	library, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	other := "9" + builtFor[1:]
	library = bytes.ReplaceAll(library, []byte("\x00"+builtFor+"\x00"), []byte("\x00"+other+"\x00"))
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, filepath.Base(path)), library, 0o755); err != nil {
		t.Fatal(err)
	}
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(exe, "-test.run=^TestOpenRefusesAnotherLibrary$", "-test.v")
	cmd.Env = append(os.Environ(), openAndExit+"=1", "LD_LIBRARY_PATH="+dir)
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if want := "opened: dds: " + dir; !strings.Contains(string(out), want) || !strings.Contains(string(out), other+", but this program was built with the headers of "+builtFor) {
		t.Errorf("%s", out)
	}
}
