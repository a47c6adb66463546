package data

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"hyt/trainer/contract"
)

// Options say how bags become a set.
type Options struct {
	Contract contract.Contract
	// Cache is the folder where the set's file is kept and found again; "": a
	// temporary file, gone when the set is closed.
	Cache string
	// Progress, where it is not nil, hears from time to time how far reading is. It
	// is called by the goroutine that called Open.
	Progress func(Progress)
}

// Progress is how far Open has come.
type Progress struct {
	Bag            string
	Messages, Of   uint64 // of that bag
	Bags, BagCount int    // done, and all
}

// cacheName is a set's file in the folder of Options.Cache.
const cacheName = "samples.hyt"

// Open reads bags into a set of samples, or finds the set that was made of the same
// bags by the same contract. A folder that is no bag itself stands for the bags in
// it, by name. A bag that cannot be used, or only in parts, is not an error, see
// Report; nothing usable at all is. Cancelling ctx ends it with ctx's error.
func Open(ctx context.Context, dirs []string, o Options) (*Set, Report, error) {
	if err := o.Contract.Validate(); err != nil {
		return nil, Report{}, fmt.Errorf("contract: %w", err)
	}
	bags, err := expand(dirs)
	if err != nil {
		return nil, Report{}, err
	}
	identities, err := identify(bags)
	if err != nil {
		return nil, Report{}, err
	}
	text, err := contractText(&o.Contract)
	if err != nil {
		return nil, Report{}, err
	}
	path := ""
	if o.Cache != "" {
		path = filepath.Join(o.Cache, cacheName)
		if s := cached(path, text, identities); s != nil {
			return &Set{store: s}, s.footer.Report, nil
		}
	}
	w, err := newWriter(path, ShapeOf(&o.Contract))
	if err != nil {
		return nil, Report{}, err
	}
	report, err := read(ctx, bags, &o, w)
	if err == nil {
		var s *store
		if s, err = w.finish(footer{Contract: text, Bags: identities, Report: report}); err == nil {
			return &Set{store: s}, report, nil
		}
	}
	w.abandon()
	return nil, report, err
}

// contractText stands for all that the samples depend on besides the bags.
func contractText(c *contract.Contract) (string, error) {
	text := string(c.Text())
	if path := c.AnnotationsPath(); path != "" {
		sum, err := hash([]string{path})
		if err != nil {
			return "", fmt.Errorf("annotations: %w", err)
		}
		text += "# annotations " + sum + "\n"
	}
	return text, nil
}

// cached opens the set of a cache folder if it was made of the same bags by the same
// contract, and is whole; else nil: it is made anew.
func cached(path, contractText string, bags []bagIdentity) *store {
	f, err := os.Open(path)
	if err != nil {
		return nil
	}
	// Reading it through is left to the end: most caches are told by their footer.
	s, err := openStore(f, false)
	if err != nil {
		return nil
	}
	if s.footer.Contract == contractText && sameBags(s.footer.Bags, bags) {
		if f, err := os.Open(path); err == nil {
			whole, err := openStore(f, true)
			if err == nil {
				_ = s.close() // only read
				return whole
			}
		}
	}
	_ = s.close() // only read
	return nil
}

// read reads all bags into a sink.
func read(ctx context.Context, bags []string, o *Options, s sink) (Report, error) {
	l := &loader{options: o, sink: s, report: Report{LeftOut: map[string]int{}, Dropped: map[string]int{}}}
	var err error
	if l.labels, err = newLabels(&o.Contract); err != nil {
		return l.report, err
	}
	for i, path := range bags {
		l.progress = Progress{Bag: path, Bags: i, BagCount: len(bags)}
		if err := l.load(ctx, path); err != nil {
			return l.report, err
		}
	}
	l.report.Problems = l.labels.unused()
	l.report.Q01, l.report.Q99 = l.quantiles.ends()
	if l.report.Samples == 0 {
		return l.report, fmt.Errorf("no usable samples in %s: %s", strings.Join(bags, ", "), l.report.why())
	}
	return l.report, nil
}

// expand replaces folders of bags by the bags in them.
func expand(paths []string) (bags []string, err error) {
	if len(paths) == 0 {
		return nil, errors.New("no bags to learn from: name at least one folder")
	}
	for _, path := range paths {
		if isBag(path) {
			bags = append(bags, path)
			continue
		}
		entries, err := os.ReadDir(path)
		if err != nil {
			return nil, fmt.Errorf("look for bags: %w", err)
		}
		before := len(bags)
		for _, e := range entries {
			if inner := filepath.Join(path, e.Name()); e.IsDir() && isBag(inner) {
				bags = append(bags, inner)
			}
		}
		if len(bags) == before {
			return nil, fmt.Errorf("%s is not a rosbag2 folder and holds none: record one with hyt recorder or hyt demos", path)
		}
	}
	return bags, nil
}

// isBag tells whether a path is a data file or a folder of such.
func isBag(path string) bool {
	stat, err := os.Stat(path)
	if err != nil || !stat.IsDir() {
		return err == nil
	}
	entries, err := os.ReadDir(path)
	if err != nil {
		return false
	}
	for _, e := range entries {
		if e.Name() == "metadata.yaml" || isData(e.Name()) {
			return true
		}
	}
	return false
}

// isData tells whether a file's name is that of a bag's data, packed or not.
func isData(name string) bool {
	extension := filepath.Ext(strings.TrimSuffix(name, ".zstd"))
	return extension == ".mcap" || extension == ".db3"
}
