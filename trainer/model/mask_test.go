package model

import (
	"strings"
	"testing"
)

// grid draws a mask's text and query columns: "x" where a row looks, "." where
// it must not. The prefix columns are checked to be open and left out.
func grid(t *testing.T, mask []float32, c Config) string {
	t.Helper()
	var b strings.Builder
	for row := range c.Suffix() {
		line := mask[row*c.spans()[0].keys:][:c.spans()[0].keys]
		for i, v := range line {
			if i < c.Prefix() {
				if v != 0 {
					t.Errorf("row %d does not see the prefix at %d", row, i)
				}
				continue
			}
			if i == c.Prefix()+c.Text {
				b.WriteByte(' ')
			}
			b.WriteByte(map[bool]byte{true: 'x', false: '.'}[v == 0])
		}
		b.WriteByte('\n')
	}
	return b.String()
}

func TestMask(t *testing.T) {
	c := tiny()
	c.Text, c.Chunk = 5, 2
	for _, test := range []struct {
		name  string
		valid int
		want  string
	}{
		{"full text: text is causal, queries see all", 5, `
x.... ..
xx... ..
xxx.. ..
xxxx. ..
xxxxx ..
xxxxx xx
xxxxx xx
`},
		{"padding after three tokens is hidden from the queries", 3, `
x.... ..
xx... ..
xxx.. ..
xxxx. ..
xxxxx ..
xxx.. xx
xxx.. xx
`},
	} {
		t.Run(test.name, func(t *testing.T) {
			mask := make([]float32, c.Suffix()*c.spans()[0].keys)
			for i := range mask {
				mask[i] = 7 // what an earlier batch left
			}
			FillMask(mask, c, test.valid)
			if got := grid(t, mask, c); got != test.want[1:] {
				t.Errorf("got\n%swant%s", got, test.want)
			}
		})
	}
}
