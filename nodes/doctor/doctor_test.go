package doctor

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"testing"
)

func TestEachLineSaysOkOrWhatToDo(t *testing.T) {
	found := examine(t.Context(), []check{
		{"go", true, func(context.Context) (string, error) { return "go1.26", nil }},
		{"buffers", false, func(context.Context) (string, error) { return "", &remedy{errors.New("too small"), "enlarge them"} }},
		{"model", true, func(context.Context) (string, error) { return "", errors.New("not there") }},
	})
	var out bytes.Buffer
	if err := print(&out, found, false); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"ok    go", "warn  buffers", "do: enlarge them", "fail  model", "not there"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("no %q in\n%s", want, out.String())
		}
	}
}

func TestThisMachineSpeaksDDSAndHasONNXRuntime(t *testing.T) {
	for _, c := range machine("no-such-model") {
		text, err := c.look(t.Context())
		switch {
		case c.name == "model":
			if err == nil {
				t.Error("a model that is not there was found")
			}
		case c.required && err != nil:
			t.Errorf("%s: %v", c.name, err)
		case err == nil && text == "":
			t.Errorf("%s says nothing", c.name)
		}
	}
}
