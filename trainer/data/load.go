package data

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"hyt/msgs/bag"
	"hyt/msgs/imagemsg"
)

// loader reads bags one after another into one set.
type loader struct {
	config Config
	set    Set
	report Report
}

// Load reads bags into samples. A folder that is no bag itself stands for the
// bags in it, by name. An error names the bag and what to do; a bag of which
// only parts are unusable is not an error, see Report.
func Load(dirs []string, c Config) (*Set, Report, error) {
	l := loader{config: c, report: Report{LeftOut: map[string]int{}, Dropped: map[string]int{}}}
	if err := c.Validate(); err != nil {
		return nil, l.report, err
	}
	bags, err := expand(dirs)
	if err != nil {
		return nil, l.report, err
	}
	for _, path := range bags {
		if err := l.load(path); err != nil {
			return nil, l.report, err
		}
	}
	if len(l.set.samples) == 0 {
		return nil, l.report, fmt.Errorf("no usable samples in %s: %s", strings.Join(dirs, ", "), l.why())
	}
	l.report.Samples, l.report.Episodes = len(l.set.samples), len(l.set.episodes)
	l.report.Q01, l.report.Q99 = quantiles(l.set.samples)
	return &l.set, l.report, nil
}

// why is the commonest reason for having nothing.
func (l *loader) why() string {
	all := append(reasons(l.report.LeftOut), reasons(l.report.Dropped)...)
	if len(all) == 0 {
		return "there are no images during an instruction"
	}
	return strings.Join(all[:min(3, len(all))], "; ")
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

func isBag(path string) bool {
	stat, err := os.Stat(path)
	if err != nil || !stat.IsDir() {
		return err == nil
	}
	entries, _ := os.ReadDir(path)
	return slices.ContainsFunc(entries, func(e os.DirEntry) bool {
		extension := filepath.Ext(e.Name())
		return e.Name() == "metadata.yaml" || extension == ".mcap" || extension == ".db3"
	})
}

// load reads one bag.
func (l *loader) load(path string) error {
	r, err := bag.Open(path)
	if err != nil {
		return err
	}
	defer r.Close()
	if err := checkTopics(path, r, l.config.Topics); err != nil {
		return err
	}
	sum, err := hash(r.Files())
	if err != nil {
		return fmt.Errorf("bag %s: %w", path, err)
	}
	b := BagReport{Path: path, SHA256: sum, Problems: r.Problems()}
	episodes, samples := len(l.set.episodes), len(l.set.samples)
	if err := l.read(path, r, &b); err != nil {
		return err
	}
	b.Episodes, b.Samples = len(l.set.episodes)-episodes, len(l.set.samples)-samples
	l.report.Bags = append(l.report.Bags, b)
	return nil
}

func (l *loader) read(path string, r *bag.Reader, b *BagReport) error {
	markers, marked := r.Topic(l.config.Topics.Episode)
	cut := cutter{
		config: &l.config, marked: marked && markers.Count > 0, bagName: filepath.Base(filepath.Clean(path)),
		drop: l.drop,
	}
	cut.done = func(d *demo, held string) { l.episode(d, cut.marked, held) }
	for m, err := range r.Messages(l.config.topicNames()...) {
		if err != nil {
			b.Problems = append(b.Problems, err.Error())
			continue
		}
		e, ok, err := l.config.decode(m)
		var frame *frameError
		switch {
		case errors.As(err, &frame):
			return fmt.Errorf("bag %s: %w", path, err)
		case err != nil:
			l.drop(fault(m.Topic, err))
		case ok:
			cut.take(e)
		}
	}
	cut.finish()
	return nil
}

// fault is a reason that is the same for all messages with the same fault.
func fault(topic string, err error) string {
	var cut *imagemsg.TruncatedError
	if errors.As(err, &cut) {
		return topic + ": image data is truncated"
	}
	return topic + ": " + err.Error()
}

func (l *loader) drop(reason string) { l.report.Dropped[reason]++ }

// episode adds a complete episode to the set, or counts why not.
func (l *loader) episode(d *demo, marked bool, held string) {
	if why := d.unusable(marked, l.config.KeepFailed, held); why != "" {
		l.report.LeftOut[why]++
		return
	}
	m := maker{config: &l.config, drop: l.drop}
	samples := m.samples(d, held, len(l.set.episodes))
	if len(samples) == 0 {
		l.report.LeftOut["none of its images is usable"]++
		return
	}
	for _, s := range samples {
		if s.Thought != "" {
			l.report.Thoughts++
		}
	}
	d.Samples = len(samples)
	l.set.samples = append(l.set.samples, samples...)
	l.set.episodes = append(l.set.episodes, d.Episode)
}

func (c *Config) topicNames() (names []string) {
	for _, w := range c.Topics.wanted() {
		names = append(names, w.name)
	}
	return names
}

// checkTopics says which needed topic a bag lacks.
func checkTopics(path string, r *bag.Reader, topics Topics) error {
	var there []string
	for _, t := range r.Topics() {
		there = append(there, t.Name)
	}
	for _, w := range topics.wanted() {
		t, ok := r.Topic(w.name)
		switch {
		case (!ok || t.Count == 0) && !w.optional:
			return fmt.Errorf("bag %s has no messages on %s (%s); it has %s: record that topic, or name the right one in topics.%s",
				path, w.name, w.typeName, list(there), w.field)
		case ok && t.Type != w.typeName:
			return fmt.Errorf("bag %s: topic %s is %s, hyt learns from %s: name another topic in topics.%s",
				path, w.name, t.Type, w.typeName, w.field)
		}
	}
	return nil
}

func list(names []string) string {
	if len(names) == 0 {
		return "no topics"
	}
	return strings.Join(names, ", ")
}

// hash is the sha256 of files, one after another, hex.
func hash(files []string) (string, error) {
	h := sha256.New()
	for _, name := range files {
		f, err := os.Open(name)
		if err != nil {
			return "", err
		}
		_, err = io.Copy(h, f)
		f.Close()
		if err != nil {
			return "", fmt.Errorf("hash: %w", err)
		}
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}
