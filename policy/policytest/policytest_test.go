package policytest

import (
	"strings"
	"testing"

	"hyt/policy/spec"
)

func TestWrittenModelIsVerified(t *testing.T) {
	m := New(t, Options{Width: 8, Height: 6})
	s, err := spec.Load(m.Dir)
	if err != nil {
		t.Fatal(err)
	}
	if s.Cameras[0].Width != 8 || s.Cameras[0].Height != 6 || len(s.Files) != 4 {
		t.Errorf("camera %+v, files %v", s.Cameras[0], s.Files)
	}
}

func TestThoughtThatCannotBeScriptedIsAnError(t *testing.T) {
	_, err := Write(t.TempDir(), Options{Thought: "sub push cube; grip open;"})
	if err == nil || !strings.Contains(err.Error(), `has ";" twice`) {
		t.Errorf("error %v, want one that names the token", err)
	}
}
