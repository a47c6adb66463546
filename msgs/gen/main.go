// Gen turns the interface files under def/ into Go packages: one package a ROS
// package, one file an interface, and the package types, which makes a message
// from its ROS name. Run it with go generate in hyt/msgs.
package main

import (
	"bytes"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

func main() {
	def := flag.String("def", "def", "folder of interface files: PACKAGE/msg|srv|action/NAME.msg|srv|action")
	out := flag.String("out", ".", "folder that the packages are written to")
	module := flag.String("import", "hyt/msgs", "import path of that folder")
	flag.Parse()
	if err := run(*def, *out, *module); err != nil {
		fmt.Fprintln(os.Stderr, "gen:", err)
		os.Exit(1)
	}
}

func run(def, out, module string) error {
	set, err := load(os.DirFS(def))
	if err != nil {
		return err
	}
	files, err := generate(set, module)
	if err != nil {
		return err
	}
	if err := removeStale(out, files); err != nil {
		return err
	}
	for name, text := range files {
		path := filepath.Join(out, name)
		if old, err := os.ReadFile(path); err == nil && bytes.Equal(old, text) {
			continue
		}
		if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
			return err
		}
		if err := os.WriteFile(path, text, 0o666); err != nil {
			return err
		}
	}
	return nil
}

// removeStale removes generated files that no interface stands behind any more.
func removeStale(out string, files map[string][]byte) error {
	old, err := generatedFiles(os.DirFS(out))
	if err != nil {
		return err
	}
	for _, name := range old {
		if files[name] != nil {
			continue
		}
		if err := os.Remove(filepath.Join(out, name)); err != nil {
			return err
		}
	}
	return nil
}

// generatedFiles lists the files that this program wrote, by their mark.
func generatedFiles(root fs.FS) ([]string, error) {
	paths, err := fs.Glob(root, "*/*.gen.go")
	if err != nil {
		return nil, err
	}
	var ours []string
	for _, path := range paths {
		text, err := fs.ReadFile(root, path)
		if err != nil {
			return nil, err
		}
		if strings.HasPrefix(string(text), mark) {
			ours = append(ours, path)
		}
	}
	return ours, nil
}
