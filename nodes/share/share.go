// Package share finds what comes with hyt: launch files, parameters, models, worlds.
// They lie under one folder, with the same paths below it everywhere: the source tree
// for who builds there, share/hyt of a ROS 2 workspace for who installed the package.
package share

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// Env is the environment variable that names the folder, before all other places.
const Env = "HYT_SHARE"

// landmark is in the folder and, by its whole path, hardly anywhere else.
var landmark = filepath.Join("launch", "policy.launch")

// Dir is the folder. It is looked for where Env says, in the working directory, beside
// the program and above it, and in the workspaces of AMENT_PREFIX_PATH. The error lists
// these places.
func Dir() (string, error) {
	return first(places(executable()))
}

// Find is path itself where it is absolute or there is such a file or folder, seen from
// the working directory. Otherwise it is what comes with hyt under that name, or path
// again where nothing does.
func Find(path string) string {
	if filepath.IsAbs(path) || path == "" {
		return path
	}
	if _, err := os.Stat(path); err == nil {
		return path
	}
	dir, err := Dir()
	if err != nil {
		return path
	}
	shipped := filepath.Join(dir, path)
	if _, err := os.Stat(shipped); err != nil {
		return path
	}
	return shipped
}

func executable() string {
	program, err := os.Executable()
	if err != nil {
		return "" // then the other places have to do
	}
	return program
}

// places lists the candidates for a program of that path.
func places(program string) []string {
	var out []string
	if dir := os.Getenv(Env); dir != "" {
		return []string{dir}
	}
	if dir, err := os.Getwd(); err == nil {
		out = append(out, dir)
	}
	if program != "" {
		here := filepath.Dir(program) // bin/hyt of the source tree, lib/hyt/hyt of a workspace
		up := filepath.Dir(here)
		out = append(out, here, up, filepath.Join(up, "share", "hyt"), filepath.Join(filepath.Dir(up), "share", "hyt"))
	}
	for _, prefix := range filepath.SplitList(os.Getenv("AMENT_PREFIX_PATH")) {
		out = append(out, filepath.Join(prefix, "share", "hyt"))
	}
	return out
}

func first(dirs []string) (string, error) {
	for _, dir := range dirs {
		if _, err := os.Stat(filepath.Join(dir, landmark)); err == nil {
			return filepath.Abs(dir)
		}
	}
	return "", fmt.Errorf("the files that come with hyt are not found: no %s in %s; set %s to their folder",
		landmark, strings.Join(dirs, ", "), Env)
}
