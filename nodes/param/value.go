package param

import (
	"fmt"

	"hyt/config"
	rcl "hyt/msgs/rcl_interfaces"
)

// message turns a value of a parameter into what ROS sends.
func message(v any) rcl.ParameterValue {
	switch v := v.(type) {
	case bool:
		return rcl.ParameterValue{Type: rcl.ParameterType_PARAMETER_BOOL, BoolValue: v}
	case int64:
		return rcl.ParameterValue{Type: rcl.ParameterType_PARAMETER_INTEGER, IntegerValue: v}
	case float64:
		return rcl.ParameterValue{Type: rcl.ParameterType_PARAMETER_DOUBLE, DoubleValue: v}
	case string:
		return rcl.ParameterValue{Type: rcl.ParameterType_PARAMETER_STRING, StringValue: v}
	case []float64:
		return rcl.ParameterValue{Type: rcl.ParameterType_PARAMETER_DOUBLE_ARRAY, DoubleArrayValue: v}
	case []string:
		return rcl.ParameterValue{Type: rcl.ParameterType_PARAMETER_STRING_ARRAY, StringArrayValue: v}
	}
	return rcl.ParameterValue{}
}

// value is what ROS sent, in the types of package config. Arrays that config has no
// type for come as lists, and it says what it wants instead.
func value(m rcl.ParameterValue) (any, error) {
	switch m.Type {
	case rcl.ParameterType_PARAMETER_BOOL:
		return m.BoolValue, nil
	case rcl.ParameterType_PARAMETER_INTEGER:
		return m.IntegerValue, nil
	case rcl.ParameterType_PARAMETER_DOUBLE:
		return m.DoubleValue, nil
	case rcl.ParameterType_PARAMETER_STRING:
		return m.StringValue, nil
	case rcl.ParameterType_PARAMETER_DOUBLE_ARRAY:
		return m.DoubleArrayValue, nil
	case rcl.ParameterType_PARAMETER_STRING_ARRAY:
		return m.StringArrayValue, nil
	case rcl.ParameterType_PARAMETER_INTEGER_ARRAY:
		return list(m.IntegerArrayValue), nil
	case rcl.ParameterType_PARAMETER_BOOL_ARRAY:
		return list(m.BoolArrayValue), nil
	case rcl.ParameterType_PARAMETER_BYTE_ARRAY:
		return list(m.ByteArrayValue), nil
	case rcl.ParameterType_PARAMETER_NOT_SET:
		return nil, fmt.Errorf("a parameter of this node cannot be deleted")
	}
	return nil, fmt.Errorf("parameter type %d is not known", m.Type)
}

func list[T any](in []T) []any {
	out := make([]any, len(in))
	for i, v := range in {
		out[i] = v
	}
	return out
}

func kind(t config.Type) uint8 {
	return map[config.Type]uint8{
		config.Bool:       rcl.ParameterType_PARAMETER_BOOL,
		config.Int:        rcl.ParameterType_PARAMETER_INTEGER,
		config.Float:      rcl.ParameterType_PARAMETER_DOUBLE,
		config.String:     rcl.ParameterType_PARAMETER_STRING,
		config.FloatArray: rcl.ParameterType_PARAMETER_DOUBLE_ARRAY,
		config.TextArray:  rcl.ParameterType_PARAMETER_STRING_ARRAY,
	}[t]
}

// describe is the declaration as ROS shows it. ROS knows ranges of numbers only, not
// of arrays, and neither units nor choices: those are told in words.
func describe(p config.Param) rcl.ParameterDescriptor {
	d := rcl.ParameterDescriptor{
		Name: p.Name, Type: kind(p.Type), Description: p.Description,
		AdditionalConstraints: p.Constraints(), ReadOnly: p.Change == config.AtStart,
	}
	switch {
	case !p.Bounded():
	case p.Type == config.Float:
		d.FloatingPointRange = []rcl.FloatingPointRange{{FromValue: p.Min, ToValue: p.Max}}
	case p.Type == config.Int:
		d.IntegerRange = []rcl.IntegerRange{{FromValue: int64(p.Min), ToValue: int64(p.Max), Step: 1}}
	}
	return d
}
