package config

// Thresholds say from when on the policy's diagnostics warn.
type Thresholds struct {
	MinRate    float64 // share of ControlRate
	MaxJitter  float64 // s
	MaxLatency float64 // s
	MaxDrops   float64 // share
}

func (m *Thresholds) params() []Param {
	return []Param{
		float(&m.MinRate, "min_rate", 0.95, "ratio", 0, 1,
			"Diagnostics warn when commands come at less than this share of control_rate, over a second.").live(),
		float(&m.MaxJitter, "max_jitter", 0.005, "s", 0, 1,
			"They warn when the 99th percentile of how far a control period was from its length, over a second, is more.").live(),
		float(&m.MaxLatency, "max_latency", 0.25, "s", 0, 60,
			"They warn when the 95th percentile of the time from an image's stamp to the plan made of it, over a second, is more.").live(),
		float(&m.MaxDrops, "max_drops", 0.05, "ratio", 0, 1,
			"They warn when more than this share of the images and plans of a second could not be used.").live(),
	}
}
