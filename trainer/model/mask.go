package model

// FillMask writes the attention masks of one observation, one text's after the
// other, each of its rows x its keys. valid says of each text how many of its tokens
// are (the rest is padding). Keys are prefix | text | queries:
//
//   - a text row sees the prefix, earlier text and itself;
//   - a query row sees the prefix, all valid text and all queries of its text.
//
// Padding rows are computed and ignored; causality keeps them out of valid rows.
func FillMask(dst []float32, c Config, valid ...int) {
	for i, s := range c.spans() {
		s.fill(dst[s.mask:], c.Prefix(), valid[i])
	}
}

func (s span) fill(dst []float32, prefix, valid int) {
	for row := range s.rows {
		line := dst[row*s.keys:][:s.keys]
		clear(line[:prefix])
		text, queries := line[prefix:prefix+s.length], line[prefix+s.length:]
		seen, toQueries := min(row+1, s.length), float32(Hidden)
		if row >= s.length {
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
