package launchrun

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// executable is the program for a <node>. The nodes of the package hyt are
// subcommands of this program, which "" stands for.
func (p packages) executable(pkg, exec string) ([]string, error) {
	if pkg == "hyt" {
		return []string{"", exec}, nil
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

// split cuts a command line into words as a shell does: quotes hold words
// together, a backslash takes the next character as it is.
func split(line string) []string {
	var words []string
	var word strings.Builder
	started, quote := false, rune(0)
	escaped := false
	for _, r := range line {
		switch {
		case escaped:
			word.WriteRune(r)
			escaped = false
		case r == '\\' && quote != '\'':
			escaped, started = true, true
		case quote != 0 && r == quote:
			quote = 0
		case quote == 0 && (r == '\'' || r == '"'):
			quote, started = r, true
		case quote == 0 && strings.ContainsRune(" \t\n", r):
			if started {
				words = append(words, word.String())
			}
			word.Reset()
			started = false
		default:
			word.WriteRune(r)
			started = true
		}
	}
	if started {
		words = append(words, word.String())
	}
	return words
}
