package data

import (
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
	set, report, err := Load(dirs, c)
	check(t, err)
	t.Cleanup(func() { check(t, set.Close()) })
	return set, report
}
