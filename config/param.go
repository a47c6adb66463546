package config

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
)

// Type is the ROS 2 type of a parameter.
type Type string

const (
	Bool       Type = "bool"
	Int        Type = "integer"
	Float      Type = "double"
	String     Type = "string"
	FloatArray Type = "double_array"
	TextArray  Type = "string_array"
)

// Change says when a node takes a new value of a parameter.
type Change uint8

const (
	// AtConfigure: while the node is unconfigured; what it has made stands on the value.
	AtConfigure Change = iota
	// AtStart: never once the process runs.
	AtStart
	// Live: at any time, also while the robot moves.
	Live
)

// Param is the declaration of one parameter, and the way to its field.
type Param struct {
	Name        string
	Change      Change
	Type        Type
	Unit        string // "" for none
	Min, Max    float64
	Choices     []string // of a string; empty: any
	Default     any      // bool, int64, float64, string, []float64 or []string
	Description string

	set func(any) // value has the declared type
	get func() any
}

// live declares that the parameter may change at any time.
func (p Param) live() Param { p.Change = Live; return p }

// fixed declares that the parameter keeps the value that it has at start.
func (p Param) fixed() Param { p.Change = AtStart; return p }

// Bounded says whether the parameter has a range.
func (p Param) Bounded() bool { return p.Min < p.Max }

// Value is what the field holds now.
func (p Param) Value() any { return p.get() }

func boolean(field *bool, name string, def bool, desc string) Param {
	return Param{Name: name, Type: Bool, Default: def, Description: desc,
		set: func(v any) { *field = v.(bool) }, get: func() any { return *field }}
}

func integer(field *int64, name string, def int64, unit string, min, max float64, desc string) Param {
	return Param{Name: name, Type: Int, Unit: unit, Min: min, Max: max, Default: def, Description: desc,
		set: func(v any) { *field = v.(int64) }, get: func() any { return *field }}
}

func float(field *float64, name string, def float64, unit string, min, max float64, desc string) Param {
	return Param{Name: name, Type: Float, Unit: unit, Min: min, Max: max, Default: def, Description: desc,
		set: func(v any) { *field = v.(float64) }, get: func() any { return *field }}
}

func text(field *string, name, def, desc string, choices ...string) Param {
	return Param{Name: name, Type: String, Choices: choices, Default: def, Description: desc,
		set: func(v any) { *field = v.(string) }, get: func() any { return *field }}
}

func floats(field *[]float64, name string, def []float64, unit string, min, max float64, desc string) Param {
	return Param{Name: name, Type: FloatArray, Unit: unit, Min: min, Max: max, Default: def, Description: desc,
		set: func(v any) { *field = slices.Clone(v.([]float64)) }, get: func() any { return *field }}
}

func texts(field *[]string, name string, def []string, desc string) Param {
	return Param{Name: name, Type: TextArray, Default: def, Description: desc,
		set: func(v any) { *field = slices.Clone(v.([]string)) }, get: func() any { return *field }}
}

// assign converts v, as YAML gave it, to the declared type and stores it. An
// integer is fine where a float is meant: launch files write "10" for 10.0.
func (p Param) assign(v any) error {
	c, err := p.convert(v)
	if err != nil {
		return err
	}
	p.set(c)
	return nil
}

func (p Param) convert(v any) (any, error) {
	switch p.Type {
	case Bool:
		if b, ok := v.(bool); ok {
			return b, nil
		}
	case Int:
		if i, ok := asInt(v); ok {
			return i, nil
		}
	case Float:
		if f, ok := asFloat(v); ok {
			return f, nil
		}
	case String:
		if s, ok := v.(string); ok {
			return s, nil
		}
	case FloatArray:
		return convertAll(p, v, asFloat)
	case TextArray:
		return convertAll(p, v, func(v any) (string, bool) { s, ok := v.(string); return s, ok })
	}
	return nil, fmt.Errorf("parameter %q wants %s, got %s", p.Name, article(p.Type), describe(v))
}

func convertAll[T any](p Param, v any, one func(any) (T, bool)) ([]T, error) {
	if same, ok := v.([]T); ok {
		return same, nil
	}
	list, ok := v.([]any)
	if !ok {
		return nil, fmt.Errorf("parameter %q wants %s, got %s", p.Name, article(p.Type), describe(v))
	}
	out := make([]T, len(list))
	for i, e := range list {
		if out[i], ok = one(e); !ok {
			return nil, fmt.Errorf("parameter %q wants %s, but element %d is %s", p.Name, article(p.Type), i, describe(e))
		}
	}
	return out, nil
}

// check says whether the field's present value is within the declared range.
func (p Param) check() error {
	switch v := p.get().(type) {
	case int64:
		return p.inRange(float64(v))
	case float64:
		return p.inRange(v)
	case []float64:
		for _, f := range v {
			if err := p.inRange(f); err != nil {
				return err
			}
		}
	case string:
		if len(p.Choices) > 0 && !slices.Contains(p.Choices, v) {
			return fmt.Errorf("parameter %q is %q, must be one of %s", p.Name, v, strings.Join(p.Choices, ", "))
		}
	}
	return nil
}

func (p Param) inRange(v float64) error {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return fmt.Errorf("parameter %q is %v, must be a finite number", p.Name, v)
	}
	if p.Bounded() && (v < p.Min || v > p.Max) {
		return fmt.Errorf("parameter %q is %s, must be %s", p.Name, number(v), p.rangeText())
	}
	return nil
}

// rangeText is the range as people read it: "1 to 1000 Hz".
func (p Param) rangeText() string {
	return strings.TrimSpace(number(p.Min) + " to " + number(p.Max) + " " + p.Unit)
}

// Constraints is what a person should know of the values beside a range of numbers:
// the unit, the choices, the range of each element. "" for nothing.
func (p Param) Constraints() string {
	switch {
	case len(p.Choices) > 0:
		quoted := make([]string, len(p.Choices))
		for i, c := range p.Choices {
			quoted[i] = strconv.Quote(c)
		}
		return "one of " + strings.Join(quoted, ", ")
	case p.Bounded():
		return p.rangeText()
	}
	return p.Unit
}

func asInt(v any) (int64, bool) {
	switch n := v.(type) {
	case int:
		return int64(n), true
	case int64:
		return n, true
	}
	return 0, false
}

func asFloat(v any) (float64, bool) {
	if f, ok := v.(float64); ok {
		return f, true
	}
	i, ok := asInt(v)
	return float64(i), ok
}

func number(v float64) string { return strconv.FormatFloat(v, 'g', -1, 64) }

func article(t Type) string {
	switch t {
	case Int:
		return "an integer"
	case Bool:
		return "true or false"
	case Float:
		return "a number"
	case String:
		return "a string"
	case FloatArray:
		return "a list of numbers"
	}
	return "a list of strings"
}

func describe(v any) string {
	switch v := v.(type) {
	case nil:
		return "nothing"
	case string:
		return "the string " + strconv.Quote(v)
	case bool:
		return fmt.Sprintf("the bool %v", v)
	case int, int64:
		return fmt.Sprintf("the integer %v", v)
	case float64:
		return "the number " + number(v)
	case []any:
		return "a list"
	case map[string]any:
		return "a map"
	}
	return fmt.Sprintf("%v", v)
}
