package config

import (
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/spf13/viper"
	"gopkg.in/yaml.v3"
)

// Source says where values come from, beside the defaults and the environment.
type Source struct {
	Node        string   // full name of the node: "/robot/policy"
	Files       []string // given with --config
	ParamsFiles []string // given with --params-file, in order
	Overrides   []Override
}

// Override is one -p name:=value that is meant for the node.
type Override struct {
	Name  string
	Value string // YAML
}

// Load fills c from its defaults and src and validates it. An error names the
// node, the place that the value came from, and the parameter.
func Load(c Config, src Source) error {
	l := newLoader(c)
	for _, path := range slices.Concat(src.Files, src.ParamsFiles) {
		if err := l.file(path, src.Node); err != nil {
			return err
		}
	}
	if err := l.environment(); err != nil {
		return err
	}
	if err := l.overrides(src.Overrides); err != nil {
		return fmt.Errorf("node %s: %w", src.Node, err)
	}
	if err := l.fill(); err != nil {
		return fmt.Errorf("node %s: %w", src.Node, err)
	}
	if err := c.Validate(); err != nil {
		return fmt.Errorf("node %s: %w", src.Node, err)
	}
	return nil
}

// loader lays the layers over one another in a viper. Names and types are checked
// while the place that a value came from is still known.
type loader struct {
	config Config
	params map[string]Param
	names  []string
	v      *viper.Viper
}

func newLoader(c Config) *loader {
	// No parameter's name holds this delimiter, so dotted names stay flat keys.
	l := &loader{config: c, params: map[string]Param{}, v: viper.NewWithOptions(viper.KeyDelimiter("//"))}
	for _, p := range c.Params() {
		l.params[p.Name] = p
		l.names = append(l.names, p.Name)
		l.v.SetDefault(p.Name, p.Default)
	}
	return l
}

func (l *loader) file(path, node string) error {
	sections, err := readRosFile(path)
	if err != nil {
		return err
	}
	for _, s := range sections {
		if !s.matches(node) {
			continue
		}
		if err := l.merge(s); err != nil {
			return fmt.Errorf("params file %s, section %s: %w", path, s.node, err)
		}
	}
	return nil
}

// merge lays one section over what is there. A section with wildcards may hold
// names of other nodes of hyt; a name that none of them knows is always an error.
func (l *loader) merge(s section) error {
	mine := map[string]any{}
	for name, value := range s.values {
		p, known := l.params[name]
		switch {
		case known:
			if _, err := p.convert(value); err != nil {
				return err
			}
			mine[name] = value
		case s.wild() && KnownAnywhere(name):
		default:
			return l.unknown(name)
		}
	}
	return l.v.MergeConfigMap(mine)
}

// environment reads HYT_POLICY_IMAGE_TIMEOUT, then HYT_IMAGE_TIMEOUT.
func (l *loader) environment() error {
	for _, name := range l.names {
		specific, general := EnvNames(l.config.Kind(), name)
		if err := l.v.BindEnv(name, specific, general); err != nil {
			return err
		}
		for _, env := range []string{general, specific} {
			value, set := os.LookupEnv(env)
			if !set || value == "" {
				continue
			}
			if _, err := l.fromText(l.params[name], value); err != nil {
				return fmt.Errorf("environment %s: %w", env, err)
			}
		}
	}
	return nil
}

// EnvNames are the environment variables that set a parameter: the first for
// nodes of that kind only, the second for all.
func EnvNames(kind, name string) (specific, general string) {
	upper := strings.ToUpper(strings.ReplaceAll(name, ".", "_"))
	return "HYT_" + strings.ToUpper(kind) + "_" + upper, "HYT_" + upper
}

func (l *loader) overrides(list []Override) error {
	for _, o := range list {
		p, known := l.params[o.Name]
		if !known {
			return fmt.Errorf("-p %s:=%s: %w", o.Name, o.Value, l.unknown(o.Name))
		}
		value, err := l.fromText(p, o.Value)
		if err != nil {
			return fmt.Errorf("-p %s:=%s: %w", o.Name, o.Value, err)
		}
		l.v.Set(o.Name, value)
	}
	return nil
}

// fromText reads a value that was typed: YAML, but what is meant for a string may
// also look like a number.
func (l *loader) fromText(p Param, value string) (any, error) {
	var parsed any
	if err := yaml.Unmarshal([]byte(value), &parsed); err != nil {
		return nil, fmt.Errorf("%q is not a YAML value: %w", value, err)
	}
	if _, isText := parsed.(string); p.Type == String && !isText {
		parsed = value
	}
	return p.convert(parsed)
}

// fill copies what viper settled on into the struct.
func (l *loader) fill() error {
	for _, name := range l.names {
		p, value := l.params[name], l.v.Get(name)
		if s, typed := value.(string); typed && p.Type != String { // from the environment
			var err error
			if value, err = l.fromText(p, s); err != nil {
				return err
			}
		}
		if err := p.assign(value); err != nil {
			return err
		}
	}
	return nil
}

func (l *loader) unknown(name string) error { return unknown(name, l.names) }

// unknown says that none of the names is name, and which of them may be meant.
func unknown(name string, names []string) error {
	err := fmt.Errorf("unknown parameter %q", name)
	if near := nearest(name, names); near != "" {
		err = fmt.Errorf("%w; did you mean %q?", err, near)
	}
	return err
}

// KnownAnywhere tells whether any node of hyt declares the parameter.
func KnownAnywhere(name string) bool {
	return slices.ContainsFunc(All(), func(c Config) bool {
		_, known := Find(c, name)
		return known
	})
}

// nearest is the candidate at most two edits from name, or "".
func nearest(name string, candidates []string) string {
	best, bestEdits := "", 3
	for _, c := range candidates {
		if d := edits(name, c); d < bestEdits {
			best, bestEdits = c, d
		}
	}
	return best
}

// edits is the Levenshtein distance.
func edits(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			substitute := diagonal
			if a[i] != b[j] {
				substitute++
			}
			diagonal = row[j+1]
			row[j+1] = min(substitute, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
