package model

// A head of bins cuts -1..1 into Bins equal parts and learns which one an action
// falls into; its answer is the middle of the likeliest.

// BinCentres are the middles of the bins, -1..1.
func (c Config) BinCentres() []float32 {
	centres := make([]float32, c.Bins)
	for i := range centres {
		centres[i] = (2*float32(i)+1)/float32(c.Bins) - 1
	}
	return centres
}

// Bin is the bin of an action of -1..1; those beyond go to the outermost.
func (c Config) Bin(action float32) int64 {
	return int64(max(0, min(int((action+1)/2*float32(c.Bins)), c.Bins-1)))
}

// likeliest is the middle of the likeliest bin of each row of logits.
func (c Config) likeliest(logits []float32) []float32 {
	actions, centres := make([]float32, 0, len(logits)/c.Bins), c.BinCentres()
	for row := 0; row < len(logits); row += c.Bins {
		best := 0
		for i, v := range logits[row:][:c.Bins] {
			if v > logits[row+best] {
				best = i
			}
		}
		actions = append(actions, centres[best])
	}
	return actions
}
