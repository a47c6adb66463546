package config

import (
	"bytes"
	"fmt"
	"strings"

	"gopkg.in/yaml.v3"
)

// WriteYAML is the documented params file of c: every parameter with its
// description, unit, range and present value. The files beside this code are made
// by it from the defaults.
func WriteYAML(c Config) []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "# Parameters of hyt %s, with their defaults. Use: hyt %[1]s --ros-args --params-file FILE\n", c.Kind())
	fmt.Fprintf(&b, "/**/%s:\n  ros__parameters:\n", c.Kind())
	for i, p := range c.Params() {
		if i > 0 {
			b.WriteString("\n")
		}
		for _, line := range wrap(p.comment(), 92) {
			fmt.Fprintf(&b, "    # %s\n", line)
		}
		fmt.Fprintf(&b, "    %s: %s\n", p.Name, yamlValue(p.Value()))
	}
	return b.Bytes()
}

// comment is the description with type, unit and range.
func (p Param) comment() string {
	notes := []string{string(p.Type)}
	switch {
	case p.Bounded():
		notes = append(notes, p.rangeText())
	case p.Unit != "":
		notes = append(notes, p.Unit)
	case len(p.Choices) > 0:
		notes = append(notes, strings.Join(p.Choices, " | "))
	}
	return p.Description + " (" + strings.Join(notes, ", ") + ")"
}

func wrap(s string, width int) []string {
	var lines []string
	line := ""
	for _, word := range strings.Fields(s) {
		if line != "" && len(line)+1+len(word) > width {
			lines, line = append(lines, line), ""
		}
		if line != "" {
			line += " "
		}
		line += word
	}
	return append(lines, line)
}

// yamlValue writes floats with a point, so that ROS reads them as double.
func yamlValue(v any) string {
	switch v := v.(type) {
	case float64:
		s := number(v)
		if !strings.ContainsAny(s, ".e") {
			s += ".0"
		}
		return s
	case []float64:
		parts := make([]string, len(v))
		for i, f := range v {
			parts[i] = yamlValue(f)
		}
		return "[" + strings.Join(parts, ", ") + "]"
	case []string:
		if len(v) == 0 {
			return "[]"
		}
		var b strings.Builder
		for _, s := range v {
			b.WriteString("\n      - " + yamlValue(s))
		}
		return b.String()
	}
	out, err := yaml.Marshal(v)
	if err != nil {
		return fmt.Sprint(v)
	}
	return strings.TrimSpace(string(out))
}
