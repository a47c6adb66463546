package data

import (
	"context"
	"testing"

	"hyt/trainer/contract"
	"hyt/trainer/data/datatest"
)

func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func newTape(t testing.TB, name string) *datatest.Tape {
	t.Helper()
	return datatest.New(t, name)
}

func load(t testing.TB, c contract.Contract, dirs ...string) (*Set, Report) {
	t.Helper()
	set, report, err := openAll(dirs, c)
	check(t, err)
	t.Cleanup(func() { check(t, set.Close()) })
	return set, report
}

// openAll is Open with nothing kept.
func openAll(dirs []string, c contract.Contract) (*Set, Report, error) {
	return Open(context.Background(), dirs, Options{Contract: c})
}
