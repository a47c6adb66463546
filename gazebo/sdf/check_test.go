package sdf_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"hyt/gazebo/classic/server"
	"hyt/gazebo/models"
	"hyt/gazebo/worlds"
)

// documents are all SDF files that hyt brings along, by name.
func documents(t *testing.T) map[string][]byte {
	t.Helper()
	all := map[string][]byte{}
	for _, name := range worlds.Names() {
		data, err := worlds.Read(name)
		if err != nil {
			t.Fatal(err)
		}
		all["world "+name] = data
	}
	for _, name := range append(models.Names(), models.Colors) {
		data, err := models.Read(name)
		if err != nil {
			t.Fatal(err)
		}
		all["model "+name] = data
	}
	return all
}

// checker returns a folder for documents and a command that checks one of them: that
// of a Gazebo on the PATH, of any generation, or of the one that `make gazebo` sets up.
func checker(t *testing.T) (folder string, check func(name string) *exec.Cmd) {
	t.Helper()
	if gz, err := exec.LookPath("gz"); err == nil {
		folder = t.TempDir()
		return folder, func(name string) *exec.Cmd { return exec.Command(gz, "sdf", "-k", filepath.Join(folder, name)) }
	}
	root, err := server.Root()
	if err != nil {
		t.Skipf("no gz on the PATH, and %v", err)
	}
	if os.Geteuid() != 0 {
		t.Skipf("no gz on the PATH, and only root can use the one in %s", root)
	}
	if folder, err = os.MkdirTemp(filepath.Join(root, "tmp"), "sdf"); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(folder) })
	return folder, func(name string) *exec.Cmd {
		cmd := exec.Command("/usr/bin/gz", "sdf", "-k", strings.TrimPrefix(filepath.Join(folder, name), root))
		cmd.SysProcAttr = &syscall.SysProcAttr{Chroot: root}
		cmd.Dir = "/"
		return cmd
	}
}

func TestEveryFilePassesGazebosOwnCheck(t *testing.T) {
	t.Parallel()
	folder, check := checker(t)
	run := func(name string, data []byte) (string, bool) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(folder, name), data, 0o644); err != nil {
			t.Fatal(err)
		}
		out, err := check(name).CombinedOutput()
		return string(out), err == nil && !strings.Contains(string(out), "Error")
	}
	for name, data := range documents(t) {
		if said, ok := run(strings.ReplaceAll(name, " ", "_")+".sdf", data); !ok {
			t.Errorf("%s: %s", name, said)
		}
	}
	if said, ok := run("broken.sdf", []byte(`<sdf version="1.6"><model name="m"><link/></model></sdf>`)); ok {
		t.Errorf("a link without a name passes the check, which proves nothing then: %s", said)
	}
}
