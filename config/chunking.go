package config

// Chunking says how the policy's chunks become velocities.
type Chunking struct {
	Blending   string
	Resampling string
	Overlap    float64 // s; 0: to the end of the old chunk
	Decay      float64 // per chunk
	CatchUp    float64 // s; 0: never
}

func (c *Chunking) params() []Param {
	return []Param{
		text(&c.Blending, "blending", "realtime",
			"How a new chunk takes over. switch: at once. realtime: what the old one does while the new one is computed is kept, then it fades out (real-time chunking, arXiv 2506.07339). ensemble: the mean of all chunks that cover the instant (ACT, arXiv 2304.13705).",
			"switch", "realtime", "ensemble").live(),
		text(&c.Resampling, "resampling", "linear",
			"From the model's rate to control_rate. stepped: a row's velocity during all of its period. linear: straight lines between rows.",
			"stepped", "linear").live(),
		float(&c.Overlap, "blending_overlap", 0.2, "s", 0, 10,
			"Of realtime: how long the old chunk takes to fade out. Shorter follows the newest image sooner and bends the path more. 0: to its end.").live(),
		float(&c.Decay, "ensemble_decay", 0.01, "per chunk", -10, 10,
			"Of ensemble: weights are exp(-decay k), k = 0 for the oldest chunk.").live(),
		float(&c.CatchUp, "catch_up", 0.15, "s", 0, 10,
			"Time constant with which the way that latency or limits cost is made good. 0: never.").live(),
	}
}
