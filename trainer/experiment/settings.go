package experiment

import (
	"maps"

	"gopkg.in/yaml.v3"
)

// merged lays settings one over the other, the last on top. Maps are merged key by key,
// all else is replaced. The layers stay as they are.
func merged(layers ...Settings) Settings {
	out := Settings{}
	for _, layer := range layers {
		for key, v := range layer {
			below, on := asMap(out[key]), asMap(v)
			if below != nil && on != nil {
				v = map[string]any(merged(below, on))
			}
			out[key] = v
		}
	}
	return out
}

// asMap is v as settings, or nil where it is something else.
func asMap(v any) Settings {
	switch m := v.(type) {
	case map[string]any:
		return m
	case Settings:
		return m
	}
	return nil
}

// with is s and one more key.
func (s Settings) with(key string, v any) Settings {
	out := maps.Clone(s)
	if out == nil {
		out = Settings{}
	}
	out[key] = v
	return out
}

// marshal is settings as YAML. They were read from YAML, or are numbers and words.
func marshal(s Settings) []byte {
	raw, err := yaml.Marshal(s)
	if err != nil {
		panic(err) // no value of ours is beyond YAML
	}
	return raw
}
