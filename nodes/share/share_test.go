package share

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// tree makes a folder that could be share/hyt, with a model in it.
func tree(t *testing.T, path ...string) string {
	t.Helper()
	dir := filepath.Join(append([]string{t.TempDir()}, path...)...)
	for _, file := range []string{landmark, "policy/models/tabletop/spec.yaml"} {
		if err := os.MkdirAll(filepath.Join(dir, filepath.Dir(file)), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, file), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestInstalledProgramsFindTheirShare(t *testing.T) {
	t.Chdir(t.TempDir())
	t.Setenv(Env, "")
	t.Setenv("AMENT_PREFIX_PATH", "")
	installed := tree(t, "install", "hyt", "share", "hyt")
	prefix := filepath.Dir(filepath.Dir(installed))
	source := tree(t)
	for program, want := range map[string]string{
		filepath.Join(prefix, "lib", "hyt", "hyt"): installed,
		filepath.Join(prefix, "bin", "hyt"):        installed,
		filepath.Join(source, "bin", "hyt"):        source,
		filepath.Join(source, "hyt"):               source,
	} {
		if got, err := first(places(program)); err != nil || got != want {
			t.Errorf("%s: %s, %v; want %s", program, got, err, want)
		}
	}
}

// With --symlink-install the program lies in the build folder, far from share.
func TestASourcedWorkspaceIsFoundByItsPrefix(t *testing.T) {
	t.Chdir(t.TempDir())
	t.Setenv(Env, "")
	installed := tree(t, "share", "hyt")
	t.Setenv("AMENT_PREFIX_PATH", "/opt/ros/none"+string(os.PathListSeparator)+filepath.Dir(filepath.Dir(installed)))
	if got, err := first(places("/ws/build/hyt/hyt")); err != nil || got != installed {
		t.Errorf("%s, %v; want %s", got, err, installed)
	}
}

func TestTheEnvironmentGoesFirstAndAlone(t *testing.T) {
	named, here := tree(t), tree(t)
	t.Chdir(here)
	t.Setenv(Env, named)
	if got, err := Dir(); err != nil || got != named {
		t.Errorf("%s, %v; want %s", got, err, named)
	}
	t.Setenv(Env, "/no/such")
	if _, err := Dir(); err == nil || err.Error() != "the files that come with hyt are not found: "+
		"no launch/policy.launch in /no/such; set HYT_SHARE to their folder" {
		t.Errorf("got %v", err)
	}
}

func TestAnotherPackagesLaunchFolderIsNotOurs(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	t.Setenv(Env, "")
	t.Setenv("AMENT_PREFIX_PATH", "")
	if err := os.Mkdir("launch", 0o755); err != nil {
		t.Fatal(err)
	}
	if got, err := first(places("/nowhere/bin/hyt")); err == nil || !strings.Contains(err.Error(), dir) {
		t.Errorf("took %q for hyt's (%v)", got, err)
	}
}

func TestFindPrefersWhatTheUserMeans(t *testing.T) {
	shipped := tree(t)
	t.Setenv(Env, shipped)
	here := t.TempDir()
	t.Chdir(here)
	if err := os.Mkdir("mine", 0o755); err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	for _, path := range []string{"", "mine", "/abs/model", "policy/models/tabletop", "policy/models/none"} {
		got[path] = Find(path)
	}
	want := map[string]string{
		"": "", "mine": "mine", "/abs/model": "/abs/model", "policy/models/none": "policy/models/none",
		"policy/models/tabletop": filepath.Join(shipped, "policy/models/tabletop"),
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}
