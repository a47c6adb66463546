package data

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"hyt/msgs/bag/bagcheck"
	"hyt/trainer/contract"
)

func TestJudgeSaysWhatIsUsedAndWhatIsLeftOut(t *testing.T) {
	p := newTape(t, "demo")
	p.Demo("a", "go", 5, true)
	p.Demo("b", "go", 5, false)
	got, err := Judge{contract.Default()}.Judge(p.Close())
	check(t, err)
	want := bagcheck.Verdict{Episodes: 1, Samples: 5, Thoughts: 5, LeftOut: []bagcheck.Reason{
		{What: "episodes", Count: 1, Why: "failed (its marker says success: false)"},
	}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestJudgeOfABagThatTeachesNothingSaysWhy(t *testing.T) {
	p := newTape(t, "demo")
	p.Skip = "/action"
	p.Demo("a", "go", 5, true)
	v, err := Judge{contract.Default()}.Judge(p.Close())
	check(t, err)
	if v.Samples != 0 || !strings.Contains(v.Unusable, "has no messages on /action") {
		t.Errorf("verdict %+v", v)
	}
}
