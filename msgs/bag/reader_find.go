package bag

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// find returns the bag's data files and its metadata, nil where there is none.
func (r *Reader) find() (files []string, meta *metadata, err error) {
	stat, err := os.Stat(r.path)
	if err != nil {
		return nil, nil, fmt.Errorf("open bag: %w", err)
	}
	if !stat.IsDir() {
		return []string{r.path}, nil, nil
	}
	meta, err = readMetadata(r.path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		r.damages.add(BadMetadata, 0, "%s is missing: the data files in the folder were read", metadataName)
	case err != nil:
		r.damages.add(BadMetadata, 0, "%v: the data files in the folder were read", err)
	default:
		files = r.listed(meta)
	}
	if meta != nil && meta.StorageIdentifier != storageMCAP && meta.StorageIdentifier != storageSQLite {
		return nil, nil, fmt.Errorf("bag %s has storage %q: hyt reads mcap and sqlite3", r.path, meta.StorageIdentifier)
	}
	if len(files) == 0 {
		files = dataFiles(r.path)
	}
	if len(files) == 0 {
		return nil, nil, fmt.Errorf("%s is not a bag: it holds no .mcap and no .db3 files", r.path)
	}
	return files, meta, nil
}

// listed returns the files that the metadata names and that exist. Names that
// lead out of the bag's folder are damages.
func (r *Reader) listed(meta *metadata) (files []string) {
	for _, name := range meta.RelativeFilePaths {
		if !filepath.IsLocal(name) {
			r.damages.add(BadFile, 0, "%s names the file %s outside of the bag: left out", metadataName, name)
			continue
		}
		full, ok := present(filepath.Join(r.path, name))
		if !ok {
			r.damages.add(BadFile, meta.countOf(name), "the file %s, named by %s, is missing", name, metadataName)
			lost := &r.damages[len(r.damages)-1]
			lost.From, lost.To = meta.timesOf(name)
			continue
		}
		files = append(files, full)
	}
	return files
}

// packedName ends the names of files that were compressed as a whole.
const packedName = ".zstd"

// present finds a data file under its name, or packed or unpacked since.
func present(name string) (string, bool) {
	for _, candidate := range []string{name, strings.TrimSuffix(name, packedName), name + packedName} {
		if _, err := os.Stat(candidate); err == nil {
			return candidate, true
		}
	}
	return "", false
}

// dataFiles lists the files in dir that may be a bag's, in the order in which
// they were recorded. Where a file is there packed and unpacked, one counts.
func dataFiles(dir string) (files []string) {
	entries, _ := os.ReadDir(dir)
	for _, e := range entries {
		name := e.Name()
		plainName := strings.TrimSuffix(name, packedName)
		extension := filepath.Ext(plainName)
		if extension != ".mcap" && extension != ".db3" {
			continue
		}
		unpackedToo := name != plainName && slices.ContainsFunc(entries, func(o os.DirEntry) bool { return o.Name() == plainName })
		if !unpackedToo {
			files = append(files, filepath.Join(dir, name))
		}
	}
	slices.SortFunc(files, func(a, b string) int { // demo_9 before demo_10
		return cmp.Or(cmp.Compare(len(a), len(b)), cmp.Compare(a, b))
	})
	return files
}
