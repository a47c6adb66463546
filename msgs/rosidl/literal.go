package rosidl

import (
	"fmt"
	"strconv"
	"strings"
)

// parseDefault reads a default value: a literal, or [literal, ...] for arrays.
func parseDefault(t Type, s string) ([]string, error) {
	if !t.Primitive() {
		return nil, fmt.Errorf("%s is a message: it takes no default", t)
	}
	if t.Array == Single {
		literal, err := parseLiteral(t, s)
		return []string{literal}, err
	}
	if !strings.HasPrefix(s, "[") || !strings.HasSuffix(s, "]") {
		return nil, fmt.Errorf("the default of an array is [value, ...], not %s", s)
	}
	var literals []string
	for _, element := range splitElements(s[1 : len(s)-1]) {
		literal, err := parseLiteral(t, element)
		if err != nil {
			return nil, err
		}
		literals = append(literals, literal)
	}
	n := len(literals)
	if t.Array == Fixed && n != t.Len || t.Array == Sequence && t.Len > 0 && n > t.Len {
		return nil, fmt.Errorf("%d values do not fit %s", n, t)
	}
	return literals, nil
}

// splitElements cuts at the commas outside quotes. "" has no elements.
func splitElements(s string) []string {
	if strings.TrimSpace(s) == "" {
		return nil
	}
	var elements []string
	var quote byte
	start := 0
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case quote != 0 && c == '\\':
			i++
		case quote != 0 && c == quote:
			quote = 0
		case quote == 0 && (c == '"' || c == '\''):
			quote = c
		case quote == 0 && c == ',':
			elements = append(elements, strings.TrimSpace(s[start:i]))
			start = i + 1
		}
	}
	return append(elements, strings.TrimSpace(s[start:]))
}

// parseLiteral turns one value of t's element type into a Go literal.
func parseLiteral(t Type, s string) (string, error) {
	var err error
	bits := 8 * primitives[t.Name]
	switch t.Name {
	case "string":
		return parseString(t, s)
	case "bool":
		var v bool
		v, err = strconv.ParseBool(strings.ToLower(s))
		s = strconv.FormatBool(v)
	case "float32", "float64":
		if strings.ContainsAny(s, "nN") { // nan and inf have no Go literal
			return "", fmt.Errorf("%q: a %s constant or default is a finite number", s, t.Name)
		}
		_, err = strconv.ParseFloat(s, bits)
	case "int8", "int16", "int32", "int64":
		_, err = strconv.ParseInt(s, 0, bits)
	default:
		_, err = strconv.ParseUint(s, 0, bits)
	}
	if err != nil {
		return "", fmt.Errorf("%q is no %s", s, t.Name)
	}
	return s, nil
}

// parseString reads a string value, with or without quotes.
func parseString(t Type, s string) (string, error) {
	if len(s) > 0 && (s[0] == '"' || s[0] == '\'') {
		quote := s[:1]
		if len(s) < 2 || !strings.HasSuffix(s, quote) {
			return "", fmt.Errorf("string %s: the closing quote is missing", s)
		}
		s = strings.ReplaceAll(s[1:len(s)-1], `\`+quote, quote)
	}
	if t.StringBound > 0 && len(s) > t.StringBound {
		return "", fmt.Errorf("string %q is longer than %d", s, t.StringBound)
	}
	return strconv.Quote(s), nil
}
