package launchrun

import (
	"crypto/rand"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"hyt/nodes/compose"
)

// packages finds ROS packages.
type packages struct {
	hyt      string   // the directory that stands for share/hyt
	prefixes []string // of AMENT_PREFIX_PATH
}

func (p packages) share(name string) (string, error) {
	if name == "hyt" {
		return p.hyt, nil
	}
	prefix, err := p.prefix(name)
	return filepath.Join(prefix, "share", name), err
}

func (p packages) prefix(name string) (string, error) {
	for _, prefix := range p.prefixes {
		if _, err := os.Stat(filepath.Join(prefix, "share", name)); err == nil {
			return prefix, nil
		}
	}
	return "", fmt.Errorf("package %q is not installed (AMENT_PREFIX_PATH has %d prefixes); source its workspace", name, len(p.prefixes))
}

// executable is the program for a <node>. The nodes of the package hyt are
// subcommands of this program, which "" stands for.
func (p packages) executable(pkg, exec string) ([]string, error) {
	if pkg == "hyt" {
		return own(exec)
	}
	prefix, err := p.prefix(pkg)
	if err != nil {
		return nil, err
	}
	path := filepath.Join(prefix, "lib", pkg, exec)
	if _, err := os.Stat(path); err != nil {
		return nil, fmt.Errorf("package %q has no executable %q: %w", pkg, exec, err)
	}
	return []string{path}, nil
}

// own is an executable of the package hyt.
func own(exec string) ([]string, error) {
	names := Executables()
	switch {
	case exec == "hyt":
		return []string{""}, nil
	case slices.Contains(names, exec):
		return []string{"", exec}, nil
	}
	return nil, fmt.Errorf("package \"hyt\" has no executable %q; it has %s", exec, strings.Join(names, ", "))
}

// Executables are the names under which the package hyt installs its program: hyt
// itself, and each command that runs nodes.
func Executables() []string {
	names := []string{"hyt"}
	for _, c := range compose.Commands() {
		names = append(names, c.Name())
	}
	return names
}

// anonymous makes a node name that no other process has.
func anonymous(name string) string {
	return fmt.Sprintf("%s_%d_%s", name, os.Getpid(), strings.ToLower(rand.Text()[:8]))
}

// shellWords cuts a line without substitutions into words as a shell does.
func shellWords(line string) ([]string, error) {
	return (&scope{}).words(strings.ReplaceAll(line, "$(", `\$(`))
}
