package model

// MostTexts is how many texts an observation of a batch can have: one for each mode.
const MostTexts = 3

// Texts are the lengths of an observation's texts, 0 for those that it has not. All
// zero stands for a single one, of Config.Text.
type Texts [MostTexts]int

// SideBySide is c for batches whose observations have several texts of these lengths.
// Each has queries of its own; all share the prefix, which is computed once, and see
// nothing of each other: what is learned is as if each text came with a copy of the
// observation. Lengths beyond MostTexts are a programming error.
func (c Config) SideBySide(lengths ...int) Config {
	c.Text, c.Texts = 0, Texts{}
	for i, n := range lengths {
		c.Texts[i] = n
		c.Text += n
	}
	return c
}

// lengths of the texts.
func (c Config) lengths() []int {
	n := 0
	for n < MostTexts && c.Texts[n] > 0 {
		n++
	}
	if n == 0 {
		return []int{c.Text}
	}
	return append([]int(nil), c.Texts[:n]...)
}

// span is where one text of an observation stands.
type span struct {
	text   int // its first token among the text positions
	suffix int // its first row among the suffix's: its tokens, then its queries
	mask   int // its first number in the observation's mask
	length int // tokens
	rows   int // tokens and queries
	keys   int // positions that its rows may attend to
}

// spans of the texts, in order.
func (c Config) spans() []span {
	var list []span
	var at span
	for _, n := range c.lengths() {
		at.length, at.rows = n, n+c.Chunk
		at.keys = c.Prefix() + at.rows
		list = append(list, at)
		at.text += at.length
		at.suffix += at.rows
		at.mask += at.rows * at.keys
	}
	return list
}

// maskSize is how many numbers the masks of an observation have together.
func (c Config) maskSize() int {
	n := 0
	for _, s := range c.spans() {
		n += s.rows * s.keys
	}
	return n
}
