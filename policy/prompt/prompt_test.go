package prompt

import (
	"testing"

	"hyt/policy/tokenizer"
)

func TestLayouts(t *testing.T) {
	tok := tokenizer.Build([]string{"push the red cube", "grip open"})
	for _, c := range []struct {
		mode string
		ids  []int64
		want string
	}{
		{"act", Act(tok, "Push the red cube."), "push the red cube <act>"},
		{"act without instruction", Act(tok, " "), "<act>"},
		{"think", Think(tok, "push the red cube !?"), "push the red cube <think>"},
		{"thought", Thought(tok, "grip open;"), "grip open; <eot>"},
		{"follow", Follow(tok, "grip open;"), "<follow> grip open; <eot>"},
	} {
		if got := tok.Decode(c.ids); got != c.want {
			t.Errorf("%s: %q, want %q", c.mode, got, c.want)
		}
	}
}
