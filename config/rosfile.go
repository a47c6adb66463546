package config

import (
	"fmt"
	"os"
	"regexp"
	"strings"

	"gopkg.in/yaml.v3"
)

// section is one ros__parameters map of a params file.
type section struct {
	node   string // pattern: "/robot/policy", "/**", "/*/policy"
	values map[string]any
	line   int
}

// wild says whether the section may be meant for several nodes.
func (s section) wild() bool { return strings.Contains(s.node, "*") }

// matches tells whether the section is for the node of that full name. By ROS's
// rules "*" stands for one name, "**" for any number of them.
func (s section) matches(node string) bool {
	var re strings.Builder
	re.WriteString("^")
	for _, token := range strings.Split(strings.TrimPrefix(s.node, "/"), "/") {
		switch token {
		case "**":
			re.WriteString(`(/\w+)*`)
		case "*":
			re.WriteString(`/\w+`)
		default:
			re.WriteString("/" + regexp.QuoteMeta(token))
		}
	}
	re.WriteString("$")
	return regexp.MustCompile(re.String()).MatchString(node)
}

// readRosFile reads a file in ROS 2 params-file form: names of nodes, nested or
// joined by slashes, then ros__parameters. Sections come in the file's order, as
// later ones win in ROS.
func readRosFile(path string) ([]section, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("params file: %w", err)
	}
	sections, err := parseRosParams(data)
	if err != nil {
		return nil, fmt.Errorf("params file %s: %w", path, err)
	}
	return sections, nil
}

func parseRosParams(data []byte) ([]section, error) {
	var doc yaml.Node
	if err := yaml.Unmarshal(data, &doc); err != nil {
		return nil, err
	}
	if len(doc.Content) == 0 {
		return nil, nil // an empty file sets nothing
	}
	return collectSections(doc.Content[0], "", 0)
}

const (
	rosParameters = "ros__parameters"
	maxDepth      = 32 // of nested names
)

func collectSections(n *yaml.Node, path string, depth int) ([]section, error) {
	if n.Kind != yaml.MappingNode || depth > maxDepth {
		return nil, fmt.Errorf("line %d: %q holds no map; expected a node's name, then %s, then name: value",
			n.Line, path, rosParameters)
	}
	var out []section
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		if key.Value == rosParameters {
			s, err := readSection(value, path)
			if err != nil {
				return nil, err
			}
			out = append(out, s)
			continue
		}
		inner, err := collectSections(value, path+"/"+strings.Trim(key.Value, "/"), depth+1)
		if err != nil {
			return nil, err
		}
		out = append(out, inner...)
	}
	return out, nil
}

func readSection(n *yaml.Node, path string) (section, error) {
	if path == "" {
		return section{}, fmt.Errorf("line %d: %s stands at the top; put it under a node's name or /**", n.Line, rosParameters)
	}
	s := section{node: path, values: map[string]any{}, line: n.Line}
	if n.Kind == yaml.ScalarNode && n.Tag == "!!null" {
		return s, nil
	}
	var raw map[string]any
	if err := n.Decode(&raw); err != nil {
		return section{}, fmt.Errorf("%s: %w", path, err)
	}
	flatten(s.values, "", raw)
	return s, nil
}

// flatten joins nested names with dots, as ROS does.
func flatten(into map[string]any, prefix string, values map[string]any) {
	for k, v := range values {
		if inner, ok := v.(map[string]any); ok {
			flatten(into, prefix+k+".", inner)
			continue
		}
		into[prefix+k] = v
	}
}
