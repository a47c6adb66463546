package simulators

import (
	"strings"
	"testing"

	"hyt/gazebo/sim"
	"hyt/gazebo/task"
)

func TestTheEmbeddedOneIsAlwaysThere(t *testing.T) {
	if err := Available(Embedded); err != nil {
		t.Error(err)
	}
	s, err := Open(Embedded, task.World, []string{sim.Overhead})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
}

func TestWhatIsNotThereIsNamedAndNeverANilSimulator(t *testing.T) {
	for _, name := range Names() {
		if s, err := Open(name, "moon", nil); err == nil || s != nil {
			t.Errorf("%s opened a world that is not there: %v, %v", name, s, err)
		}
	}
	want := `no simulator "unreal": choose from embedded, classic`
	if _, err := Open("unreal", task.World, nil); err == nil || err.Error() != want {
		t.Errorf("%v", err)
	}
	if err := Available("unreal"); err == nil || !strings.Contains(err.Error(), "unreal") {
		t.Errorf("%v", err)
	}
}
