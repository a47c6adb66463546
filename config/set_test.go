package config

import (
	"math"
	"slices"
	"testing"
)

func TestSetIsAllOrNothing(t *testing.T) {
	for name, c := range map[string]struct {
		values []Value
		want   string
	}{
		"unknown":          {[]Value{{"max_linear_sped", 0.1}}, `unknown parameter "max_linear_sped"; did you mean "max_linear_speed"?`},
		"wrong type":       {[]Value{{"max_linear_speed", "fast"}}, `parameter "max_linear_speed" wants a number, got the string "fast"`},
		"out of range":     {[]Value{{"max_linear_speed", 11.0}}, `parameter "max_linear_speed" is 11, must be 0.001 to 10 m/s`},
		"not a number":     {[]Value{{"max_linear_speed", math.NaN()}}, `parameter "max_linear_speed" is NaN, must be a finite number`},
		"no such choice":   {[]Value{{"mode", "dream"}}, `parameter "mode" is "dream", must be one of act, think, follow, guided, auto`},
		"between two":      {[]Value{{"workspace_min", []float64{1, 0, 0}}}, `workspace_min is not below workspace_max in x (1 and 0.28)`},
		"second of two":    {[]Value{{"mode", "think"}, {"threads", int64(0)}}, `parameter "threads" is 0, must be 1 to 64`},
		"a list too short": {[]Value{{"workspace_max", []float64{1}}}, `parameter "workspace_max" has 1 values, must have 3`},
	} {
		p := DefaultPolicy()
		if err := Set(&p, c.values...); err == nil || err.Error() != c.want {
			t.Errorf("%s: %v, want %s", name, err, c.want)
		}
		if d := DefaultPolicy(); p.Mode != d.Mode || p.MaxLinearSpeed != d.MaxLinearSpeed || !slices.Equal(p.WorkspaceMin, d.WorkspaceMin) {
			t.Errorf("%s: something stuck: %+v", name, p)
		}
	}
}

func TestSetTakesWhatIsValidTogether(t *testing.T) {
	p := DefaultPolicy()
	err := Set(&p, Value{"workspace_min", []float64{1, 1, 1}}, Value{"workspace_max", []float64{2, 2, 2}}, Value{"replan_rate", int64(4)})
	if err != nil || p.WorkspaceMin[0] != 1 || p.ReplanRate != 4 {
		t.Errorf("%v, %+v", err, p)
	}
}

func TestSafetyLimitsChangeLiveAndWhatIsBuiltDoesNot(t *testing.T) {
	for name, want := range map[string]Change{
		"max_linear_speed": Live, "mode": Live, "use_sim_time": Live,
		"model": AtConfigure, "control_rate": AtConfigure, "workspace_min": AtConfigure,
		"bus": AtStart, "autostart": AtStart,
	} {
		p := DefaultPolicy()
		if got, known := Find(&p, name); !known || got.Change != want {
			t.Errorf("%s: %v, want %v", name, got.Change, want)
		}
	}
}
