package node_test

import (
	"errors"
	"strings"
	"testing"

	"hyt/nodes/node"
)

func outOfRange(values []int, i int) int { return values[i] }

func TestAPanicIsContainedAndSaysWhereItWas(t *testing.T) {
	err := node.Contain(func() error {
		outOfRange([]int{1}, 3)
		return nil
	})
	if err == nil || !strings.Contains(err.Error(), "index out of range [3] with length 1") || !strings.Contains(err.Error(), "outOfRange, line") {
		t.Errorf("error %v", err)
	}
	plain := errors.New("no plan")
	if err := node.Contain(func() error { return plain }); !errors.Is(err, plain) {
		t.Errorf("error %v, want %v", err, plain)
	}
}
