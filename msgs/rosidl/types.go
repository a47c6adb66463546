package rosidl

import (
	"fmt"
	"strconv"
	"strings"
)

// parseType reads "float64", "string<=10[3]", "pkg/Type[<=4]"; pkg is the package
// that names without one belong to.
func parseType(s, pkg string) (Type, error) {
	var t Type
	name := s
	if open := strings.IndexByte(s, '['); open >= 0 {
		if !strings.HasSuffix(s, "]") {
			return t, fmt.Errorf("type %s: ] is missing", s)
		}
		name = s[:open]
		if err := t.setArray(s[open+1 : len(s)-1]); err != nil {
			return t, fmt.Errorf("type %s: %w", s, err)
		}
	}
	if base, bound, found := strings.Cut(name, "<="); found {
		n, err := positive(bound)
		if base != "string" || err != nil {
			return t, fmt.Errorf("type %s: only string<=N has a bound, N from 1 up", s)
		}
		name, t.StringBound = base, n
	}
	if _, ok := primitives[name]; ok {
		t.Name = name
		return t, nil
	}
	if name == "wstring" || strings.HasPrefix(name, "wstring<=") {
		return t, fmt.Errorf("type %s: wide strings are not supported; use string, which holds UTF-8", s)
	}
	return t.named(s, name, pkg)
}

// named completes t as the message type name: "Type", "pkg/Type" or "pkg/msg/Type".
func (t Type) named(s, name, pkg string) (Type, error) {
	parts := strings.Split(name, "/")
	if len(parts) == 3 && parts[1] == "msg" {
		parts = []string{parts[0], parts[2]}
	}
	if len(parts) == 1 {
		parts = []string{pkg, name}
	}
	if len(parts) != 2 || !packageNameRE.MatchString(parts[0]) || !partNameRE.MatchString(parts[1]) {
		return t, fmt.Errorf("%q is no type", s)
	}
	t.Package, t.Kind, t.Name = parts[0], "msg", parts[1]
	return t, nil
}

// setArray reads what stands between the brackets: "", "N" or "<=N".
func (t *Type) setArray(s string) error {
	if s == "" {
		t.Array = Sequence
		return nil
	}
	t.Array = Fixed
	if bound, found := strings.CutPrefix(s, "<="); found {
		t.Array, s = Sequence, bound
	}
	n, err := positive(s)
	t.Len = n
	return err
}

func positive(s string) (int, error) {
	n, err := strconv.ParseUint(s, 10, 31)
	if err != nil || n == 0 {
		return 0, fmt.Errorf("%q is no length: a whole number from 1 up is", s)
	}
	return int(n), nil
}
