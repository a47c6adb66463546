package hybrid

import (
	"hyt/policy"
	"hyt/policy/prompt"
)

// TextLength is how many text positions rows of the set need, in any mode.
func (m *Maker) TextLength() int { return positions(m.longest().of(policy.Think)) }

// Texts is how many each of a moment's rows needs. Fewer train faster: who only acts
// has no thoughts to leave room for.
func (m *Maker) Texts() []int {
	l, modes := m.longest(), m.Mix.trained()
	if m.Mix.Sum {
		var lengths []int
		for _, mode := range modes {
			lengths = append(lengths, positions(max(l.of(mode), l.of(policy.Act)))) // who has no thought acts
		}
		return lengths
	}
	n := l.of(policy.Act)
	for _, mode := range modes {
		n = max(n, l.of(mode))
	}
	return []int{positions(n)}
}

// positions are a few more than n, so that few lengths of batches are met.
func positions(n int) int { return (n + 3) / 4 * 4 }

// longest are the set's longest texts, tokens without mode tokens.
type longest struct{ instruction, thought, both int }

func (m *Maker) longest() (l longest) {
	type pair struct{ instruction, thought string }
	seen := map[pair]bool{} // many samples share their words
	for i := range m.Set.Len() {
		instruction, thought := m.Set.Text(i)
		if key := (pair{instruction, thought}); !seen[key] {
			seen[key] = true
			said, thoughts := len(prompt.Instruction(m.Tokenizer, instruction)), 0
			if thought != "" {
				thoughts = len(prompt.Thought(m.Tokenizer, thought))
			}
			l.instruction, l.thought, l.both = max(l.instruction, said), max(l.thought, thoughts), max(l.both, said+thoughts)
		}
	}
	if m.Thoughts.Instruction > 0 {
		l.thought = l.both // those who follow are shown instructions, too
	}
	return l
}

// of is the longest text of a mode, with its mode token.
func (l longest) of(mode policy.Mode) int {
	return 1 + map[policy.Mode]int{policy.Act: l.instruction, policy.Think: l.both, policy.Follow: l.thought}[mode]
}
