package engines

import (
	"errors"
	"path/filepath"
	"strings"
	"testing"

	"hyt/policy"
	"hyt/policy/policytest"
)

func TestAModelIsLoadedOnceAndClosedByItsLastUser(t *testing.T) {
	m := policytest.New(t, policytest.Options{})
	p := NewPool()
	a, err := p.Open(m.Dir, policy.Options{})
	if err != nil {
		t.Fatal(err)
	}
	b, err := p.Open(filepath.Join(m.Dir, "..", filepath.Base(m.Dir)), policy.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if a.Engine != b.Engine {
		t.Error("the same directory was loaded twice")
	}
	if err := errors.Join(a.Close(), a.Close()); err != nil { // closing twice counts once
		t.Fatal(err)
	}
	if len(p.open) != 1 {
		t.Error("closed while in use")
	}
	if err := b.Close(); err != nil || len(p.open) != 0 {
		t.Errorf("%v, %d left", err, len(p.open))
	}
}

func TestWhoKeepsAModelLoadedHasNoShareInIt(t *testing.T) {
	m := policytest.New(t, policytest.Options{})
	p := NewPool()
	keeper, err := p.Keep(m.Dir, policy.Options{})
	if err != nil {
		t.Fatal(err)
	}
	for range 2 { // the second finds what the first left
		user, err := p.Open(m.Dir, policy.Options{})
		if err != nil {
			t.Fatal(err)
		}
		if user.Shared() {
			t.Error("one user shares with a keeper")
		}
		if err := user.Close(); err != nil || len(p.open) != 1 {
			t.Errorf("%v, %d left while it is kept", err, len(p.open))
		}
	}
	if err := keeper.Close(); err != nil || len(p.open) != 0 {
		t.Errorf("%v, %d left", err, len(p.open))
	}
}

func TestWhatCannotBeLoadedIsSaidInOneSentence(t *testing.T) {
	for dir, want := range map[string]string{
		"":                `no model: set parameter "model"`,
		"/does/not/exist": "/does/not/exist",
	} {
		_, err := NewPool().Open(dir, policy.Options{})
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%q: %v", dir, err)
		}
	}
}
