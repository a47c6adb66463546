package model

import g "github.com/gomlx/gomlx/core/graph"

// backbone is what turns embedded tokens into rows that the heads read.
// trainer/export has its counterpart, which computes the same in pieces.
type backbone interface {
	// params lists its weights.
	params(c Config) []Param

	// rows computes, from the prefix [batch, Prefix, Width] and the embedded texts,
	// each text's rows and its query rows, one after the other: [batch, Suffix,
	// Width]. seen is what it made of the prefix, of the same shape, which
	// pretraining looks at.
	rows(n *net, prefix *g.Node, texts []text) (suffix, seen *g.Node)
}

func (c Config) backbone() backbone {
	if c.Backbone == LSTM {
		return lstm{}
	}
	return transformer{}
}
