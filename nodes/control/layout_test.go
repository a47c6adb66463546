package control

import "testing"

func TestActionsMoveWhatTheirDimensionsAreCalled(t *testing.T) {
	l, err := NewLayout([]string{"gripper", "x", "yaw"})
	if err != nil || !l.HasGripper() {
		t.Fatal(err, l)
	}
	got, err := l.Rows([][]float64{{1, 2, 3}})
	if err != nil || got[0] != (Row{Motion: Vector{2, 0, 0, 0, 0, 3}, Gripper: 1}) {
		t.Errorf("%v, %v", got, err)
	}
	if _, err := l.Rows([][]float64{{1, 2, 3}, {1, 2}}); err == nil || err.Error() != "row 1 of the chunk has 2 values, the action has 3 dimensions" {
		t.Errorf("got %v", err)
	}
}

func TestActionsMoveWhatTheMappingSays(t *testing.T) {
	l, err := MapLayout([]string{"forward", "left", "z", "hand"}, []string{"forward x", "left y -0.5", "z z", "yaw yaw", "hand gripper -1"})
	if err != nil {
		t.Fatal(err)
	}
	got, err := l.Rows([][]float64{{1, 2, 3, 0.25}})
	if want := (Row{Motion: Vector{1, -1, 3}, Gripper: 0.75}); err != nil || got[0] != want {
		t.Errorf("%v, %v, want %v", got, err, want)
	}
	if got, want := l.Largest([]float64{1, 2, 3, 0.5}), (Row{Motion: Vector{1, 1, 3}, Gripper: 1.5}); got != want {
		t.Errorf("largest %v, want %v", got, want)
	}
}

func TestMappingsThatCannotBeMeantAreRefused(t *testing.T) {
	for _, c := range []struct {
		names, mapping []string
		want           string
	}{
		{[]string{"x", "x"}, nil, `action dimensions "x" and "x" both move x`},
		{[]string{"x", "elbow"}, nil, `action dimension "elbow" is not one of x y z roll pitch yaw gripper done: say in parameter "dimensions" what it moves ("elbow x")`},
		{[]string{"x", "elbow"}, []string{"elbow x"}, `action dimensions "x" and "elbow" both move x`},
		{[]string{"x"}, []string{"elbow y"}, `parameter "dimensions": "elbow y": the model's action has no dimension "elbow", but x`},
		{[]string{"x"}, []string{"x"}, `parameter "dimensions": "x": expected a dimension of the model, what it moves, and perhaps a scale`},
		{[]string{"x"}, []string{"x up"}, `parameter "dimensions": "x up": nothing is called up; there are x y z roll pitch yaw gripper done`},
		{[]string{"x"}, []string{"x y 0"}, `parameter "dimensions": "x y 0": the scale 0 is no number that can move anything`},
		{[]string{"x"}, []string{"x y NaN"}, `parameter "dimensions": "x y NaN": the scale NaN is no number that can move anything`},
		{[]string{"x"}, []string{"x y", "x z"}, `parameter "dimensions": "x z": dimension "x" is there twice`},
	} {
		if _, err := MapLayout(c.names, c.mapping); err == nil || err.Error() != c.want {
			t.Errorf("%v with %q\n got %v\nwant %s", c.names, c.mapping, err, c.want)
		}
	}
}

func TestAModelMaySayThatTheTaskIsDone(t *testing.T) {
	l, err := MapLayout([]string{"x", "terminate"}, []string{"terminate done"})
	if err != nil {
		t.Fatal(err)
	}
	for value, want := range map[float64]bool{0: false, 0.49: false, 0.5: true, 1: true} {
		if done, ok := l.Done([][]float64{{0.1, value}, {0.1, 1}}); done != want || !ok {
			t.Errorf("%v: %v, %v", value, done, ok)
		}
	}
	if rows, err := l.Rows([][]float64{{0.1, 1}}); err != nil || rows[0] != (Row{Motion: Vector{0.1}}) {
		t.Errorf("%v, %v: it moves something", rows, err)
	}
	if largest := l.Largest([]float64{0.1, 1}); largest != (Row{Motion: Vector{0.1}}) {
		t.Errorf("largest %v", largest)
	}
	if plain, _ := NewLayout([]string{"x"}); plain.HasGripper() {
		t.Error("a gripper")
	} else if _, ok := plain.Done([][]float64{{1}}); ok {
		t.Error("a model without that dimension says that it is done")
	}
}
