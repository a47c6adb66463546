package model

// FillMask writes the attention mask of one sample, Suffix x Keys, for a text
// with valid tokens (the rest is padding). Keys are prefix | text | queries:
//
//   - a text row sees the prefix, earlier text and itself;
//   - a query row sees the prefix, all valid text and all queries.
//
// Padding rows are computed and ignored; causality keeps them out of valid rows.
func FillMask(dst []float32, c Config, valid int) {
	keys, prefix := c.Keys(), c.Prefix()
	for row := range c.Suffix() {
		line := dst[row*keys:][:keys]
		clear(line[:prefix])
		text, queries := line[prefix:prefix+c.Text], line[prefix+c.Text:]
		seen, toQueries := min(row+1, c.Text), float32(Hidden)
		if row >= c.Text {
			seen, toQueries = valid, 0
		}
		for i := range text {
			text[i] = Hidden
			if i < seen {
				text[i] = 0
			}
		}
		for i := range queries {
			queries[i] = toQueries
		}
	}
}
