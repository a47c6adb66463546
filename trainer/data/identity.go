package data

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
)

// bagIdentity tells whether a bag is the same as before without reading it: the
// names, sizes and times of change of its files.
type bagIdentity struct {
	Path  string // absolute
	Files []fileIdentity
}

type fileIdentity struct {
	Name     string
	Size     int64
	Modified int64 // ns since 1970
}

func identify(bags []string) (identities []bagIdentity, err error) {
	for _, path := range bags {
		one := bagIdentity{}
		if one.Path, err = filepath.Abs(path); err != nil {
			return nil, fmt.Errorf("look for bags: %w", err)
		}
		names := []string{path}
		if entries, err := os.ReadDir(path); err == nil {
			names = nil
			for _, e := range entries {
				if isData(e.Name()) || e.Name() == "metadata.yaml" {
					names = append(names, filepath.Join(path, e.Name()))
				}
			}
		}
		for _, name := range names {
			stat, err := os.Stat(name)
			if err != nil {
				return nil, fmt.Errorf("look for bags: %w", err)
			}
			one.Files = append(one.Files, fileIdentity{filepath.Base(name), stat.Size(), stat.ModTime().UnixNano()})
		}
		identities = append(identities, one)
	}
	return identities, nil
}

func sameBags(a, b []bagIdentity) bool {
	return slices.EqualFunc(a, b, func(a, b bagIdentity) bool {
		return a.Path == b.Path && slices.Equal(a.Files, b.Files)
	})
}

// hash is the sha256 of files, one after another, hex.
func hash(files []string) (string, error) {
	h := sha256.New()
	buffer := make([]byte, 1<<20)
	for _, name := range files {
		f, err := os.Open(name)
		if err != nil {
			return "", err
		}
		_, err = io.CopyBuffer(h, struct{ io.Reader }{f}, buffer)
		f.Close()
		if err != nil {
			return "", fmt.Errorf("hash: %w", err)
		}
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}
